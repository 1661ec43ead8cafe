"""What follows when grids were written: owners within changed ground, lineage, and the days on which other grids come into force.

``remember_grids`` before, ``follow_grids`` after, in one transaction with the change: nothing is left inconsistent, and rolled back it was
a preview. Loading a file does both, publishing a plan should too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Row,
    Select,
    and_,
    column,
    exists,
    func,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE

from geodata.actions.publishing import Published, apply_publication, preview_publication
from geodata.actions.telling import tell_workers
from geodata.days import today
from geodata.editions import note_publication
from geodata.jobs.queue import enqueue
from geodata.lineage import renew_lineage
from geodata.owners.days import deciding_day
from geodata.owners.deriving import derive_reports
from geodata.owners.moves import Moves, codes_of, moves_between
from geodata.owners.reading import chosen_reports, reach_degrees, read_reports
from geodata.owners.writing import write_owners
from geodata.report_filter import midnight
from geodata.settings import Settings
from geodata.sql import statement
from geodata.tables import grid, owner, report
from geodata.versions import version_of
from gridmap.assignment import Reason

#: More reports than these are left to the job that derives all owners anew; until it is done, the page of editions says so.
MOST_AT_ONCE = 200_000
#: The job that applies a publication at its midnight, and the one that derives all owners anew.
PUBLISH_JOB = "publish"
OWNERS_JOB = "owners_after_boundaries"
#: The temporary table of ``grid_changes.sql``.
_change = table(
    "grid_change",
    column("id", BigInteger),
    column("redrawn", Boolean),
    column("days", DATERANGE),
    column("area", Geometry),
)


@dataclass(frozen=True, slots=True)
class Corrected:
    """How many reports got another owner or reason, and the moves: code from, code to ("" for none), reports, most first."""

    changed: int = 0
    moves: Moves = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Followed:
    """What a change of grids brought: owners that were corrected, publications applied now, those that wait for their midnight (as
    they would be now), and whether owners are still to be derived by a job."""

    corrected: Corrected
    applied: list[Published]
    ahead: list[Published]
    pending: bool = False


NOTHING = Followed(Corrected(), [], [])


def remember_grids(conn: Connection) -> None:
    """Keep the grids as they are now, until the transaction ends. Nobody else may write grids meanwhile."""
    conn.execute(text("LOCK TABLE grid IN SHARE ROW EXCLUSIVE MODE"))
    conn.execute(text("DROP TABLE IF EXISTS grid_before"))
    conn.execute(text("CREATE TEMP TABLE grid_before ON COMMIT DROP AS SELECT id, code, valid, geom FROM grid"))


def follow_grids(conn: Connection, settings: Settings, *, account_id: int | None = None) -> Followed:
    """Bring what hangs on grids into line with how they have changed since ``remember_grids``."""
    conn.execute(text("DROP TABLE IF EXISTS grid_change"))
    conn.execute(statement("grid_changes"))
    changes = conn.execute(text("SELECT id, fresh, redrawn, days FROM grid_change")).all()
    if not changes:
        return NOTHING
    pending = _is_too_much(conn, settings)
    if pending:
        # One that runs has been through a part of the reports with the grids as they were: these grids get a run of their own.
        enqueue(conn, OWNERS_JOB, unique_key=f"{OWNERS_JOB}:{version_of(conn, 'grid')}", account_id=account_id)
        corrected = Corrected()
    else:
        corrected = _correct_owners(conn, settings, {row.id for row in changes if row.fresh}, account_id)
    days = _days_of_publication(conn, changes)
    for day in _days_of_lineage(changes) - days:
        renew_lineage(conn, day)
    applied, ahead = [], []
    for day in sorted(days):
        note_publication(conn, day, account_id)
        if day <= today(settings.zone):
            applied.append(apply_publication(conn, settings, day, account_id=account_id))
        else:
            ask_for_publication(conn, settings, day)
            renew_lineage(conn, day)
            ahead.append(preview_publication(conn, settings, day).reports)
    return Followed(corrected, applied, ahead, pending)


def ask_for_publication(conn: Connection, settings: Settings, day: date) -> None:
    """Have a publication applied from its first midnight on; asking twice makes one job."""
    arguments, after = {"day": day.isoformat()}, midnight(day, settings.zone)
    enqueue(conn, PUBLISH_JOB, arguments, unique_key=f"{PUBLISH_JOB}:{day.isoformat()}", run_after=after)


def _days_of_publication(conn: Connection, changes: Sequence[Row[Any]]) -> set[date]:
    """First days of editions that are new, and days before which an edition now ends."""
    fresh = {row.days.lower for row in changes if row.fresh and row.days.lower}
    ends = conn.execute(
        text(
            "SELECT DISTINCT upper(g.valid) AS day FROM grid g JOIN grid_change c ON c.id = g.id "
            "WHERE NOT c.redrawn AND NOT upper_inf(g.valid)"
        )
    )
    return fresh | {row.day for row in ends}


def _days_of_lineage(changes: Sequence[Row[Any]]) -> set[date]:
    """Days at either end of what was redrawn."""
    return {bound for row in changes if row.redrawn for bound in (row.days.lower, row.days.upper) if bound}


def _is_too_much(conn: Connection, settings: Settings) -> bool:
    some = _candidates(settings).with_only_columns(report.c.id).order_by(None).limit(MOST_AT_ONCE + 1)
    return len(conn.execute(some).all()) > MOST_AT_ONCE


def _candidates(settings: Settings) -> Select[Any]:
    """Reports of the days on which something else is true now: where ground changed hands, and all of the grids that were redrawn."""
    on_the_day = _change.c.days.op("@>", return_type=Boolean())(deciding_day(settings))
    near = exists(select(1).where(func.ST_DWithin(_change.c.area, report.c.geom, reach_degrees(settings)), on_the_day))
    redrawn = owner.c.grid_id.in_(select(_change.c.id).where(_change.c.redrawn))
    # Where grids overlap the smaller one owns: a grid that shrank elsewhere may now be the smaller.
    drawn = select(1).where(
        grid.c.id == _change.c.id, _change.c.redrawn, func.ST_Intersects(grid.c.geom, report.c.geom)
    )
    overlapping = and_(owner.c.reason == Reason.OVERLAP, drawn.exists())
    return chosen_reports(or_(near, redrawn, overlapping))


def _correct_owners(conn: Connection, settings: Settings, fresh: set[int], account_id: int | None) -> Corrected:
    """Derive the owners within changed ground anew, among the grids of each report's own day; what a person decided stays."""
    rows = read_reports(conn, _candidates(settings))
    derived = derive_reports(conn, settings, rows["report_id"].tolist())
    new = derived["grid_id"].isin(fresh)
    changed = sum(
        write_owners(conn, settings, derived[chosen], cause=cause, account_id=account_id)
        for cause, chosen in (("published", new), ("boundary_corrected", ~new))
        if chosen.any()
    )
    if not changed:
        return Corrected()
    after = read_reports(conn, chosen_reports(report.c.id == func.any(rows["report_id"].tolist())))
    codes = codes_of(conn, rows["grid_id"], after["grid_id"])
    moves = moves_between(rows["grid_id"].map(codes), after["grid_id"].map(codes))
    tell_workers(conn, "boundary_corrected", today(settings.zone), moves)
    return Corrected(changed, moves)
