"""New boundaries come into force (发布启用): previewed, applied once on or after their day, withdrawn before it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, or_, select, update

from geodata.actions.acting import Actor
from geodata.actions.rerouting import Published, concerned_reports, hold_reports, reroute, what_becomes
from geodata.days import today
from geodata.editions import EditionDay, HandedOver, edition_days, handed_over
from geodata.grids import remove_grids
from geodata.lineage import renew_lineage
from geodata.notices import workers_of
from geodata.scope import EVERYTHING
from geodata.settings import Settings
from geodata.tables import grid, grid_lineage, plan, publication
from gridmap.errors import GridmapError
from gridmap.planning.approval import PlanState


class UnknownPublication(GridmapError):
    """A day on which no grids come into force."""

    code = "unknown_publication"
    zh = "{day} 没有启用新的网格。"
    en = "No grids come into force on {day}."


class PublicationAhead(GridmapError):
    """A publication is applied before its day."""

    code = "publication_ahead"
    zh = "新网格 {day} 零时才启用，现在不能改派案件；可先预览。"
    en = "These grids come into force on {day}: reports cannot be re-routed yet. A preview is possible."


class PublicationPast(GridmapError):
    """A publication is withdrawn that is in force."""

    code = "publication_past"
    zh = "{day} 的网格已经启用，不能撤回。"
    en = "The grids of {day} are in force already and cannot be withdrawn."


@dataclass(frozen=True, slots=True)
class PublicationPreview:
    """What a day brings: the grids, what changes hands, the reports by state of those re-routed or asked about, and the new
    grids for which nobody works yet."""

    grids: EditionDay
    hands: HandedOver
    reports: Published
    by_state: dict[str, int]
    without_worker: list[str]


def preview_publication(conn: Connection, settings: Settings, day: date) -> PublicationPreview:
    """What applying a publication would do now: computed only, nothing is written and nobody waits. Errors: ``UnknownPublication``."""
    days = edition_days(conn, EVERYTHING, day=day)
    if not days:
        raise UnknownPublication(field="day", day=day.isoformat())
    rows = concerned_reports(conn, settings, day)
    states = rows.loc[rows["fate"].isin(("rerouted", "asked")), "status"].value_counts()
    return PublicationPreview(
        days[0],
        handed_over(conn, day),
        what_becomes(conn, day, rows),
        {str(state): int(count) for state, count in states.items()},
        _without_worker(conn, day),
    )


def apply_publication(
    conn: Connection, settings: Settings, day: date, *, account_id: int | None = None, now: date | None = None
) -> Published:
    """Re-route and ask, in the caller's transaction; a publication that was applied stays as it is. ``now`` is the city's day.

    Errors: ``UnknownPublication``, ``PublicationAhead``.
    """
    noted = _locked(conn, day)
    if day > (now or today(settings.zone)):
        raise PublicationAhead(field="day", day=day.isoformat())
    if noted.applied_at is not None:
        return Published(day, noted.rerouted, noted.asked, noted.kept)
    renew_lineage(conn, day)
    concerned = concerned_reports(conn, settings, day)["report_id"].tolist()
    hold_reports(conn, concerned)
    rows = concerned_reports(conn, settings, day, among=concerned)
    done = reroute(conn, settings, day, rows, account_id=account_id)
    # A file that brought more grids of the same day is applied on top of the first.
    counts = {"rerouted": publication.c.rerouted + done.rerouted, "asked": publication.c.asked + done.asked}
    noting = update(publication).where(publication.c.day == day)
    conn.execute(noting.values(applied_at=func.now(), kept=done.kept, **counts))
    return done


def withdraw_publication(conn: Connection, settings: Settings, by: Actor, day: date) -> None:
    """Take back all grids that are not in force yet: those that end then go on. Plans that were published for the day are approved
    again. Errors: ``UnknownPublication``, ``PublicationPast``."""
    if day <= today(settings.zone):
        raise PublicationPast(field="day", day=day.isoformat())
    withdraw_grids(conn, by, day)
    approved_again = {"status": PlanState.APPROVED, "valid_from": None, "published_at": None}
    conn.execute(update(plan).where(plan.c.valid_from == day).values(approved_again))


def withdraw_grids(conn: Connection, by: Actor, day: date, *, plan_id: int | None = None) -> None:
    """Take back the grids that begin on a day, of one plan or all of them. Errors: ``UnknownPublication``."""
    _locked(conn, day)
    begin = func.lower(grid.c.valid) == day
    mine = begin if plan_id is None else and_(begin, grid.c.plan_id == plan_id)
    rows = conn.execute(select(grid.c.code, grid.c.community_code, func.upper(grid.c.valid).label("until")).where(mine))
    gone = {row.code: row for row in rows}
    conn.execute(delete(grid_lineage).where(grid_lineage.c.day == day))
    remove_grids(conn, list(conn.scalars(select(grid.c.id).where(mine))))
    ended = func.upper(grid.c.valid) == day
    if plan_id is not None:
        ended = and_(ended, grid.c.community_code.in_({row.community_code for row in gone.values()}))
    for row in conn.execute(select(grid.c.id, grid.c.code).where(ended)).all():
        goes_on = func.daterange(func.lower(grid.c.valid), gone[row.code].until if row.code in gone else None)
        conn.execute(update(grid).where(grid.c.id == row.id).values(valid=goes_on))
    if conn.scalar(select(grid.c.id).where(or_(begin, func.upper(grid.c.valid) == day)).limit(1)) is None:
        conn.execute(delete(publication).where(publication.c.day == day))
    else:
        renew_lineage(conn, day)
    by.note(conn, "publication_withdrawn", day.isoformat(), grids=len(gone))


def _locked(conn: Connection, day: date) -> Row[Any]:
    found = conn.execute(select(publication).where(publication.c.day == day).with_for_update()).one_or_none()
    if found is None:
        raise UnknownPublication(field="day", day=day.isoformat())
    return found


def _without_worker(conn: Connection, day: date) -> list[str]:
    """Codes of the grids that begin on a day and that nobody's account has as its area then."""
    codes = list(conn.scalars(select(grid.c.code).where(func.lower(grid.c.valid) == day).order_by(grid.c.code)))
    workers = workers_of(conn, codes, day)
    return [code for code in codes if code not in workers]
