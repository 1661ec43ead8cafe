"""A process of its own that files reports by a clock that it is told: ``python -m tests.geodata.filing_process URL HOME LON LAT``.

A line in is a moment (ISO 8601, with its offset): the report of that moment is filed and its key told; it is committed with the next
line, whatever that says. An empty line files nothing.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, select
from sqlalchemy.pool import NullPool

from geodata.actions import file_report, filing
from geodata.settings import Settings
from geodata.tables import report
from gridmap.report import ReportDraft


def main(url: str, home: str, lon: str, lat: str) -> None:
    settings = Settings(home=Path(home), database_url=url)
    engine = create_engine(url, poolclass=NullPool)
    draft = ReportDraft("暴露垃圾", lon=float(lon), lat=float(lat))
    with engine.connect() as conn:
        for line in sys.stdin:
            conn.commit()
            if line.strip():
                filing.datetime = _clock_at(datetime.fromisoformat(line.strip()))  # type: ignore[misc]
                ref = file_report(conn, settings, draft, scope="anonymous").ref
                tell(str(conn.scalar(select(report.c.id).where(report.c.ref == ref))))
            else:
                tell("")


def _clock_at(moment: datetime) -> Any:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return moment.astimezone(tz or UTC)

    return Clock


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
