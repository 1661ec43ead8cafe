"""What follows when grids were written: owners within changed ground, lineage, and the days on which other grids come into force.

``remember_grids`` before, ``follow_grids`` after, in one transaction with the change: nothing is left inconsistent, and rolled back it was
a preview. Loading a file does both, publishing a plan should too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, text

from geodata.actions.publishing import apply_publication, preview_publication
from geodata.actions.rerouting import Published, hold_reports
from geodata.actions.telling import tell_workers
from geodata.days import today
from geodata.editions import note_publication
from geodata.jobs.queue import enqueue
from geodata.jobs.snapshots import ask_when_many
from geodata.lineage import renew_lineage
from geodata.owners.deriving import derive_reports
from geodata.owners.moves import Moves, codes_of, moves_between
from geodata.owners.reading import chosen_reports, reach_degrees, read_reports
from geodata.owners.writing import write_owners
from geodata.report_filter import midnight
from geodata.settings import Settings
from geodata.sql import statement
from geodata.tables import report
from geodata.versions import version_of

#: More reports than these are left to the job that derives all owners anew; until it is done, the page of editions says so.
MOST_AT_ONCE = 200_000
#: The job that applies a publication at its midnight, and the one that derives all owners anew.
PUBLISH_JOB = "publish"
OWNERS_JOB = "owners_after_boundaries"


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
    conn.execute(text("ANALYZE grid_change"))
    changes = conn.execute(text("SELECT id, fresh, redrawn, days FROM grid_change")).all()
    if not changes:
        return NOTHING
    concerned = _concerned(conn, settings)
    pending = len(concerned) > MOST_AT_ONCE
    if pending:
        # One that runs has been through a part of the reports with the grids as they were: these grids get a run of their own.
        enqueue(conn, OWNERS_JOB, unique_key=f"{OWNERS_JOB}:{version_of(conn, 'grid')}", account_id=account_id)
        corrected = Corrected()
    else:
        corrected = correct_owners(conn, settings, concerned, {row.id for row in changes if row.fresh}, account_id)
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


def _concerned(conn: Connection, settings: Settings) -> list[int]:
    """Keys of reports whose owner may be another one since the grids changed; one more than ``MOST_AT_ONCE`` where there are more."""
    parameters = {
        "reach": reach_degrees(settings),
        "zone": settings.time_zone,
        "today": today(settings.zone),
        "most": MOST_AT_ONCE + 1,
    }
    return list(conn.scalars(statement("changed_ground"), parameters))


def correct_owners(
    conn: Connection, settings: Settings, report_ids: Sequence[int], fresh: set[int], account_id: int | None = None
) -> Corrected:
    """Derive the owners of reports anew, among the grids of each one's own day; what a person decided stays.

    Who comes to one of the ``fresh`` grids does so because it was published, the others because a boundary was corrected.
    """
    hold_reports(conn, report_ids)
    rows = read_reports(conn, chosen_reports(report.c.id == func.any(list(report_ids))))
    derived = derive_reports(conn, settings, rows["report_id"].tolist())
    new = derived["grid_id"].isin(fresh)
    changed = sum(
        write_owners(conn, settings, derived[chosen], cause=cause, account_id=account_id)
        for cause, chosen in (("published", new), ("boundary_corrected", ~new))
        if chosen.any()
    )
    if not changed:
        return Corrected()
    ask_when_many(conn, changed)
    after = read_reports(conn, chosen_reports(report.c.id == func.any(rows["report_id"].tolist())))
    codes = codes_of(conn, rows["grid_id"], after["grid_id"])
    moves = moves_between(rows["grid_id"].map(codes), after["grid_id"].map(codes))
    tell_workers(conn, "boundary_corrected", today(settings.zone), moves)
    return Corrected(changed, moves)
