"""Places of repeated reports: the same kind within a reach, or in one compound."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridmap.errors import GridmapError
from gridmap.hotspot.plane import metres_per_degree
from gridmap.hotspot.repeats import _kernel

Ints = NDArray[np.int64]


class BadRepeatInput(GridmapError):
    """An argument that repeats cannot be found with."""

    code = "bad_repeat_input"
    zh = "重复点位分析的参数 {name} 无效：{reason}。"
    en = "The {name} for repeated places is not valid: {reason}."


def repeat_places(
    lon: ArrayLike,
    lat: ArrayLike,
    kind: ArrayLike,
    *,
    reach_m: float = 50.0,
    least: int = 3,
    compound: ArrayLike | None = None,
) -> Ints:
    """For each report the number of the place where its kind repeats, -1 for none; places with more reports have lower numbers.

    ``lon`` [n], ``lat`` [n] degrees, NaN: nowhere; ``kind`` int[n]; ``compound`` int[n], -1 for none. Reports of one kind are neighbours
    within ``reach_m`` metres or in one compound; one with ``least`` neighbours, itself among them, makes a place with them and with the
    places of those among them (DBSCAN; Ester et al. 1996; cells after Gunawan 2013, so that piles of reports cost nothing). A report at
    the edge of two places belongs to that of the nearest such neighbour. Distances as in `density`: for a city, not for a country.
    Errors: ``BadRepeatInput``.

    >>> repeat_places([111.7, 111.7001, 111.7002, 111.71], [40.8] * 4, [1, 1, 1, 1]).tolist()
    [0, 0, 0, -1]
    """
    x, y, kinds, homes = _checked(lon, lat, kind, compound, reach_m, least)
    found = np.full(len(x), -1, dtype=np.int64)
    placed = np.flatnonzero(~(np.isnan(x) | np.isnan(y)))
    if len(placed) == 0:
        return found
    spots = Spots.of(x[placed], y[placed], kinds[placed], homes[placed], reach_m)
    found[placed] = _by_size(_roots(spots, least)[spots.of_report])
    return found


@dataclass(frozen=True, slots=True)
class Spots:
    """Reports of one kind at one position in one compound, cell by cell (see ``_kernel``): ``weight`` counts them, ``group`` is their kind
    and compound as one number, -1 for none; ``of_report`` says where each report is."""

    x: Any
    y: Any
    weight: Ints
    group: Ints
    of_report: Ints
    cells: tuple[Ints, Ints, int, float]

    @classmethod
    def of(cls, x: Any, y: Any, kinds: Ints, homes: Ints, reach: float) -> "Spots":
        """Of reports with a position."""
        side = reach / math.sqrt(2.0)
        column = np.floor((x - x.min()) / side).astype(np.int64)
        row = np.floor((y - y.min()) / side).astype(np.int64)
        # Empty columns and rows between: nothing is taken for near across an edge.
        row_step = int(column.max()) + 5
        kind_step = row_step * (int(row.max()) + 5)
        number = np.unique(kinds, return_inverse=True)[1]
        cell = number * kind_step + row * row_step + column
        order = np.lexsort((homes, y, x, cell))
        new = np.ones(len(order), dtype=bool)
        new[1:] = np.logical_or.reduce([np.diff(each[order]) != 0 for each in (cell, x, y, homes)])
        first = order[new]
        of_report = np.empty(len(order), dtype=np.int64)
        of_report[order] = np.cumsum(new) - 1
        key, start = np.unique(cell[first], return_index=True)
        group = np.where(homes >= 0, number * (int(homes.max()) + 1) + homes, -1)[first]
        cells = (key, np.append(start, len(first)), row_step, reach)
        return cls(x[first], y[first], np.bincount(of_report), group, of_report, cells)


def _roots(spots: Spots, least: int) -> Ints:
    """The root of each spot's place, -1 for none."""
    x, y = spots.x, spots.y
    repeated = _repeated(spots.group, spots.weight, least)
    core = _kernel.core_points(x, y, spots.weight, *spots.cells, least) | repeated
    parent = _kernel.joined(x, y, core, *spots.cells)
    _kernel.join_groups(parent, np.argsort(spots.group, kind="stable"), np.where(repeated, spots.group, -1))
    found: Ints = _kernel.labels(x, y, core, parent, *spots.cells)
    return found


def _repeated(group: Ints, weight: Ints, least: int) -> NDArray[np.bool_]:
    """Spots of compounds that hold enough reports of the kind."""
    values, place = np.unique(group, return_inverse=True)
    enough: NDArray[np.bool_] = (np.bincount(place, weights=weight) >= least)[place] & (values >= 0)[place]
    return enough


def _by_size(roots: Ints) -> Ints:
    """Roots as numbers from 0 on, those of most reports first."""
    values, place = np.unique(roots, return_inverse=True)
    size = np.where(values >= 0, np.bincount(place), -1)
    number = np.empty(len(values), dtype=np.int64)
    number[np.argsort(-size, kind="stable")] = np.arange(len(values))
    return np.where(roots >= 0, number[place], -1)


def _checked(
    lon: ArrayLike, lat: ArrayLike, kind: ArrayLike, compound: ArrayLike | None, reach_m: float, least: int
) -> tuple[Any, Any, Ints, Ints]:
    if not (math.isfinite(reach_m) and reach_m > 0):
        raise BadRepeatInput(name="reach_m", reason="> 0")
    if least < 1:
        raise BadRepeatInput(name="least", reason="≥ 1")
    east, north = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    kinds = np.asarray(kind, dtype=np.int64)
    homes = np.full(len(east), -1, dtype=np.int64) if compound is None else np.asarray(compound, dtype=np.int64)
    if not east.shape == north.shape == kinds.shape == homes.shape:
        raise BadRepeatInput(name="lon, lat, kind, compound", reason="one length")
    known = ~(np.isnan(east) | np.isnan(north))
    if not known.any():
        return np.full(len(east), np.nan), np.full(len(east), np.nan), kinds, homes
    metres_x, metres_y = metres_per_degree(float(east[known].mean()), float(north[known].mean()))
    return np.where(known, east * metres_x, np.nan), np.where(known, north * metres_y, np.nan), kinds, homes
