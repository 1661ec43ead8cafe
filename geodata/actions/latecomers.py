"""Reports that were filed, moved or placed while other grids came: nobody waits for anybody, and nobody is missed.

Who files reads the grids, writes and commits; who publishes or corrects boundaries reads the reports, writes and commits. Where the two
overlap, neither sees the other, and a report is left with an owner by grids that are over. So somebody looks again, every minute, at
the reports that changed since the last look: PostgreSQL says which ones a moment could not see yet, however long their transaction
ran. An owner that was derived among earlier grids is derived anew; open work of before a publication's day goes the way of that
publication. A lock would do the same, but then a load of an hour would hold up a midnight, and that midnight everybody who files.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Row, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from geodata.actions.boundaries import correct_owners
from geodata.actions.rerouting import concerned_reports, hold_reports, reroute
from geodata.owners.deriving import derive_reports
from geodata.owners.reading import chosen_reports, read_reports
from geodata.settings import Settings
from geodata.sql import statement
from geodata.tables import doubt, fact, owner, publication, report
from geodata.versions import version_of
from gridmap.assignment import Reason
from gridmap.report import OPEN

#: The moment up to which reports have been looked at.
SEEN_FACT = "owners_followed_to"
_BEFORE_EVERYTHING = "1:1:"
_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Latecomers:
    """How many reports changed and may be behind the grids, and how many of those were: ``corrected`` among the grids of their own day,
    ``rerouted`` by a publication, ``asked`` about."""

    looked_at: int
    corrected: int
    rerouted: int
    asked: int


def follow_latecomers(conn: Connection, settings: Settings) -> Latecomers:
    """Bring owners into line that were behind the grids when they were committed, in the caller's transaction.

    It looks at what changed since it looked last; doing it twice changes nothing. Two at a time take turns.
    """
    seen = _seen(conn)
    moment = conn.scalar(text("SELECT CAST(pg_current_snapshot() AS text)"))
    applied = select(publication.c.day, publication.c.applied_at).where(publication.c.applied_at.is_not(None))
    published: list[Any] = list(conn.execute(applied.order_by(publication.c.day)))
    late = _late(conn, settings, seen, published[-1].day if published else None)
    corrected = _correct(conn, settings, [row.report_id for row in late if row.older])
    earlier = [row.report_id for row in late if row.earlier]
    turns = [_reroute(conn, settings, noted, some) for noted in published for some in _parts(earlier)]
    conn.execute(update(fact).where(fact.c.name == SEEN_FACT).values(value=moment))
    return Latecomers(len(late), corrected, sum(turn[0] for turn in turns), sum(turn[1] for turn in turns))


def _seen(conn: Connection) -> str:
    """The moment up to which somebody looked; whoever else comes for it waits until the transaction ends."""
    first = insert(fact).values(name=SEEN_FACT, value=_BEFORE_EVERYTHING)
    conn.execute(first.on_conflict_do_nothing())
    return str(conn.scalar(select(fact.c.value).where(fact.c.name == SEEN_FACT).with_for_update()))


def _late(conn: Connection, settings: Settings, seen: str, last_day: date | None) -> Sequence[Row[Any]]:
    parameters = {
        "seen": seen,
        "version": version_of(conn, "grid"),
        "last_day": last_day,
        "zone": settings.time_zone,
        "open_states": list(OPEN),
    }
    return conn.execute(statement("latecomers"), parameters).all()


def _correct(conn: Connection, settings: Settings, report_ids: Sequence[int]) -> int:
    """Derive owners anew that were derived among earlier grids; only reports that get another one are held. Gives how many."""
    changed = 0
    for some in _parts(report_ids):
        rows = read_reports(conn, chosen_reports(report.c.id == func.any(some)))
        derived = derive_reports(conn, settings, rows["report_id"].tolist())
        differ = (rows["grid_id"] != derived["grid_id"]) | (rows["reason"] != derived["reason"])
        if differ.any():
            changed += correct_owners(conn, settings, rows.loc[differ, "report_id"].tolist(), set()).changed
    return changed


def _reroute(conn: Connection, settings: Settings, noted: Row[Any], report_ids: Sequence[int]) -> tuple[int, int]:
    """Let a publication that was applied have its way with reports that it missed; how many are re-routed, and asked about."""

    def missed(among: Sequence[int]) -> pd.DataFrame:
        return _not_answered(conn, noted, concerned_reports(conn, settings, noted.day, among=among))

    rows = missed(report_ids)
    if rows.empty:
        return 0, 0
    hold_reports(conn, rows["report_id"].tolist())
    done = reroute(conn, settings, noted.day, missed(rows["report_id"].tolist()))
    counts = {"rerouted": publication.c.rerouted + done.rerouted, "asked": publication.c.asked + done.asked}
    conn.execute(update(publication).where(publication.c.day == noted.day).values(counts))
    return done.rerouted, done.asked


def _not_answered(conn: Connection, noted: Row[Any], rows: pd.DataFrame) -> pd.DataFrame:
    """Without the reports that a person was asked about since the publication, or has decided about."""
    asked = rows.loc[rows["fate"] == "asked", "report_id"].tolist()
    question = (doubt.c.kind == "published") & (doubt.c.opened_at >= noted.applied_at)
    decision = (owner.c.reason == Reason.DECIDED) & (owner.c.assigned_at >= noted.applied_at)
    known = (
        select(owner.c.report_id)
        .outerjoin(doubt, doubt.c.report_id == owner.c.report_id)
        .where(owner.c.report_id == func.any(asked), or_(question, decision))
    )
    return rows[~rows["report_id"].isin(list(conn.scalars(known)))]


def _parts(keys: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield list(keys[start : start + _AT_ONCE])
