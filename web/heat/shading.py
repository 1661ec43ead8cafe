"""Which grid gets which colour: counts, rates, or the change between two periods."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection

from geodata.days import today
from geodata.grids import grid_households
from geodata.selections import choose
from geodata.snapshots import Snapshot
from gridmap.hotspot.change import MUCH_MORE, TOO_FEW, change_classes
from gridmap.hotspot.heat_window import ladder
from web import db
from web.heat_address import HeatAddress
from web.scope import scope

#: A rate over fewer households is told of no grid.
LEAST_HOUSEHOLDS = 50
MOST_CLASSES = 5


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
    at = today(db.settings().zone)
    households = grid_households(conn, scope(), at, asked.chosen.area)
    if asked.compare:
        return _change(conn, snapshot, asked, list(households))
    counts, usual = _counts(conn, snapshot, asked)
    if asked.measure != "rate":
        return _classed(counts, count_breaks(usual), [])
    enough = {key: number for key, number in households.items() if number is not None and number >= LEAST_HOUSEHOLDS}
    limits = rate_breaks(_rates(usual, enough))
    return _classed(_rates(counts, enough), limits, [key for key in {*households, *counts} if key not in enough])


def count_breaks(counts: Mapping[int, float]) -> tuple[float, ...]:
    """Lower limits of the classes of counts: 1 and up to four rungs of the 1-2-5 ladder below the largest count.

    >>> count_breaks({7: 3900, 8: 2}), count_breaks({7: 3}), count_breaks({7: 0})
    ((1, 200.0, 500.0, 1000.0, 2000.0), (1, 2.0), ())
    """
    most = max(counts.values(), default=0)
    return (1, *(rung for rung in ladder(float(most), MOST_CLASSES - 1) if rung >= 2)) if most else ()


def rate_breaks(rates: Mapping[int, float]) -> tuple[float, ...]:
    """Lower limits of the classes of rates: 0 and four rungs of the 1-2-5 ladder below the largest rate.

    >>> rate_breaks({7: 130.0}), rate_breaks({})
    ((0, 10.0, 20.0, 50.0, 100.0), ())
    """
    most = max(rates.values(), default=0.0)
    return (0, *ladder(most, MOST_CLASSES - 1)) if most else ()


def _counts(conn: Connection, snapshot: Snapshot, asked: HeatAddress) -> tuple[dict[int, int], dict[int, int]]:
    """Reports per grid on the map, and those that the classes come from: for a week, each grid's fullest week of the last year."""
    selection = choose(conn, scope(), snapshot, asked.chosen)
    if asked.week is None:
        counts = selection.by_grid()
        return counts, counts
    return selection.weekly.of_week(asked.week), choose(conn, scope(), snapshot, asked.usual).weekly.most_of_a_week()


def _rates(counts: Mapping[int, int], households: Mapping[int, int]) -> dict[int, float]:
    return {key: 1000 * count / households[key] for key, count in counts.items() if key in households}


def _classed(values: Mapping[int, float], limits: tuple[float, ...], hatched: list[int]) -> Shading:
    classes: list[list[int]] = [[] for _ in limits]
    for key, value in values.items():
        if limits and value > 0:
            # Beyond the usual is still the lowest or highest class.
            classes[max(0, sum(value >= limit for limit in limits) - 1)].append(key)
    return Shading(classes, hatched, limits)


def _change(conn: Connection, snapshot: Snapshot, asked: HeatAddress, known: list[int]) -> Shading:
    """The classes of change; everything is hatched where the earlier period has no, or not all, data."""
    classes: list[list[int]] = [[] for _ in range(MUCH_MORE + 1)]
    if (both := asked.compared) is None or not is_whole(asked):
        return Shading(classes, known)
    now, before = (choose(conn, scope(), snapshot, part).by_grid() for part in both)
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
