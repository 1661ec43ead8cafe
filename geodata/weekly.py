"""Reports per week and grid as one matrix, so that a step in time is a row of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.days import numbered_day

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WeeklyCounts:
    """``counts`` int32[weeks, grids]; the first row is the week of the Monday ``first``, the columns are grids by key, ascending."""

    first: date
    grid_ids: NDArray[np.int64]
    counts: NDArray[np.int32]

    def of_week(self, monday: date) -> dict[int, int]:
        """Reports per grid's key in a week, without grids that have none."""
        row = (monday - self.first).days // 7
        if not 0 <= row < len(self.counts):
            return {}
        some = np.flatnonzero(self.counts[row])
        return dict(zip(self.grid_ids[some].tolist(), self.counts[row][some].tolist(), strict=True))


def weeks_of(days: NDArray[Any]) -> NDArray[np.int64]:
    """Weeks since the one of 1970-01-01 from days since then; they start on Mondays."""
    # 1970-01-01 was a Thursday: day -3 is a Monday.
    return (np.asarray(days, dtype=np.int64) + 3) // 7


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def mondays(first: date, after: date) -> list[date]:
    """Mondays of the weeks that a period touches; ``after`` is the day behind its last."""
    start = monday_of(first)
    return [start + i * WEEK for i in range((after - start).days // 7 + ((after - start).days % 7 > 0))]


def weekly_counts(days: NDArray[Any], grid_ids: NDArray[np.int64]) -> WeeklyCounts:
    """Count reports that occurred on ``days`` [n] (since 1970) in grids ``grid_ids`` [n] (-1: in none, left out)."""
    owned = grid_ids >= 0
    weeks, keys = weeks_of(days[owned]), grid_ids[owned]
    if len(keys) == 0:
        return WeeklyCounts(numbered_day(0), np.empty(0, np.int64), np.empty((0, 0), np.int32))
    known = np.flatnonzero(np.bincount(keys))
    column = np.zeros(int(known[-1]) + 1, dtype=np.int64)
    column[known] = np.arange(len(known))
    first, last = int(weeks.min()), int(weeks.max())
    cells = np.bincount((weeks - first) * len(known) + column[keys], minlength=(last - first + 1) * len(known))
    monday = numbered_day(first * 7 - 3)
    return WeeklyCounts(monday, known, cells.reshape(-1, len(known)).astype(np.int32))


def split_by_week(days: NDArray[Any]) -> Sequence[NDArray[np.int64]]:
    """Positions of ``days`` [n] per week that has any, oldest first."""
    if len(days) == 0:
        return []
    weeks = weeks_of(days)
    order = np.argsort(weeks, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(weeks[order])) + 1)
