"""Orders of a list of reports, and the cursor that stands between two of its pages."""

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, tuple_

from geodata.database import is_storable
from geodata.tables import STATE_PLACE, report
from gridmap.errors import GridmapError
from gridmap.report import STATES


class BadCursor(GridmapError):
    """A cursor that no page gave out, or that belongs to another order."""

    code = "bad_cursor"
    zh = "翻页标记无效，请从第一页重新开始。"
    en = "The page cursor is not valid; start from the first page."


class UnknownOrder(GridmapError):
    """An order that does not exist."""

    code = "unknown_order"
    zh = "未知的排序“{value}”，可用：{allowed}。"
    en = "Unknown order “{value}”; use one of {allowed}."


class Position(NamedTuple):
    """The last row of a page: its group (None without one), its time, its key."""

    group: str | None
    at: datetime
    key: int


@dataclass(frozen=True, slots=True)
class Order:
    """By ``group`` (a column, None: none), within a group by ``time`` and key, newest first or oldest first. States go by their place in a report's life."""

    name: str
    time: str
    newest_first: bool = True
    group: str | None = None

    def parts(self, query: Select[Any], after: Position | None) -> Iterator[Select[Any]]:
        """The query cut in two at most whose rows, one after the other, are the list after a position. Each reads an index in its order."""
        time, key = report.c[self.time], report.c.id
        in_time = (time.desc(), key.desc()) if self.newest_first else (time, key)
        by_time = query.order_by(*in_time)
        rest = by_time.where(self._beyond(after)) if after else by_time
        if self.group is None:
            yield rest
            return
        group: Any = STATE_PLACE if self.group == "status" else report.c[self.group]
        later = query.order_by(group, *in_time)
        if after is None:
            yield later
            return
        here = STATES.index(after.group) + 1 if self.group == "status" else after.group
        yield rest.where(group == here)
        yield later.where(group > here)

    def _beyond(self, after: Position) -> Any:
        here, there = tuple_(report.c[self.time], report.c.id), tuple_(after.at, after.key)
        return here < there if self.newest_first else here > there

    def cursor(self, row: Row[Any]) -> str:
        """The cursor behind a row."""
        found = row._mapping
        group = found[self.group] if self.group else None
        content = json.dumps([self.name, group, found[self.time].isoformat(), row.id], ensure_ascii=False)
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")

    def position(self, cursor: str) -> Position:
        """The place of a cursor in this order. Errors: ``BadCursor``."""
        try:
            name, group, at, key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            read = Position(group, datetime.fromisoformat(at), key)
        except (ValueError, TypeError, binascii.Error, RecursionError) as error:
            raise BadCursor(field="cursor") from error
        whole = read.at.utcoffset() is not None and type(key) is int and abs(key) < 2**63
        if not whole or name != self.name or not self._has(group):
            raise BadCursor(field="cursor")
        return read

    def _has(self, group: Any) -> bool:
        if self.group is None:
            return group is None
        if self.group == "status":
            return group in STATES
        return isinstance(group, str) and is_storable(group)


NEWEST = Order("newest", "occurred_at")
ORDERS = {
    order.name: order
    for order in (
        NEWEST,
        Order("oldest", "occurred_at", newest_first=False),
        Order("reported", "reported_at"),
        Order("reported_oldest", "reported_at", newest_first=False),
        Order("category", "occurred_at", group="category"),
        Order("status", "occurred_at", group="status"),
    )
}


def order_named(name: str) -> Order:
    """The order of a name; blank is newest first. Errors: ``UnknownOrder``."""
    if (found := ORDERS.get(name or NEWEST.name)) is None:
        raise UnknownOrder(field="sort", value=name, allowed=", ".join(ORDERS))
    return found
