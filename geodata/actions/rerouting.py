"""Re-route (改派) what new boundaries concern: what nobody has dispatched yet follows its place, about other open work a person is asked.

First it is only computed, with the index and without a lock: that is the preview. Whoever writes it holds the reports concerned and
computes them again, so that somebody who works on one meanwhile is either heard, or waits.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd
from geoalchemy2 import Geometry
from sqlalchemy import Boolean, ColumnElement, Connection, and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from geodata.actions.telling import tell_workers
from geodata.days import today
from geodata.jobs.snapshots import ask_when_many
from geodata.locking import lock_rows
from geodata.owners.days import deciding_day
from geodata.owners.deriving import derive_reports
from geodata.owners.moves import Moves, codes_of, moves_between
from geodata.owners.reading import chosen_reports, reach_degrees, read_reports
from geodata.owners.writing import write_owners
from geodata.settings import Settings
from geodata.tables import IS_OPEN, doubt, grid, owner, report
from gridmap.assignment import Reason
from gridmap.report import OVER, UNDISPATCHED


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication does or did with reports.

    ``rerouted`` follow their place, a person is ``asked`` about others, ``kept`` closed ones stay with the grid of their time. ``moves`` are
    code from, code to ("" for none), reports.
    """

    day: date
    rerouted: int
    asked: int
    kept: int
    moves: Moves = field(default_factory=list)


def concerned_reports(
    conn: Connection, settings: Settings, day: date, among: Sequence[int] | None = None
) -> pd.DataFrame:
    """Open reports, of all or of those with the keys ``among``, that the boundaries of a day take from a grid or give to one.

    Columns of ``read_reports``, and ``new_`` ones of ``derive_reports``, ``old_code`` and ``new_code`` ("" for none), and ``fate``:
    ``rerouted``, ``carried`` (to the new edition of its own grid), ``asked``.
    """
    chosen = _within_reach(settings, day) if among is None else report.c.id == func.any(list(among))
    rows = read_reports(conn, chosen_reports(IS_OPEN, deciding_day(settings) < day, chosen))
    derived = derive_reports(conn, settings, rows["report_id"].tolist(), at=day)
    rows = pd.concat([rows, derived.drop(columns="report_id").add_prefix("new_")], axis=1)
    ended, begun = (
        list(conn.scalars(select(grid.c.id).where(bound(grid.c.valid) == day))) for bound in (func.upper, func.lower)
    )
    rows = rows[rows["grid_id"].isin(ended) | rows["new_grid_id"].isin(begun)].reset_index(drop=True)
    codes = codes_of(conn, rows["grid_id"], rows["new_grid_id"])
    rows["old_code"], rows["new_code"] = rows["grid_id"].map(codes), rows["new_grid_id"].map(codes)
    return with_fates(rows)


def with_fates(rows: pd.DataFrame) -> pd.DataFrame:
    """Those of the reports that change hands or editions, with their ``fate``, by ``status``, ``reason``, ``grid_id``, ``new_grid_id``,
    ``old_code`` and ``new_code``."""
    waits = rows["status"].isin(UNDISPATCHED) & (rows["reason"] != Reason.DECIDED)
    rows = rows.assign(fate="")
    hands = rows["old_code"] != rows["new_code"]
    rows.loc[hands & ~waits, "fate"] = "asked"
    rows.loc[hands & waits, "fate"] = "rerouted"
    rows.loc[~hands & (rows["grid_id"] != rows["new_grid_id"]) & waits, "fate"] = "carried"
    return rows[rows["fate"] != ""].reset_index(drop=True)


def hold_reports(conn: Connection, report_ids: Sequence[int]) -> None:
    """Let nobody else change these reports or their owners until the transaction ends; the report first, as everybody does."""
    lock_rows(conn, report.c.id, report_ids)
    lock_rows(conn, owner.c.report_id, report_ids)


def what_becomes(conn: Connection, day: date, rows: pd.DataFrame) -> Published:
    """The reports of ``concerned_reports`` counted, and closed ones of the grids that end."""
    ended = select(grid.c.id).where(func.upper(grid.c.valid) == day)
    kept = select(func.count()).select_from(owner.join(report, report.c.id == owner.c.report_id))
    kept = kept.where(owner.c.grid_id.in_(ended), report.c.status.in_(OVER))
    going = rows[rows["fate"] == "rerouted"]
    moves = moves_between(going["old_code"], going["new_code"])
    return Published(day, len(going), int((rows["fate"] == "asked").sum()), conn.scalar(kept) or 0, moves)


def reroute(
    conn: Connection, settings: Settings, day: date, rows: pd.DataFrame, *, account_id: int | None = None
) -> Published:
    """Write what becomes of reports that are held, ask about those in other hands, and tell who works there."""
    written, asked = rows[rows["fate"].isin(("rerouted", "carried"))], rows[rows["fate"] == "asked"]
    if len(written):
        fresh = {
            name: name.removeprefix("new_")
            for name in written.columns
            if name.startswith("new_") and name != "new_code"
        }
        derived = written[["report_id", *fresh]].rename(columns=fresh)
        ask_when_many(conn, write_owners(conn, settings, derived, cause="published", account_id=account_id))
    _ask(conn, asked)
    done = what_becomes(conn, day, rows)
    asked_of, works_on = Counter(asked["old_code"]), max(day, today(settings.zone))
    tell_workers(conn, "published", works_on, done.moves, asked=asked_of, day=day.isoformat())
    return done


def _within_reach(settings: Settings, day: date) -> ColumnElement[bool]:
    """Reports that may be concerned: those in the box around the grids that begin, and those of the grids that end."""
    begins, ends = (select(grid.c.id).where(bound(grid.c.valid) == day) for bound in (func.lower, func.upper))
    extent = cast(func.ST_Extent(grid.c.geom), Geometry)
    box = func.ST_SetSRID(func.ST_Expand(extent, reach_degrees(settings)), 4326)
    there = report.c.geom.op("&&", return_type=Boolean())(begins.with_only_columns(box).scalar_subquery())
    return or_(there, owner.c.grid_id.in_(ends))


def _ask(conn: Connection, asked: pd.DataFrame) -> None:
    """Put to a person whether open work goes to the grid that holds its place now. The present owner stays among the choices."""
    names = ("report_id", "grid_id", "reason", "intake_district", "new_code", "old_code")
    rows = [
        {
            "report_id": key,
            "kind": "published",
            "grid_id": None if grid_id < 0 else grid_id,
            "reason": reason,
            "intake_district": district,
            "alternatives": [[code, None] for code in codes if code],
        }
        for key, grid_id, reason, district, *codes in zip(*(asked[name].tolist() for name in names), strict=True)
    ]
    if not rows:
        return
    made = insert(doubt)
    fresh = {name: made.excluded[name] for name in ("kind", "grid_id", "reason", "alternatives")}
    none = {"share": None, "decided_at": None, "decided_by": None, "chosen_grid_id": None}
    again = {**fresh, **none, "state": "open", "opened_at": func.now()}
    # What somebody confirmed is not asked again in the same words.
    answered = and_(
        doubt.c.kind == "published", doubt.c.state == "confirmed", doubt.c.alternatives == made.excluded.alternatives
    )
    conn.execute(made.on_conflict_do_update(index_elements=["report_id"], set_=again, where=~answered), rows)
