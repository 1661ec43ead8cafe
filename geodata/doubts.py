"""Owners in doubt (归属存疑): the questions that wait for a person, and what people decided.

A question is seen by those who see its report: the areas that hold its owner, and districts for what has no owner. The grids that may
hold the place are named even where they lie outside: whoever is asked must know between what. Where a transfer takes a report out of
somebody's area, they see it for a day longer among their own decisions, to take it back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from geoalchemy2 import Geography, Geometry
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, cast, exists, func, or_, select, true

from geodata.days import valid_on
from geodata.points import point
from geodata.reports import described
from geodata.scope import Scope
from geodata.seen import seen_tag
from geodata.tables import IS_OPEN, account, division, doubt, grid, report
from gridmap.errors import GridmapError

DECIDED = ("confirmed", "transferred")
#: States that the queue shows; what was withdrawn is of interest to nobody.
STATES_SHOWN = ("open", *DECIDED)
#: How long a decision about a report that has left one's area can be taken back.
TAKE_BACK = timedelta(days=1)
#: States in which nobody outside the grids works on a report yet: who owns it decides who starts.
_BEFORE_WORK = ("filed", "to_review", "sent_back", "whistled")
_asked, _chosen = grid.alias("asked"), grid.alias("chosen")
_OF_REPORTS = doubt.join(report, report.c.id == doubt.c.report_id)
#: The two likeliest grids of a question, in order of code.
_FIRST, _SECOND = (doubt.c.alternatives[(place, "0")].astext for place in ("0", "1"))
_TWO = (func.least(_FIRST, _SECOND), func.greatest(_FIRST, _SECOND))


class UnknownDoubtState(GridmapError):
    """A state that no question about an owner has."""

    code = "unknown_doubt_state"
    zh = "未知的归属存疑状态“{value}”，可用：{allowed}。"
    en = "Unknown state of a doubt “{value}”; use one of {allowed}."


@dataclass(frozen=True, slots=True)
class DisputedBorder:
    """Two grids by their codes between which reports are in doubt, and what became of them in a period."""

    codes: tuple[str, str]
    open: int
    confirmed: int
    transferred: int


@dataclass(frozen=True, slots=True)
class DoubtChoice:
    """Which questions: open ones, or those confirmed or transferred ``since`` a time; ``between``: of two grids by their codes, in order."""

    state: str
    since: datetime | None = None
    between: tuple[str, str] | None = None


def list_doubts(
    conn: Connection, scope: Scope, chosen: DoubtChoice, *, start: int = 0, limit: int = 50
) -> list[Row[Any]]:
    """The chosen questions inside the scope with their report: open ones first where nobody works yet, the newest first; decided ones the
    latest first. Rows are those of ``geodata.reports.described`` and of ``doubt_of``.
    """
    order = (
        [case((report.c.status.in_(_BEFORE_WORK), 0), else_=1), report.c.reported_at.desc(), report.c.id.desc()]
        if chosen.state == "open"
        else [doubt.c.decided_at.desc(), report.c.id.desc()]
    )
    query = _questions().where(*_conditions(conn, scope, chosen)).order_by(*order).offset(start).limit(limit)
    return list(conn.execute(query))


def count_doubts(conn: Connection, scope: Scope, chosen: DoubtChoice) -> int:
    """As many as ``list_doubts`` lists."""
    counted = select(func.count()).select_from(_OF_REPORTS).where(*_conditions(conn, scope, chosen))
    return conn.scalar(counted) or 0


def in_doubt(state: str) -> list[ColumnElement[bool]]:
    """Conditions on ``report``: its latest question is in a state of ``STATES_SHOWN``, an open one while work on it goes on, as the queue has it."""
    asked = exists(select(1).where(doubt.c.report_id == report.c.id, doubt.c.state == state))
    return [asked, IS_OPEN] if state == "open" else [asked]


def doubt_of(conn: Connection, report_id: int) -> Row[Any] | None:
    """The latest question about a report: ``doubt_state``, ``doubt_kind``, ``alternatives``, ``asked_...``, ``chosen_...``, who and when."""
    found: Row[Any] | None = conn.execute(_questions().where(report.c.id == report_id)).one_or_none()
    return found


def doubt_of_ref(conn: Connection, scope: Scope, ref: UUID) -> Row[Any] | None:
    """The latest question about a report that the scope sees, None without one or for other reports."""
    found: Row[Any] | None = conn.execute(_questions().where(report.c.ref == ref, _visible(conn, scope))).one_or_none()
    return found


def disputed_borders(conn: Connection, scope: Scope, since: datetime, *, limit: int = 10) -> list[DisputedBorder]:
    """The pairs of grids whose border leaves most doubts, open now or decided since a time, inside the scope."""
    counts = {state: func.count().filter(doubt.c.state == state) for state in STATES_SHOWN}
    either = (and_(*_conditions(conn, scope, DoubtChoice(state, since))) for state in counts)
    query = (
        select(*_TWO, *(count.label(state) for state, count in counts.items()))
        .select_from(_OF_REPORTS)
        .where(doubt.c.kind == "accuracy", _SECOND.is_not(None), or_(*either))
        .group_by(*_TWO)
        .order_by(func.count().desc(), *_TWO)
        .limit(limit)
    )
    return [DisputedBorder((one, other), *numbers) for one, other, *numbers in conn.execute(query)]


def grids_asked(conn: Connection, codes: Iterable[str], at: date) -> dict[str, Row[Any]]:
    """Grids by code, in force on a day or else in their latest edition: ``code``, ``name``, ``name_en``, ``community`` (its name).

    They are those of a question that the caller sees, whether in their area or not.
    """
    columns = (grid.c.code, grid.c.name, grid.c.name_en, division.c.name.label("community"))
    return _by_code(conn, codes, at, columns)


def shapes_asked(
    conn: Connection, codes: Iterable[str], at: date, lon: float, lat: float, around_m: float
) -> dict[str, Row[Any]]:
    """The outlines of the grids of ``grids_asked`` as GeoJSON in ``geojson``, and a place inside each that lies around a place, for its
    words: ``label_lon``, ``label_lat`` (None where the grid lies farther off)."""
    circle = cast(func.ST_Buffer(cast(point(lon, lat), Geography), around_m), Geometry)
    label = func.ST_PointOnSurface(func.ST_Intersection(grid.c.geom, circle))
    columns = (
        grid.c.code,
        func.ST_AsGeoJSON(grid.c.geom, 6).label("geojson"),
        func.ST_X(label).label("label_lon"),
        func.ST_Y(label).label("label_lat"),
    )
    return _by_code(conn, codes, at, columns)


def _by_code(conn: Connection, codes: Iterable[str], at: date, columns: Iterable[Any]) -> dict[str, Row[Any]]:
    query = (
        select(*columns)
        .select_from(grid.outerjoin(division, division.c.code == grid.c.community_code))
        .where(grid.c.code.in_(sorted(set(codes))))
        .order_by(valid_on(grid, at), func.lower(grid.c.valid).nulls_first())
    )
    rows: list[Row[Any]] = list(conn.execute(query))
    return {row.code: row for row in rows}  # of editions the last


def tag_of(report_id: int, grid_id: int | None, assigned_at: datetime | None, state: str | None) -> str:
    """Names what somebody saw before deciding, so that two people do not overrule each other unawares."""
    return seen_tag(report_id, grid_id, assigned_at and assigned_at.timestamp(), state)


def tag_of_row(row: Row[Any]) -> str:
    """``tag_of`` a row of ``list_doubts`` or ``doubt_of``."""
    return tag_of(row.id, row.grid_id, row.assigned_at, row.doubt_state)


def _questions() -> Select[Any]:
    return (
        described()
        .add_columns(
            doubt.c.kind.label("doubt_kind"),
            doubt.c.state.label("doubt_state"),
            doubt.c.share.label("asked_share"),
            doubt.c.alternatives,
            doubt.c.opened_at,
            doubt.c.decided_at,
            doubt.c.decided_by,
            account.c.display_name.label("decided_by_name"),
            *(
                columns.c[name].label(f"{word}_{name}")
                for word, columns in (("asked", _asked), ("chosen", _chosen))
                for name in ("code", "name", "name_en")
            ),
        )
        .join(doubt, doubt.c.report_id == report.c.id)
        .outerjoin(_asked, _asked.c.id == doubt.c.grid_id)
        .outerjoin(_chosen, _chosen.c.id == doubt.c.chosen_grid_id)
        .outerjoin(account, account.c.id == doubt.c.decided_by)
    )


def _conditions(conn: Connection, scope: Scope, chosen: DoubtChoice) -> list[ColumnElement[bool]]:
    found = [doubt.c.state == chosen.state]
    if chosen.between:
        found += [
            doubt.c.kind == "accuracy",
            *(code == wanted for code, wanted in zip(_TWO, chosen.between, strict=True)),
        ]
    if chosen.state == "open":
        return [*found, IS_OPEN, *scope.report_conditions(conn)]
    if chosen.since:
        found.append(doubt.c.decided_at >= chosen.since)
    return [*found, _visible(conn, scope)]


def _visible(conn: Connection, scope: Scope) -> ColumnElement[bool]:
    """What lies inside the scope, and for a day what its account decided."""
    mine = and_(doubt.c.decided_by == scope.account_id, doubt.c.decided_at > func.now() - TAKE_BACK)
    return or_(and_(true(), *scope.report_conditions(conn)), mine)
