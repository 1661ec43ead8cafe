"""When things are reported: seasons, weekdays, hours."""

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

#: Months from January: how often, relative to each other.
ALL_YEAR = (1.0,) * 12
WARM = (0.4, 0.4, 0.7, 1.0, 1.3, 1.6, 1.7, 1.6, 1.3, 1.0, 0.6, 0.4)
SUMMER = (0.0, 0.0, 0.0, 0.1, 0.4, 1.0, 1.5, 1.4, 0.5, 0.0, 0.0, 0.0)
RAIN = (0.0, 0.0, 0.2, 0.4, 0.7, 1.3, 2.6, 2.4, 1.0, 0.3, 0.1, 0.0)
THAW = (0.5, 0.8, 1.9, 1.9, 1.2, 0.9, 0.9, 0.9, 0.8, 0.8, 0.7, 0.5)
#: Heating runs from 15 October to 15 April; most is heard in its first weeks and on the coldest days.
HEATING = (1.6, 1.1, 0.7, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0, 1.5, 2.2, 1.7)
SNOW = (1.6, 1.3, 0.6, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.6)

_HOURS = np.arange(24)


def _bumps(*peaks: tuple[float, float, float]) -> tuple[float, ...]:
    """Weights of the 24 hours from peaks (hour, spread in hours, height) on a low floor."""
    weights = np.full(24, 0.02)
    for hour, spread, height in peaks:
        away = np.minimum(np.abs(_HOURS - hour), 24 - np.abs(_HOURS - hour))
        weights += height * np.exp(-0.5 * (away / spread) ** 2)
    return tuple(weights.tolist())


DAYTIME = _bumps((10, 2.2, 1.0), (16, 2.4, 0.8))
EVENING = _bumps((19.5, 1.6, 1.0), (12, 1.5, 0.25))
NIGHT = _bumps((22, 1.8, 1.0), (7, 1.2, 0.25))
COMMUTE = _bumps((8, 1.1, 1.0), (18, 1.4, 1.0), (13, 2, 0.3))
OFFICE = _bumps((9.5, 1.1, 1.0), (15.5, 1.3, 0.9))
ANY_HOUR = _bumps((9, 2.5, 0.6), (14, 3, 0.6), (20, 2.5, 0.7))

WORKDAYS = (1.0, 1.0, 1.0, 1.0, 1.0, 0.35, 0.25)
WEEKENDS = (0.8, 0.75, 0.75, 0.8, 1.1, 1.5, 1.4)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Weights of months (from January), weekdays (from Monday) and hours."""

    months: tuple[float, ...] = ALL_YEAR
    weekdays: tuple[float, ...] = (1.0,) * 7
    hours: tuple[float, ...] = ANY_HOUR


def draw_times(
    rhythms: tuple[Rhythm, ...], first_day: date, until: date, count: int, rng: np.random.Generator
) -> np.ndarray:
    """``count`` local times in ``[first_day, until)`` (datetime64[s]) by the product of the rhythms."""
    month, weekday = _calendar(first_day, until)
    by_day = np.ones(len(month))
    for rhythm in rhythms:
        by_day *= np.array(rhythm.months)[month] * np.array(rhythm.weekdays)[weekday]
    by_hour = np.prod([rhythm.hours for rhythm in rhythms], axis=0)
    if not by_day.sum():
        by_day = np.ones(len(by_day))
    chosen = rng.choice(len(by_day), count, p=by_day / by_day.sum())
    seconds = rng.choice(24, count, p=by_hour / by_hour.sum()) * 3600 + rng.integers(0, 3600, count)
    return np.datetime64(first_day, "s") + chosen * np.timedelta64(86400, "s") + seconds * np.timedelta64(1, "s")


@cache
def _calendar(first_day: date, until: date) -> tuple[np.ndarray, np.ndarray]:
    """Month (from 0) and weekday (from 0, Monday) of each day in ``[first_day, until)``."""
    days = np.arange(np.datetime64(first_day, "D"), np.datetime64(until, "D"))
    # The epoch was a Thursday.
    return days.astype("datetime64[M]").astype(int) % 12, (days.astype(int) + 3) % 7
