"""Orders of the hotline, handed over one by one by its platform; the number makes a retry harmless."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, true

from geodata.actions.filing import file_report
from geodata.hotline import DUE_LATEST, NUMBER_MOST, ORDER_SCOPE, is_order_number, report_id_of_order
from geodata.scope import Scope
from geodata.settings import Settings
from geodata.tables import hotline_order, report
from gridmap.errors import GridmapError
from gridmap.report import ReportDraft


class OrderNumberMissing(GridmapError):
    """An order without a number, or with one that is none."""

    code = "order_number_missing"
    zh = "请给出工单编号 number（不超过 {most} 字，首尾无空格，不含控制字符，不以斜线开头，无连续斜线，斜线之间不是单独的点）。"
    en = "Give the order's number (at most {most} characters, no blanks around it, no control characters, no slash in front, no two in a row, no lone dots between slashes)."


class OrderDiffers(GridmapError):
    """A number that is known with other contents."""

    code = "order_differs"
    zh = "编号为“{number}”的工单已存在，且内容不同（{fields}）。"
    en = "Order “{number}” is there already and says something else ({fields})."


class OrderElsewhere(GridmapError):
    """A number that is known as that of somebody else's order outside the caller's area."""

    code = "order_elsewhere"
    zh = "编号为“{number}”的工单已由他人提交，且不在您的责任范围内。"
    en = "Order “{number}” was handed over by somebody else and lies outside your area."


class OrderDueEarly(GridmapError):
    """An order that is due before it was received."""

    code = "due_before_received"
    zh = "办结时限早于受理时间，请检查。"
    en = "The order is due before it was received; check both times."


class OrderDueLate(GridmapError):
    """An order that nobody alive will see due: a typing error."""

    code = "due_too_late"
    zh = "办结时限比受理时间晚十年以上，请检查。"
    en = "The order is due more than ten years after it was received; check both times."


@dataclass(frozen=True, slots=True)
class HotlineOrder:
    """An order as the platform says it: the report in it, its number, and until when, where it says so."""

    number: str
    draft: ReportDraft
    due_at: datetime | None = None


def hand_over_order(conn: Connection, scope: Scope, settings: Settings, order: HotlineOrder) -> bool:
    """File an order for the scope's account; False when the same one is there already, by this way or from a file.

    Errors: ``OrderNumberMissing``, ``OrderDueEarly``, ``OrderDueLate``, ``OrderDiffers``, ``OrderElsewhere``, those of ``file_report``.
    """
    if not is_order_number(order.number):
        raise OrderNumberMissing(field="number", most=NUMBER_MOST)
    _check_due(order)
    conn.execute(func.pg_advisory_xact_lock(func.hashtextextended(f"hotline order {order.number}", 0)).select())
    if (known := report_id_of_order(conn, order.number)) is not None:
        if not _may_know(conn, scope, known):
            raise OrderElsewhere(field="number", number=order.number)
        if differing := _differing(conn, known, order):
            raise OrderDiffers(field="number", number=order.number, fields=", ".join(differing))
        return False
    draft = replace(order.draft, source="hotline", client_key=order.number)
    filed = file_report(conn, settings, draft, scope=ORDER_SCOPE, account_id=scope.account_id)
    key = select(report.c.id).where(report.c.ref == filed.ref).scalar_subquery()
    conn.execute(hotline_order.insert().values(report_id=key, number=order.number, due_at=order.due_at))
    return True


def _check_due(order: HotlineOrder) -> None:
    if order.due_at is None:
        return
    received = order.draft.reported_at or datetime.now(UTC)
    if order.draft.reported_at and order.due_at < received:
        raise OrderDueEarly(field="due_at")
    if order.due_at - received > DUE_LATEST:
        raise OrderDueLate(field="due_at")


def _may_know(conn: Connection, scope: Scope, report_id: int) -> bool:
    """Whether an order that is there was handed over by the scope's account, or lies inside."""
    mine = report.c.account_id == scope.account_id
    inside = and_(true(), *scope.report_conditions(conn))
    return conn.scalar(select(report.c.id).where(report.c.id == report_id, or_(mine, inside))) is not None


def _differing(conn: Connection, report_id: int, order: HotlineOrder) -> list[str]:
    """Names of what an order that is there says otherwise; what the platform leaves out was not said."""
    row = conn.execute(select(report, hotline_order.c.due_at).join(hotline_order).where(report.c.id == report_id)).one()
    draft = order.draft
    said: dict[str, tuple[Any, Any]] = {
        "text": (draft.text, row.text),
        "address": (draft.address_text, row.address_text),
        "category": (draft.category.strip(), row.category),
        "lon": (draft.lon, row.raw_lon),
        "lat": (draft.lat, row.raw_lat),
        "datum": (draft.datum if draft.lon is not None else row.datum, row.datum),
        "received_at": (draft.reported_at or row.reported_at, row.reported_at),
        "due_at": (order.due_at, row.due_at),
    }
    return [name for name, (given, kept) in said.items() if given != kept]
