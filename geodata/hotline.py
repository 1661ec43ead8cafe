"""Work orders of the hotline (12345工单): one by its number with what the platform calls back with, and open cases near a place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from geodata.nearby import metres_from, within_metres
from geodata.reports import described
from geodata.scope import Scope
from geodata.tables import address_search, event, hotline_order, report
from gridmap.errors import GridmapError
from gridmap.report import OVER

#: Whose keys the numbers of orders are, whichever way they come.
ORDER_SCOPE = "hotline"
#: Characters of a number.
NUMBER_MOST = 60
#: An order that is due later after its receipt bears a typing error.
DUE_LATEST = timedelta(days=3653)


class UnknownOrder(GridmapError):
    """No order has that number, or it lies outside the caller's area."""

    code = "unknown_order"
    zh = "没有找到编号为“{number}”的工单，或不在您的责任范围内。"
    en = "There is no order “{number}”, or it lies outside your area."


@dataclass(frozen=True, slots=True)
class OrderState:
    """An order with its report as listed, and how its work stands.

    ``unit`` is the one that it was dispatched to last; ``result`` and ``rating`` what was noted with the last events, "" for nothing;
    ``closed_at`` None while it is open; ``placing`` the state of its address, None when it came with coordinates.
    """

    number: str
    due_at: datetime | None
    row: Row[Any]
    unit: str
    last_event_at: datetime
    closed_at: datetime | None
    result: str
    rating: str
    placing: str | None
    why: str


def is_order_number(number: str) -> bool:
    """Whether a text can be a number: it is also the end of an address, and stands in an index.

    >>> [is_order_number(text) for text in ("HH-1", "市/1", "1.2", "", " HH-1", "/1", "1//2", "..", "1/./2")]
    [True, True, True, False, False, False, False, False, False]
    """
    clean = number == number.strip() and number.isprintable() and not number.startswith("/") and "//" not in number
    # Programs take . and .. out of an address before they ask for it.
    return clean and 0 < len(number) <= NUMBER_MOST and not {".", ".."} & set(number.split("/"))


def order_by_number(conn: Connection, scope: Scope, number: str) -> OrderState:
    """The order of a number whose report lies inside the scope. Errors: ``UnknownOrder``."""
    found = conn.execute(
        described()
        .add_columns(
            hotline_order.c.number,
            hotline_order.c.due_at,
            address_search.c.state.label("placing"),
            address_search.c.why,
        )
        .join(hotline_order, hotline_order.c.report_id == report.c.id)
        .outerjoin(address_search, address_search.c.report_id == report.c.id)
        .where(hotline_order.c.number == number, *scope.report_conditions(conn))
    ).one_or_none()
    if found is None:
        raise UnknownOrder(field="number", number=number)
    events = conn.execute(
        select(event.c.kind, event.c.at, event.c.detail).where(event.c.report_id == found.id).order_by(event.c.id)
    ).all()
    over = found.status in OVER
    return OrderState(
        number=found.number,
        due_at=found.due_at,
        row=found,
        unit=_last(events, "unit"),
        last_event_at=max((each.at for each in events), default=found.reported_at),
        closed_at=next((each.at for each in reversed(events) if each.kind in OVER), None) if over else None,
        result=_last(events, "result"),
        rating=_last(events, "rating"),
        placing=found.placing,
        why=found.why or "",
    )


def order_of_report(conn: Connection, report_id: int) -> Any:
    """``number`` and ``due_at`` of a report that is an order of the hotline; None for any other."""
    query = select(hotline_order.c.number, hotline_order.c.due_at).where(hotline_order.c.report_id == report_id)
    found: Any = conn.execute(query).one_or_none()
    return found


def report_id_of_order(conn: Connection, number: str) -> int | None:
    """The key of the report that an order is, whoever asks."""
    return conn.scalar(select(hotline_order.c.report_id).where(hotline_order.c.number == number))


def open_cases_near(
    conn: Connection, scope: Scope, lon: float, lat: float, *, metres: float = 100, limit: int = 10
) -> list[Row[Any]]:
    """Open reports inside the scope near a place (WGS84 degrees), nearest first, as listed, with ``metres``, ``number`` and ``due_at``
    (None where the report is no order or names no time)."""
    distance = metres_from(lon, lat)
    query = (
        described()
        .add_columns(distance.label("metres"), hotline_order.c.number, hotline_order.c.due_at)
        .outerjoin(hotline_order, hotline_order.c.report_id == report.c.id)
        .where(*scope.report_conditions(conn), *within_metres(lon, lat, metres), report.c.status.not_in(OVER))
    )
    return list(conn.execute(query.order_by(distance, report.c.id.desc()).limit(limit)))


def _last(events: Sequence[Any], name: str) -> str:
    """What the last event that says something under a name says."""
    return next((str(each.detail[name]) for each in reversed(events) if each.detail.get(name)), "")
