"""The day whose grids decide over an owner."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Date, cast, func, select

from geodata.days import day_number
from geodata.settings import Settings
from geodata.tables import owner, report

_FIRST = datetime(2000, 1, 1, tzinfo=UTC)  # from which PostgreSQL counts
_FIRST_DAY = day_number(_FIRST.date())
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1) // _MICROSECOND


def deciding_day(settings: Settings) -> ColumnElement[date]:
    """The day whose grids decide over the owner of a report: the city's day on which it was reported, unless a publication re-routed
    it or its pin was moved later. For queries that join ``owner``; ``held_in_districts`` says the same."""
    reported = func.date(func.timezone(settings.time_zone, report.c.reported_at))
    return func.coalesce(owner.c.as_of, cast(reported, Date))


def deciding_day_of(conn: Connection, settings: Settings, report_id: int) -> date:
    """That of one report."""
    query = select(deciding_day(settings)).select_from(report.outerjoin(owner, owner.c.report_id == report.c.id))
    return conn.execute(query.where(report.c.id == report_id)).scalar_one()


def city_days(instants: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.int32]:
    """The city's days (since 1970) of instants (microseconds since 2000, UTC, as PostgreSQL counts), summer time and all.

    The clock's offset is asked for each day once; where it differs between the ends of a day, for each instant.
    """
    days, place = np.unique(instants // _DAY, return_inverse=True)
    begun, ended = (np.array([_offset(day * _DAY, zone) for day in each], dtype=np.int64) for each in (days, days + 1))
    offset = begun[place]
    for row in np.flatnonzero((begun != ended)[place]):
        offset[row] = _offset(instants[row], zone)
    found: NDArray[np.int32] = ((instants + offset) // _DAY + _FIRST_DAY).astype(np.int32)
    return found


def _offset(instant: int, zone: ZoneInfo) -> int:
    """How far the zone's clock is ahead of UTC, microseconds."""
    ahead = (_FIRST + timedelta(microseconds=int(instant))).astimezone(zone).utcoffset()
    assert ahead is not None
    return ahead // _MICROSECOND
