"""Days of the city: the one that it is, as numbers, and rows that hold for a time, [from, to)."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, ColumnElement, Date, cast

_EPOCH = date(1970, 1, 1)


def today(zone: ZoneInfo) -> date:
    """The city's day now."""
    return datetime.now(zone).date()


def day_number(day: date) -> int:
    """Whole days since 1970."""
    return (day - _EPOCH).days


def numbered_day(number: int) -> date:
    """The day of a ``day_number``."""
    return _EPOCH + timedelta(days=int(number))


def valid_on(table: Any, day: date) -> ColumnElement[bool]:
    """The condition that a row of a table with ``valid`` (or of an alias of it) holds on a day."""
    found: ColumnElement[bool] = table.c.valid.op("@>", return_type=Boolean())(cast(day, Date))
    return found
