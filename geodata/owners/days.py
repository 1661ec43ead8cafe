"""The day whose grids decide over an owner."""

from datetime import date

from sqlalchemy import ColumnElement, Connection, Date, cast, func, select

from geodata.settings import Settings
from geodata.tables import owner, report


def deciding_day(settings: Settings) -> ColumnElement[date]:
    """The day whose grids decide over the owner of a report: the city's day on which it was reported, unless a publication re-routed
    it or its pin was moved later. For queries that join ``owner``; ``held_owners.sql`` says the same."""
    reported = func.date(func.timezone(settings.time_zone, report.c.reported_at))
    return func.coalesce(owner.c.as_of, cast(reported, Date))


def deciding_day_of(conn: Connection, settings: Settings, report_id: int) -> date:
    """That of one report."""
    query = select(deciding_day(settings)).select_from(report.outerjoin(owner, owner.c.report_id == report.c.id))
    return conn.execute(query.where(report.c.id == report_id)).scalar_one()
