"""Addresses to be placed (地址待定): what waits, what was placed by the match alone or by a person, what cannot be placed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select
from sqlalchemy.dialects.postgresql import insert

from geodata.addresses.matching import MatchedAddress, searched_version
from geodata.reports import UnknownReport
from geodata.scope import Scope
from geodata.tables import IS_OPEN, account, address_search, hotline_order, owner, report
from gridmap.report import OVER


@dataclass(frozen=True, slots=True)
class Search:
    """An address with its report. ``candidates`` are as kept: kind, key, name, lon, lat, grid, community, score, matched, spans.

    ``lon`` and ``lat`` are where the report is placed now, None while it is not.
    """

    report_id: int
    ref: UUID
    state: str
    candidates: list[dict[str, Any]]
    score: float | None
    chosen: int | None
    why: str
    decided_by: str | None
    decided_at: datetime | None
    searched_at: datetime
    category: str
    status: str
    text: str
    address_text: str
    reported_at: datetime
    intake_district: str
    number: str | None
    due_at: datetime | None
    lon: float | None
    lat: float | None
    grid_id: int | None


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Searches in the order in which they came in, and where the page after starts (None on the last)."""

    rows: list[Search]
    next_place: int | None


def keep_searches(conn: Connection, found: dict[int, MatchedAddress]) -> None:
    """Keep what was found for reports (by key) beside them: automatic, or open for a person."""
    if not found:
        return
    version = searched_version(conn)
    values = [
        {
            "report_id": key,
            "state": "assigned" if match.sure else "open",
            "candidates": match.as_json(),
            "score": match.score,
            "layers_version": version,
        }
        for key, match in found.items()
    ]
    made = insert(address_search).values(values)
    names = ("state", "candidates", "score", "layers_version")
    changed = {name: made.excluded[name] for name in names} | {"searched_at": func.now()}
    conn.execute(made.on_conflict_do_update(index_elements=["report_id"], set_=changed))


def search_of_report(conn: Connection, scope: Scope, ref: UUID | str) -> Search:
    """The search of a report inside the scope. Errors: ``UnknownReport``, also for a report whose address was not looked for."""
    try:
        known = UUID(str(ref))
    except ValueError as error:
        raise UnknownReport(field="ref") from error
    row = conn.execute(_described().where(report.c.ref == known, *scope.report_conditions(conn))).one_or_none()
    if row is None:
        raise UnknownReport(field="ref")
    return _search(row)


def search_state(conn: Connection, report_id: int) -> str | None:
    """Where the address of a report stands; None when it was not looked for."""
    return conn.scalar(select(address_search.c.state).where(address_search.c.report_id == report_id))


def list_searches(conn: Connection, scope: Scope, state: str, *, limit: int = 50, after: int = 0) -> SearchPage:
    """Searches of a state inside the scope, the report that came in first first; ``after`` is the last report's key of the page before."""
    conditions = _of_state(conn, scope, state)
    query = _described().where(*conditions, address_search.c.report_id > after)
    rows = conn.execute(query.order_by(address_search.c.report_id).limit(limit + 1)).all()
    return SearchPage([_search(row) for row in rows[:limit]], rows[limit - 1].report_id if len(rows) > limit else None)


def next_search(conn: Connection, scope: Scope, after: int) -> UUID | None:
    """The next open one behind a report's key, or else the first; None when none is open."""
    conditions = _of_state(conn, scope, "open")
    query = select(report.c.ref).join(address_search, address_search.c.report_id == report.c.id).where(*conditions)
    behind = (address_search.c.report_id <= after, address_search.c.report_id)
    return conn.scalar(query.order_by(*behind).limit(1))


def search_counts(conn: Connection, scope: Scope) -> dict[str, int]:
    """How many there are inside the scope by state; of open ones those whose report is not over."""
    counted = (
        select(address_search.c.state, func.count().label("number"))
        .join(report, report.c.id == address_search.c.report_id)
        .where(*_current(), *scope.report_conditions(conn))
        .group_by(address_search.c.state)
    )
    return {row.state: row.number for row in conn.execute(counted)}


def waiting_reports(conn: Connection, limit: int) -> list[int]:
    """Keys of open reports whose address was never looked for, or not among the layers as they are now; at most ``limit``."""
    return list(conn.scalars(_waiting(conn).order_by(report.c.id).limit(limit)))


def count_waiting(conn: Connection) -> int:
    """How many there are."""
    return conn.scalar(select(func.count()).select_from(_waiting(conn).subquery())) or 0


def _waiting(conn: Connection) -> Select[Any]:
    unlooked = address_search.c.report_id.is_(None) & (report.c.address_text != "")
    outdated = (address_search.c.state == "open") & (address_search.c.layers_version < searched_version(conn))
    return (
        select(report.c.id)
        .outerjoin(address_search, address_search.c.report_id == report.c.id)
        .where(IS_OPEN, report.c.geom.is_(None), unlooked | outdated)
    )


def _current() -> tuple[ColumnElement[bool], ...]:
    """What is over needs no place any more."""
    return ((address_search.c.state != "open") | report.c.status.not_in(OVER),)


def _of_state(conn: Connection, scope: Scope, state: str) -> tuple[ColumnElement[bool], ...]:
    return (address_search.c.state == state, *_current(), *scope.report_conditions(conn))


def _described() -> Select[Any]:
    return select(
        address_search.c.report_id,
        report.c.ref,
        address_search.c.state,
        address_search.c.candidates,
        address_search.c.score,
        address_search.c.chosen,
        address_search.c.why,
        account.c.display_name.label("decided_by"),
        address_search.c.decided_at,
        address_search.c.searched_at,
        report.c.category,
        report.c.status,
        report.c.text,
        report.c.address_text,
        report.c.reported_at,
        report.c.intake_district,
        hotline_order.c.number,
        hotline_order.c.due_at,
        func.ST_X(report.c.geom).label("lon"),
        func.ST_Y(report.c.geom).label("lat"),
        owner.c.grid_id,
    ).select_from(
        address_search.join(report, report.c.id == address_search.c.report_id)
        .outerjoin(hotline_order, hotline_order.c.report_id == report.c.id)
        .outerjoin(owner, owner.c.report_id == report.c.id)
        .outerjoin(account, account.c.id == address_search.c.decided_by)
    )


def _search(row: Row[Any]) -> Search:
    return Search(**row._mapping)
