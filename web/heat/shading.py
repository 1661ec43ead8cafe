"""Which grid gets which colour: counts, rates, or the change between two periods."""

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from geodata.grids import by_edition_of, grid_households, other_editions
from geodata.selections import choose
from geodata.snapshots import Snapshot
from gridmap.hotspot.change import MUCH_MORE, TOO_FEW, change_classes
from gridmap.hotspot.heat_window import ladder
from web import db
from web.days import asked_day
from web.heat_address import HeatAddress
from web.scope import scope

#: A rate over fewer households is told of no grid.
LEAST_HOUSEHOLDS = 50
MOST_CLASSES = 5

Keys = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shading:
    """Grid keys per class, lowest first; those that are hatched, where there is too little to say; the classes' lower limits.

    A comparison has no limits: its classes are those of ``gridmap.hotspot.change``.
    """

    classes: list[list[int]]
    hatched: list[int]
    breaks: tuple[float, ...] = ()


def shade(snapshot: Snapshot, asked: HeatAddress) -> Shading:
    """The colours of the grids that an address shows."""
    conn = db.connection()
    at = asked_day()
    households = grid_households(conn, scope(), at, asked.chosen.area)
    if asked.compare:
        return _change(conn, snapshot, asked, list(households))
    counts = _counts(conn, snapshot, asked)
    keys, usual = _usual(conn, snapshot, asked, counts)
    if asked.measure != "rate":
        return _classed(counts, even_breaks(usual, least_step=1), [])
    enough = {key: number for key, number in households.items() if number is not None and number >= LEAST_HOUSEHOLDS}
    rates = {key: 1000 * count / enough[key] for key, count in counts.items() if key in enough}
    few = [key for key in sorted({*households, *counts}) if key not in enough]
    return _classed(rates, even_breaks(_per_thousand(keys, usual, enough)), few)


def even_breaks(values: Values, *, least_step: float = 0.0) -> tuple[float, ...]:
    """Lower limits of at most five classes of even width: 0, then up to four round numbers among the middle nine tenths of the values.

    >>> even_breaks(np.array([210.0, 250, 300, 330, 390, 420]))
    (0.0, 250.0, 300.0, 350.0, 400.0)
    >>> even_breaks(np.array([1.0, 1, 1, 2, 3]), least_step=1), even_breaks(np.array([]))
    ((0.0, 2.0, 3.0), ())
    """
    if len(values) == 0:
        return ()
    low, high = (float(value) for value in np.quantile(values, (0.05, 0.95), method="inverted_cdf"))
    if low == high:
        return (0.0,)
    # The finest of the steps 1, 2, 5, 10 ... that leaves room for four limits.
    limits: list[float] = []
    for step in (rung for rung in ladder(high, 12) if rung >= least_step):
        first, last = math.floor(low / step) + 1, math.floor(high / step)
        if last - first + 1 <= MOST_CLASSES - 1:
            limits = [round(i * step, 12) for i in range(first, last + 1)]
            break
    return (0.0, *limits)


def _counts(conn: Connection, snapshot: Snapshot, asked: HeatAddress) -> dict[int, int]:
    """Reports per grid on the map."""
    selection = choose(conn, scope(), snapshot, asked.chosen)
    counts = selection.by_grid() if asked.week is None else selection.weekly.of_week(asked.week)
    return by_edition_of(counts, other_editions(conn, asked_day()))


def _usual(conn: Connection, snapshot: Snapshot, asked: HeatAddress, counts: Mapping[int, int]) -> tuple[Keys, Values]:
    """The reports per grid (its key, its number) that the classes come from: for single weeks, those of each week of the last year."""
    if asked.week is None:
        return np.fromiter(counts, np.int64, len(counts)), np.fromiter(counts.values(), np.float64, len(counts))
    weekly = choose(conn, scope(), snapshot, asked.usual).weekly
    weeks, columns = np.nonzero(weekly.counts)
    editions = other_editions(conn, asked_day())
    keys = np.array([editions.get(key, key) for key in weekly.grid_ids.tolist()], dtype=np.int64)
    return keys[columns], weekly.counts[weeks, columns].astype(np.float64)


def _per_thousand(keys: Keys, counts: Values, households: Mapping[int, int]) -> Values:
    """Rates of the grids that have enough households."""
    if len(keys) == 0:
        return counts
    known = np.zeros(max(int(keys.max()), *households, 0) + 1)
    known[list(households)] = list(households.values())
    enough = known[keys] > 0
    rates: Values = 1000 * counts[enough] / known[keys[enough]]
    return rates


def _classed(values: Mapping[int, float], limits: tuple[float, ...], hatched: list[int]) -> Shading:
    classes: list[list[int]] = [[] for _ in limits]
    for key, value in values.items():
        if limits and value > 0:
            classes[bisect_right(limits, value) - 1].append(key)
    return Shading(classes, hatched, limits)


def _change(conn: Connection, snapshot: Snapshot, asked: HeatAddress, known: list[int]) -> Shading:
    """The classes of change; everything is hatched where the earlier period has no, or not all, data."""
    classes: list[list[int]] = [[] for _ in range(MUCH_MORE + 1)]
    if (both := asked.compared) is None or not is_whole(asked):
        return Shading(classes, known)
    editions = other_editions(conn, asked_day())
    now, before = (by_edition_of(choose(conn, scope(), snapshot, part).by_grid(), editions) for part in both)
    keys = sorted({*known, *now, *before})
    found = change_classes([now.get(key, 0) for key in keys], [before.get(key, 0) for key in keys])
    for key, number in zip(keys, found.tolist(), strict=True):
        if number != TOO_FEW:
            classes[number].append(key)
    return Shading(classes, [keys[i] for i in np.flatnonzero(found == TOO_FEW)])


def is_whole(asked: HeatAddress) -> bool:
    """Whether the earlier period of a comparison lies wholly within the time that has data."""
    both = asked.compared
    return bool(both and both[1].from_day and asked.first_day and both[1].from_day >= asked.first_day)
