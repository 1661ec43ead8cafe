"""Reports: list, find, insert."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from geodata.report_order import NEWEST, Order
from geodata.scope import Scope
from geodata.tables import account, event, grid, owner, report, report_key
from gridmap.errors import GridmapError
from gridmap.report import ReportDraft


class UnknownReport(GridmapError):
    """No report has that reference."""

    code = "unknown_report"
    zh = "没有找到该案件，请检查链接或编号。"
    en = "There is no such report; check the link or number."


class Choice(Protocol):
    """A choice of reports: ``ReportFilter``, or ``ReportSearch`` around one."""

    def conditions(self, conn: Connection, zone: ZoneInfo) -> list[ColumnElement[bool]]:
        """Conditions on the table ``report``."""
        ...


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Rows of a list in their order, and the cursor of the page after (None on the last)."""

    rows: list[Row[Any]]
    next_cursor: str | None


def list_reports(
    conn: Connection,
    scope: Scope,
    chosen: Choice,
    zone: ZoneInfo,
    *,
    order: Order = NEWEST,
    limit: int = 100,
    cursor: str | None = None,
) -> ReportPage:
    """A page of the chosen reports inside the scope. A row that is there all the while comes on exactly one page. Errors: ``BadCursor``."""
    query = chosen_reports(conn, scope, chosen, zone)
    rows: list[Row[Any]] = []
    for part in order.parts(query, order.position(cursor) if cursor else None):
        rows += conn.execute(part.limit(limit + 1 - len(rows)))
        if len(rows) > limit:
            break
    more = len(rows) > limit
    rows = rows[:limit]
    return ReportPage(rows, order.cursor(rows[-1]) if more else None)


def chosen_reports(conn: Connection, scope: Scope, chosen: Choice, zone: ZoneInfo) -> Select[Any]:
    """The query of a list, in no order yet."""
    return described().where(*scope.report_conditions(conn), *chosen.conditions(conn, zone))


def count_reports(conn: Connection, scope: Scope, chosen: Choice, zone: ZoneInfo, *, most: int | None = None) -> int:
    """How many reports are chosen inside the scope; counting ends at ``most``."""
    conditions = (*scope.report_conditions(conn), *chosen.conditions(conn, zone))
    found = select(report.c.id).where(*conditions).limit(most).subquery()
    return conn.scalar(select(func.count()).select_from(found)) or 0


def report_by_ref(conn: Connection, scope: Scope, ref: UUID | str) -> Row[Any]:
    """One report inside the scope with its owner. Errors: ``UnknownReport``."""
    try:
        known = UUID(str(ref))
    except ValueError as error:
        raise UnknownReport(field="ref") from error
    found = conn.execute(described().where(report.c.ref == known, *scope.report_conditions(conn))).one_or_none()
    if found is None:
        raise UnknownReport(field="ref")
    return found


def reports_by_id(conn: Connection, scope: Scope, ids: Sequence[int]) -> list[Row[Any]]:
    """Reports inside the scope with their owners, in the order of ``ids``; what is gone is left out."""
    rows = conn.execute(described().where(report.c.id.in_(ids), *scope.report_conditions(conn)))
    place = {key: position for position, key in enumerate(ids)}
    return sorted(rows, key=lambda row: place[row.id])


def report_by_key(conn: Connection, scope: str, key: str) -> Row[Any] | None:
    """The report that a client or source filed under a key: ``report_id``, ``ref``, ``body_hash``."""
    found: Row[Any] | None = conn.execute(
        select(report_key.c.report_id, report_key.c.body_hash, report.c.ref)
        .join(report, report.c.id == report_key.c.report_id)
        .where(report_key.c.scope == scope, report_key.c.key == key)
    ).one_or_none()  # type: ignore[assignment]
    return found


def events_of(conn: Connection, report_id: int) -> list[Row[Any]]:
    """What happened to a report, oldest first: ``kind``, ``at``, ``detail``, ``done_by`` (the account's name, None for none)."""
    query = (
        select(event.c.kind, event.c.at, event.c.detail, account.c.display_name.label("done_by"))
        .select_from(event.outerjoin(account, account.c.id == event.c.account_id))
        .where(event.c.report_id == report_id)
    )
    return list(conn.execute(query.order_by(event.c.id)))


def categories(conn: Connection) -> list[str]:
    """Every category that a report carries, by skipping through the index instead of reading all rows."""
    first = select(func.min(report.c.category).label("category")).cte("seen", recursive=True)
    following = select(func.min(report.c.category)).where(report.c.category > first.c.category).scalar_subquery()
    seen = first.union_all(select(following).where(first.c.category.is_not(None)))
    return [
        name
        for (name,) in conn.execute(
            select(seen.c.category).where(seen.c.category.is_not(None)).order_by(seen.c.category)
        )
    ]


def insert_report(conn: Connection, draft: ReportDraft, values: dict[str, Any]) -> Row[Any]:
    """Write one report (without owner and events) and give ``id`` and ``ref``. ``values`` are the derived columns."""
    return conn.execute(
        report.insert()
        .values(
            category=draft.category.strip(),
            source=draft.source,
            text=draft.text,
            address_text=draft.address_text,
            raw_lon=draft.lon,
            raw_lat=draft.lat,
            datum=draft.datum,
            device=draft.device.strip(),
            accuracy_m=draft.accuracy_m,
            **values,
        )
        .returning(report.c.id, report.c.ref)
    ).one()


def described() -> Select[Any]:
    """Reports with their owner as lists and pages show them, in no order."""
    return select(
        report.c.id,
        report.c.ref,
        report.c.category,
        report.c.source,
        report.c.status,
        report.c.text,
        report.c.address_text,
        report.c.raw_lon,
        report.c.raw_lat,
        report.c.datum,
        report.c.device,
        report.c.accuracy_m,
        report.c.occurred_at,
        report.c.reported_at,
        func.ST_X(report.c.geom).label("lon"),
        func.ST_Y(report.c.geom).label("lat"),
        owner.c.reason,
        owner.c.distance_to_edge_m,
        owner.c.share.label("owner_share"),
        owner.c.index_version,
        owner.c.assigned_at,
        owner.c.grid_id,
        grid.c.code.label("grid_code"),
        grid.c.name.label("grid_name"),
        grid.c.name_en.label("grid_name_en"),
        grid.c.community_code,
    ).select_from(
        report.outerjoin(owner, owner.c.report_id == report.c.id).outerjoin(grid, grid.c.id == owner.c.grid_id)
    )
