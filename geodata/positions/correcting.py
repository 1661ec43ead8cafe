"""A batch of a correction, or of undoing one, in the caller's transaction.

Reports are placed anew from their coordinates as received and their owners derived anew, as of filing. A batch takes reports that
still bear the datum to be left, so whoever comes again - after a kill, or a second time - goes on where it ended. What a person decided
is derived anew too: it was decided about another place. Undoing gives back place, datum and, while its grid stands, that decision;
a report whose pin or datum was changed since is left as it is.
"""

from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, text, update

from geodata.copying import copy_in
from geodata.owners.deriving import derive_reports
from geodata.owners.writing import write_owners
from geodata.positions.stream_reports import Stream, placed_in
from geodata.settings import Settings
from geodata.sql import statement
from geodata.tables import datum_correction, datum_correction_report, event, owner, report
from gridmap.assignment import Reason

BATCH = 5000
_KEPT = ("correction_id", "report_id", "lon_before", "lat_before", "grid_before", "reason_before")
CAUSE = "datum_corrected"
CORRECTED, RESTORED = "datum_corrected", "datum_restored"


def correct_batch(conn: Connection, settings: Settings, correction: Row[Any], limit: int = BATCH) -> int:
    """Correct the next reports of a correction; gives how many, 0 when there are none left."""
    found = _next(conn, Stream.of(correction).conditions(settings), limit)
    if found.empty:
        return 0
    kept = found.rename(columns={"lon": "lon_before", "lat": "lat_before", "reason": "reason_before"})
    kept["grid_before"], kept["correction_id"] = found["grid_id"].astype("Int64"), correction.id
    copy_in(conn, datum_correction_report.name, kept, _KEPT)
    _place(conn, placed_in(found, correction.to_datum), correction.to_datum)
    ids = found["report_id"].tolist()
    moved = write_owners(
        conn, settings, derive_reports(conn, settings, ids), cause=CAUSE, account_id=correction.account_id, overrule_decided=True
    )  # fmt: skip
    _tell(conn, found, correction, CORRECTED, correction.account_id)
    counted = {"reports": datum_correction.c.reports + len(ids), "moved": datum_correction.c.moved + moved}
    conn.execute(update(datum_correction).where(datum_correction.c.id == correction.id).values(counted))
    return len(ids)


def undo_batch(conn: Connection, settings: Settings, correction: Row[Any], limit: int = BATCH) -> int:
    """Give the next reports of a correction back what they had; gives how many, 0 when there are none left."""
    before = datum_correction_report.c
    found = _next(conn, _corrected(correction), limit)
    if found.empty:
        return 0
    ids = found["report_id"].tolist()
    kept: Any = conn.execute(
        select(before.report_id, before.lon_before, before.lat_before, before.grid_before, before.reason_before).where(
            before.correction_id == correction.id, before.report_id.in_(ids)
        )
    ).all()
    places = pd.DataFrame([(row.report_id, row.lon_before, row.lat_before) for row in kept], columns=["report_id", "new_lon", "new_lat"])  # fmt: skip
    _place(conn, places, correction.from_datum)
    derived = derive_reports(conn, settings, ids).set_index("report_id")
    decided = {row.report_id: row.grid_before for row in kept if row.reason_before == str(Reason.DECIDED)}
    for report_id, grid_id in decided.items():
        derived.loc[report_id, ["grid_id", "reason"]] = grid_id, str(Reason.DECIDED)
    write_owners(
        conn, settings, derived.reset_index(), cause=CAUSE, account_id=correction.undo_account_id, overrule_decided=True
    )
    _tell(conn, found, correction, RESTORED, correction.undo_account_id)
    return len(ids)


def reports_left(conn: Connection, settings: Settings, correction: Row[Any]) -> int:
    """How many reports are still to be corrected, or given back."""
    asked = correction.undo_asked_at is None
    conditions = Stream.of(correction).conditions(settings) if asked else _corrected(correction)
    return conn.scalar(select(func.count()).select_from(report).where(*conditions)) or 0


def _corrected(correction: Row[Any]) -> list[ColumnElement[bool]]:
    """Reports that lie as the correction put them."""
    mine = select(datum_correction_report.c.report_id).where(datum_correction_report.c.correction_id == correction.id)
    return [report.c.id.in_(mine), report.c.datum == correction.to_datum, report.c.placed_by == "received"]


def _next(conn: Connection, conditions: list[ColumnElement[bool]], limit: int) -> pd.DataFrame:
    """The next reports in order of their keys with their owners, locked."""
    query = (
        select(
            report.c.id.label("report_id"),
            report.c.raw_lon,
            report.c.raw_lat,
            func.ST_X(report.c.geom).label("lon"),
            func.ST_Y(report.c.geom).label("lat"),
            report.c.intake_district,
            owner.c.grid_id,
            func.coalesce(owner.c.reason, str(Reason.NONE)).label("reason"),
        )
        .select_from(report.outerjoin(owner, owner.c.report_id == report.c.id))
        .where(*conditions)
        .order_by(report.c.id)
        .limit(limit)
        .with_for_update(of=report, key_share=True)
    )
    rows = conn.execute(query)
    return pd.DataFrame(rows.all(), columns=list(rows.keys()))


def _place(conn: Connection, places: pd.DataFrame, datum: str) -> None:
    """Give reports another place and datum; ``new_lon``, ``new_lat`` in WGS84."""
    conn.execute(text("DROP TABLE IF EXISTS new_place"))
    conn.execute(
        text(
            "CREATE TEMP TABLE new_place (report_id bigint PRIMARY KEY, new_lon double precision, new_lat double precision) "
            "ON COMMIT DROP"
        )
    )
    copy_in(conn, "new_place", places, ["report_id", "new_lon", "new_lat"])
    conn.execute(statement("place_anew"), {"datum": datum})


def _tell(conn: Connection, found: pd.DataFrame, correction: Row[Any], kind: str, account_id: int | None) -> None:
    """An event for each, with the datum before and after and the correction's reference."""
    before, after = correction.from_datum, correction.to_datum
    if kind == RESTORED:
        before, after = after, before
    detail = {"from": before, "to": after, "correction": str(correction.ref)}
    conn.execute(
        insert(event),
        [
            {"report_id": row.report_id, "kind": kind, "account_id": account_id, "intake_district": row.intake_district, "detail": detail}
            for row in found.itertuples()
        ],
    )  # fmt: skip
