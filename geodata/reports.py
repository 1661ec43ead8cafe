"""Reports: list, find, insert."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Select, func, select, tuple_

from geodata.report_filter import ReportFilter
from geodata.scope import Scope
from geodata.tables import event, grid, owner, report, report_key
from gridmap.errors import GridmapError
from gridmap.report import ReportDraft


class UnknownReport(GridmapError):
    """No report has that reference."""

    code = "unknown_report"
    zh = "没有找到该案件，请检查链接或编号。"
    en = "There is no such report; check the link or number."


class BadCursor(GridmapError):
    """A cursor that no page gave out."""

    code = "bad_cursor"
    zh = "翻页标记无效，请从第一页重新开始。"
    en = "The page cursor is not valid; start from the first page."


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Rows of a list, newest first, and the cursor of the page after (None on the last)."""

    rows: list[Row[Any]]
    next_cursor: str | None


def list_reports(
    conn: Connection,
    scope: Scope,
    chosen: ReportFilter,
    zone: ZoneInfo,
    *,
    limit: int = 100,
    cursor: str | None = None,
) -> ReportPage:
    """Reports of a filter inside the scope by time of occurrence, newest first. Errors: ``BadCursor``."""
    conditions = (*scope.report_conditions(conn), *chosen.conditions(conn, zone))
    query = _described().where(*conditions).order_by(report.c.occurred_at.desc(), report.c.id.desc())
    if cursor:
        query = query.where(tuple_(report.c.occurred_at, report.c.id) < tuple_(*_read_cursor(cursor)))
    rows = list(conn.execute(query.limit(limit + 1)))
    more = len(rows) > limit
    rows = rows[:limit]
    return ReportPage(rows, _write_cursor(rows[-1]) if more else None)


def report_by_ref(conn: Connection, scope: Scope, ref: UUID | str) -> Row[Any]:
    """One report inside the scope with its owner. Errors: ``UnknownReport``."""
    try:
        known = UUID(str(ref))
    except ValueError as error:
        raise UnknownReport(field="ref") from error
    found = conn.execute(_described().where(report.c.ref == known, *scope.report_conditions(conn))).one_or_none()
    if found is None:
        raise UnknownReport(field="ref")
    return found


def report_by_key(conn: Connection, scope: str, key: str) -> Row[Any] | None:
    """The report that a client or source filed under a key: ``report_id``, ``ref``, ``body_hash``."""
    found: Row[Any] | None = conn.execute(
        select(report_key.c.report_id, report_key.c.body_hash, report.c.ref)
        .join(report, report.c.id == report_key.c.report_id)
        .where(report_key.c.scope == scope, report_key.c.key == key)
    ).one_or_none()  # type: ignore[assignment]
    return found


def events_of(conn: Connection, report_id: int) -> list[Row[Any]]:
    """What happened to a report, oldest first."""
    return list(
        conn.execute(
            select(event.c.kind, event.c.at, event.c.detail).where(event.c.report_id == report_id).order_by(event.c.id)
        )
    )


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
            accuracy_m=draft.accuracy_m,
            **values,
        )
        .returning(report.c.id, report.c.ref)
    ).one()


def _described() -> Select[Any]:
    return select(
        report.c.id,
        report.c.ref,
        report.c.category,
        report.c.source,
        report.c.status,
        report.c.text,
        report.c.address_text,
        report.c.datum,
        report.c.accuracy_m,
        report.c.occurred_at,
        report.c.reported_at,
        func.ST_X(report.c.geom).label("lon"),
        func.ST_Y(report.c.geom).label("lat"),
        owner.c.reason,
        owner.c.distance_to_edge_m,
        grid.c.code.label("grid_code"),
        grid.c.name.label("grid_name"),
        grid.c.community_code,
    ).select_from(
        report.outerjoin(owner, owner.c.report_id == report.c.id).outerjoin(grid, grid.c.id == owner.c.grid_id)
    )


def _write_cursor(row: Row[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps([row.occurred_at.isoformat(), row.id]).encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, int]:
    try:
        at, key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        read = datetime.fromisoformat(at)
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise BadCursor(field="cursor") from error
    if read.utcoffset() is None or type(key) is not int or abs(key) >= 2**63:
        raise BadCursor(field="cursor")
    return read, key
