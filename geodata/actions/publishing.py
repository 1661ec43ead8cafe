"""New boundaries come into force (发布启用): what nobody has dispatched yet follows its place, about open work a person is asked, the rest stays."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Row, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from geodata.actions.acting import Actor
from geodata.actions.telling import tell_workers
from geodata.days import today
from geodata.editions import EditionDay, HandedOver, edition_days, handed_over
from geodata.lineage import renew_lineage
from geodata.notices import workers_of
from geodata.owners.days import deciding_day
from geodata.owners.deriving import derive_reports
from geodata.owners.moves import Moves, codes_of, moves_between
from geodata.owners.reading import chosen_reports, reach_degrees, read_reports
from geodata.owners.writing import write_owners
from geodata.scope import EVERYTHING
from geodata.settings import Settings
from geodata.tables import doubt, grid, grid_lineage, owner, publication, report
from gridmap.assignment import Reason
from gridmap.errors import GridmapError
from gridmap.report import OPEN, OVER, UNDISPATCHED


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
    """What applying a publication would do now; nothing stays written. Errors: ``UnknownPublication``."""
    days = edition_days(conn, EVERYTHING, day=day)
    if not days:
        raise UnknownPublication(field="day", day=day.isoformat())
    trial = conn.begin_nested()
    try:
        renew_lineage(conn, day)
        rows = _affected(conn, settings, day)
        reports = _reroute(conn, settings, day, rows, account_id=None)
        found = PublicationPreview(
            days[0],
            handed_over(conn, day),
            reports,
            {
                str(state): int(count)
                for state, count in rows.loc[rows["fate"].isin(("rerouted", "asked")), "status"].value_counts().items()
            },
            _without_worker(conn, day),
        )
    finally:
        trial.rollback()
    return found


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
    done = _reroute(conn, settings, day, _affected(conn, settings, day), account_id=account_id)
    # A file that brought more grids of the same day is applied on top of the first.
    counts = {"rerouted": publication.c.rerouted + done.rerouted, "asked": publication.c.asked + done.asked}
    noting = update(publication).where(publication.c.day == day)
    conn.execute(noting.values(applied_at=func.now(), kept=done.kept, **counts))
    return done


def withdraw_publication(conn: Connection, settings: Settings, by: Actor, day: date) -> None:
    """Take back grids that are not in force yet: those that end then go on. Errors: ``UnknownPublication``, ``PublicationPast``."""
    _locked(conn, day)
    if day <= today(settings.zone):
        raise PublicationPast(field="day", day=day.isoformat())
    begun = grid.alias()
    until = {
        row.code: row.until
        for row in conn.execute(
            select(begun.c.code, func.upper(begun.c.valid).label("until")).where(func.lower(begun.c.valid) == day)
        )
    }
    conn.execute(delete(grid_lineage).where(grid_lineage.c.day == day))
    conn.execute(delete(grid).where(func.lower(grid.c.valid) == day))
    for row in conn.execute(select(grid.c.id, grid.c.code).where(func.upper(grid.c.valid) == day)).all():
        goes_on = func.daterange(func.lower(grid.c.valid), until.get(row.code))
        conn.execute(update(grid).where(grid.c.id == row.id).values(valid=goes_on))
    conn.execute(delete(publication).where(publication.c.day == day))
    by.note(conn, "publication_withdrawn", day.isoformat(), grids=len(until))


def _locked(conn: Connection, day: date) -> Row[Any]:
    found = conn.execute(select(publication).where(publication.c.day == day).with_for_update()).one_or_none()
    if found is None:
        raise UnknownPublication(field="day", day=day.isoformat())
    return found


def _affected(conn: Connection, settings: Settings, day: date) -> pd.DataFrame:
    """Open reports whose grid ends on the day, or whose place a new grid may hold, with their owner on the day.

    Columns of ``read_reports``, and ``new_`` ones of ``derive_reports``, ``old_code`` and ``new_code`` ("" for none), and ``fate``:
    ``rerouted``, ``carried`` (to the new edition of its own grid), ``asked``, "" for nothing.
    """
    over = select(grid.c.id).where(func.upper(grid.c.valid) == day)
    begun = grid.alias()
    near = select(begun.c.id).where(
        func.lower(begun.c.valid) == day, func.ST_DWithin(begun.c.geom, report.c.geom, reach_degrees(settings))
    )
    rows = read_reports(
        conn,
        chosen_reports(
            report.c.status.in_(OPEN),
            deciding_day(settings) < day,
            or_(owner.c.grid_id.in_(over), near.exists()),
        ),
    )
    derived = derive_reports(conn, settings, rows["report_id"].tolist(), at=day)
    rows = pd.concat([rows, derived.drop(columns="report_id").add_prefix("new_")], axis=1)
    codes = codes_of(conn, rows["grid_id"], rows["new_grid_id"])
    rows["old_code"], rows["new_code"] = rows["grid_id"].map(codes), rows["new_grid_id"].map(codes)
    waits = rows["status"].isin(UNDISPATCHED) & (rows["reason"] != Reason.DECIDED)
    rows["fate"] = ""
    hands = rows["old_code"] != rows["new_code"]
    rows.loc[hands & ~waits, "fate"] = "asked"
    rows.loc[hands & waits, "fate"] = "rerouted"
    rows.loc[~hands & (rows["grid_id"] != rows["new_grid_id"]) & waits, "fate"] = "carried"
    return rows


def _reroute(
    conn: Connection, settings: Settings, day: date, rows: pd.DataFrame, *, account_id: int | None
) -> Published:
    written, asked = rows[rows["fate"].isin(("rerouted", "carried"))], rows[rows["fate"] == "asked"]
    going = rows[rows["fate"] == "rerouted"]
    if len(written):
        fresh = {
            name: name.removeprefix("new_")
            for name in written.columns
            if name.startswith("new_") and name != "new_code"
        }
        derived = written[["report_id", *fresh]].rename(columns=fresh)
        write_owners(conn, settings, derived, cause="published", account_id=account_id)
    _ask(conn, asked)
    ended = select(grid.c.id).where(func.upper(grid.c.valid) == day)
    kept = select(func.count()).select_from(owner.join(report, report.c.id == owner.c.report_id))
    kept = kept.where(owner.c.grid_id.in_(ended), report.c.status.in_(OVER))
    moves = moves_between(going["old_code"], going["new_code"])
    asked_of, works_on = Counter(asked["old_code"]), max(day, today(settings.zone))
    tell_workers(conn, "published", works_on, moves, asked=asked_of, day=day.isoformat())
    return Published(day, len(going), len(asked), conn.scalar(kept) or 0, moves)


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


def _without_worker(conn: Connection, day: date) -> list[str]:
    """Codes of the grids that begin on a day and that nobody's account has as its area then."""
    codes = list(conn.scalars(select(grid.c.code).where(func.lower(grid.c.valid) == day).order_by(grid.c.code)))
    workers = workers_of(conn, codes, day)
    return [code for code in codes if code not in workers]
