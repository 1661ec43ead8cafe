"""Periods to choose with one click."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from geodata.report_filter import ReportFilter

#: Lengths in days; 0 is all time.
LENGTHS = (7, 30, 90, 365, 0)


@dataclass(frozen=True, slots=True)
class Period:
    """The last so many days that have reports, 0 for all time, and where it leads."""

    days: int
    url: str
    current: bool


def periods(chosen: ReportFilter, last: date | None, url: Callable[[date | None, date | None], str]) -> list[Period]:
    """Periods that end with ``last``, the last day that has reports; none without reports. ``url`` leads to a first day and the day behind the last."""
    if last is None:
        return []
    found = []
    for days in LENGTHS:
        start = last - timedelta(days=days - 1) if days else None
        end = last + timedelta(days=1) if days else None
        found.append(Period(days, url(start, end), (chosen.from_day, chosen.to_day) == (start, end)))
    return found
