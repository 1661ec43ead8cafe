"""Derive owners again, as of filing: in bulk, with a preview, into the side table and its history.

Loaders that write new reports derive their owners first (``geodata.owners.derive_owners``): a report is born with its intake district.
"""

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd
from sqlalchemy import ColumnElement, Connection, func, select, text, true

from geodata.copying import copy_in, copy_out
from geodata.jobs.snapshots import ask_for_snapshot
from geodata.owners import derive_owners
from geodata.settings import Settings
from geodata.sql import statement
from geodata.tables import owner, report

Which = Literal["all", "open", "unassigned"]

#: States in which a report's work is over; its owner no longer matters to anybody's desk.
ENDED = ("invalid", "merged", "refused", "closed", "rated", "upheld")


@dataclass(frozen=True, slots=True)
class AssignSummary:
    """How many reports were looked at and changed their owner, and the largest moves (from, to, reports)."""

    looked_at: int
    changed: int
    reasons: dict[str, int]
    moves: list[tuple[str, str, int]] = field(default_factory=list)


def assign_reports(
    conn: Connection,
    settings: Settings,
    which: Which = "all",
    *,
    cause: str = "assigned",
    account_id: int | None = None,
) -> AssignSummary:
    """Derive the owners of reports among the grids in force on the day each was reported, and write those that change.

    All happens in the caller's transaction: rolled back, it was a preview. Running it twice changes nothing the second time.
    """
    day = func.date(func.timezone(settings.time_zone, report.c.reported_at))
    rows = copy_out(
        conn,
        select(report.c.id, func.ST_X(report.c.geom), func.ST_Y(report.c.geom), day)
        .where(_chosen(which))
        .order_by(report.c.id),
        {"report_id": "int64", "lon": "float64", "lat": "float64", "day": "str"},
    )
    found = derive_owners(conn, settings, rows.lon.to_numpy(), rows.lat.to_numpy(), rows.day.to_numpy(dtype=object))
    held = found.grid_id >= 0
    derived = pd.DataFrame(
        {
            "report_id": rows.report_id,
            "grid_id": pd.array(found.grid_id, dtype="Int64"),
            "reason": found.reason,
            "distance_to_edge_m": found.distance_to_edge_m,
            "index_version": found.index_version,
        }
    )
    derived.loc[~held, "grid_id"] = pd.NA
    conn.execute(text("DROP TABLE IF EXISTS derived_owner"))
    conn.execute(
        text(
            "CREATE TEMP TABLE derived_owner (report_id bigint PRIMARY KEY, grid_id bigint, reason text, "
            "distance_to_edge_m double precision, index_version bigint) ON COMMIT DROP"
        )
    )
    copy_in(conn, "derived_owner", derived)
    conn.execute(text("ANALYZE derived_owner"))
    moves = [(row.from_code, row.to_code, row.reports) for row in conn.execute(statement("owner_moves"))]
    changed = conn.execute(statement("write_derived_owners"), {"cause": cause, "account_id": account_id}).rowcount
    if changed:
        ask_for_snapshot(conn)
    return AssignSummary(
        len(rows), changed, {str(reason): int(count) for reason, count in derived.reason.value_counts().items()}, moves
    )


def _chosen(which: Which) -> ColumnElement[bool]:
    if which == "open":
        return report.c.status.not_in(ENDED)
    if which == "unassigned":
        return ~select(owner.c.report_id).where(owner.c.report_id == report.c.id, owner.c.grid_id.is_not(None)).exists()
    return true()
