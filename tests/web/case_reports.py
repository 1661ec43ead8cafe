"""Reports for tests of the pages about cases: in grids of the drawing, at any time, with owner and first event."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from geodata.actions import file_report
from geodata.settings import Settings
from gridmap.report import ReportDraft
from tests.geodata.cities import middle_of


def file_case(
    conn: Connection,
    settings: Settings,
    grid: str | None,
    *,
    category: str = "井盖",
    status: str = "filed",
    account_id: int | None = None,
    days_ago: float = 0,
    **draft: Any,
) -> UUID:
    """File a report in the middle of a grid (None: an address only), some days ago, and put it into a state; gives its reference."""
    lon, lat = middle_of(grid) if grid else (None, None)
    values = {"lon": lon, "lat": lat, "address_text": "富邦小区3号楼", "text": "样例", **draft}
    filed = file_report(conn, settings, ReportDraft(category=category, **values), scope="test", account_id=account_id)
    conn.execute(
        text(
            "UPDATE report SET status = :status, occurred_at = occurred_at - :age, reported_at = reported_at - :age WHERE ref = :ref"
        ),
        {"status": status, "age": timedelta(days=days_ago), "ref": filed.ref},
    )
    return filed.ref


def local(at: datetime, settings: Settings) -> str:
    """A time as pages show it."""
    return at.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M")
