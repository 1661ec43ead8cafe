"""What each grid would have had to do: in all, on its worst day, on a bad day, on foot; and how evenly that is spread."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridmap.assignment import GridIndex
from gridmap.planning.replay.events import Events, UnequalEvents
from gridmap.planning.replay.walking import walking_m

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: A bad day: on 95 of 100 days there is no more to do.
BAD_DAY: Final = 0.95


@dataclass(frozen=True, slots=True)
class Replay:
    """Last year on a layer of grids.

    grids: a row a grid, aligned: code, events, one column of events for each channel, work, workers, work_per_worker (NaN without a worker),
    mean_day (work), peak_day (date, NaT without events) and peak_work, bad_day_work (on 95 % of the days there was no more, days without anything
    included), walking_km in all, walking_km_day on the mean day on which one goes out.
    categories: code, category, events. owner: the grid of each event (position, -1 none).
    gini (0: all workers have the same, 1: one has everything) and max_to_mean of the work per worker; NaN where nobody works or nothing happened.
    """

    grids: pd.DataFrame
    categories: pd.DataFrame
    owner: Ints
    gini: float
    max_to_mean: float

    @property
    def without_grid(self) -> int:
        """Events in no grid."""
        return int((self.owner < 0).sum())


def replay(
    events: Events,
    index: GridIndex,
    codes: Sequence[str],
    starts: tuple[Floats, Floats],
    *,
    workers: Sequence[int] | None = None,
    gap_limit_m: float = 0.0,
    threads: int = 1,
) -> Replay:
    """What would have been whose on the grids of ``index``, whose codes are ``codes``.

    ``starts`` are longitude and latitude (degrees) where each grid's worker sets out: a desk, or any point inside. ``workers`` has how many
    work in each grid, one by default. Owners follow the owner rule; what lies in no grid goes to the nearest within ``gap_limit_m``.
    Errors: ``UnequalEvents`` when these do not belong to the grids.
    """
    aligned = {"codes": codes, "starts": starts[0], "workers": codes if workers is None else workers}
    for name, values in aligned.items():
        if len(values) != len(index):
            raise UnequalEvents(name=name, found=len(values), wanted=len(index), field=name)
    owner = index.locate(events.lon, events.lat, gap_limit_m=gap_limit_m, threads=threads)
    count = len(codes)
    owned = np.flatnonzero(owner >= 0)
    grid = owner[owned]
    work = np.ones(len(owned)) if events.work is None else np.asarray(events.work, dtype=np.float64)[owned]
    table = pd.DataFrame({"code": list(codes), "events": np.bincount(grid, minlength=count)})
    for place, name in enumerate(events.channels):
        table[name] = np.bincount(grid[events.channel[owned] == place], minlength=count)
    table["work"] = np.bincount(grid, work, minlength=count)
    table["workers"] = np.ones(count, dtype=np.int64) if workers is None else np.asarray(workers, dtype=np.int64)
    table["work_per_worker"] = table["work"] / table["workers"].where(table["workers"] > 0)
    table = table.assign(**_days(events, owned, grid, work, count))
    table = table.assign(**_walking(events, owned, grid, count, starts, threads))
    return Replay(table, _categories(events, owned, grid, codes), owner, *_evenness(table))


def _days(events: Events, owned: Ints, grid: Ints, work: Floats, count: int) -> dict[str, NDArray[np.generic]]:
    """Mean, worst and bad day of each grid."""
    days = max(events.days, 1)
    day = (events.day[owned] - events.first).astype(np.int64) if len(owned) else owned
    key, place = np.unique(grid * days + day, return_inverse=True)
    of_day = np.bincount(place, work, minlength=len(key))
    of_grid, number = key // days, key % days
    # In each grid ascending work, and of days alike the last first, so that the last row is the first of the worst days.
    order = np.lexsort((-number, of_day, of_grid))
    ends = np.searchsorted(of_grid[order], np.arange(count), side="right")
    busy = np.bincount(of_grid, minlength=count)
    peak_work, bad = np.zeros(count), np.zeros(count)
    peak_day = np.full(count, np.datetime64("NaT", "D"))
    any_, last = busy > 0, order[ends[busy > 0] - 1]
    peak_work[any_] = of_day[last]
    peak_day[any_] = events.first + number[last] if len(last) else peak_day[any_]
    # The least work that is not exceeded on 95 % of the days; days without anything come first.
    rank = int(np.ceil(BAD_DAY * days))
    within = rank - (days - busy)
    reached = within > 0
    bad[reached] = of_day[order[ends[reached] - busy[reached] + within[reached] - 1]]
    mean = np.bincount(grid, work, minlength=count) / days
    return {"mean_day": mean, "peak_day": peak_day.astype("datetime64[s]"), "peak_work": peak_work, "bad_day_work": bad}


def _walking(
    events: Events, owned: Ints, grid: Ints, count: int, starts: tuple[Floats, Floats], threads: int
) -> dict[str, Floats]:
    goes = np.ones(len(owned), dtype=bool) if events.walked is None else events.walked[owned]
    rows = owned[goes]
    day = events.day[rows].astype(np.int64)
    lon, lat = (np.asarray(side, dtype=np.float64) for side in starts)
    of_grid, _, metres = walking_m(events.lon[rows], events.lat[rows], grid[goes], day, lon, lat, threads=threads)
    whole = np.bincount(of_grid, metres, minlength=count) / 1000
    days = np.bincount(of_grid, minlength=count)
    return {"walking_km": whole, "walking_km_day": whole / np.maximum(days, 1)}


def _categories(events: Events, owned: Ints, grid: Ints, codes: Sequence[str]) -> pd.DataFrame:
    if events.category is None:
        return pd.DataFrame({"code": [], "category": [], "events": []})
    many = max(len(events.categories), 1)
    key, times = np.unique(grid * many + events.category[owned], return_counts=True)
    named, called = np.array(codes, dtype=object), np.array(events.categories, dtype=object)
    return pd.DataFrame({"code": named[key // many], "category": called[key % many], "events": times})


def _evenness(table: pd.DataFrame) -> tuple[float, float]:
    """Gini coefficient and largest to mean of the work per worker, each worker counted."""
    served = table[table["workers"] > 0]
    each = np.sort(np.repeat(served["work_per_worker"].to_numpy(), served["workers"].to_numpy()))
    if not len(each) or each.sum() <= 0:
        return float("nan"), float("nan")
    ranks = np.arange(1, len(each) + 1)
    gini = float(2 * (ranks * each).sum() / (len(each) * each.sum()) - (len(each) + 1) / len(each))
    return max(gini, 0.0), float(each.max() / each.mean())
