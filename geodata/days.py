"""Rows that hold for a time: days of the city, [from, to)."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, ColumnElement, Date, cast


def today(zone: ZoneInfo) -> date:
    """The city's day now."""
    return datetime.now(zone).date()


def valid_on(table: Any, day: date) -> ColumnElement[bool]:
    """The condition that a row of a table with ``valid`` (or of an alias of it) holds on a day."""
    found: ColumnElement[bool] = table.c.valid.op("@>", return_type=Boolean())(cast(day, Date))
    return found
