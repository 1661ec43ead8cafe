"""How sure the owners of many points are, when their positions are not exact."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridmap.assignment._kernel import metres_per_degree
from gridmap.assignment.explanation import (
    LEAST_SHARE,
    RADIUS_IN_DEVIATIONS,
    SAMPLES,
    SURE_SHARE,
    InvalidAccuracy,
    unit_positions,
)
from gridmap.assignment.reason import REASONS, Reason

if TYPE_CHECKING:
    from gridmap.assignment.index import GridIndex, Located

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_FEW: Final = 64
# Shares by few positions are this near to those by many: 0.05 at most for grids with corners of any angle (tests hold it).
_FEW_ERR: Final = 0.08
_POSITIONS_AT_A_TIME: Final = 1 << 20
_OF_GROUND: Final = tuple(REASONS.index(reason) for reason in (Reason.INSIDE, Reason.OVERLAP))
# Grids that share less than this are neighbours drawn carelessly, not grids upon grids.
_SLIVER_M: Final = 0.5

_overlapping: "WeakKeyDictionary[GridIndex, bool]" = WeakKeyDictionary()


@dataclass(frozen=True)
class Shares:
    """How sure the owners of n points are.

    `share` float64[n]: the owner's (of a point without one: that of no grid) share of the probability, NaN where the position
    is taken as exact or the owner is sure beyond what needs counting. `ambiguous` bool[n]: the share is under the limit.
    The grids that may hold the true position of an ambiguous point i, its owner among them, are `grid[start[i]:start[i + 1]]`
    with the shares `grid_share`, largest first, then by code; those under 0.1 % are left out. Other points have none.
    """

    share: Floats
    ambiguous: Bools
    start: Ints
    grid: Ints
    grid_share: Floats

    def alternatives(self, point: int) -> list[tuple[int, float]]:
        """Positions of the grids that may hold a point, with their shares."""
        part = slice(self.start[point], self.start[point + 1])
        return list(zip(self.grid[part].tolist(), self.grid_share[part].tolist(), strict=True))


def owner_shares(
    index: "GridIndex",
    lon: ArrayLike,
    lat: ArrayLike,
    accuracy_m: ArrayLike,
    located: "Located",
    *,
    gap_limit_m: float = 0.0,
    sure: float = SURE_SHARE,
    threads: int = 1,
) -> Shares:
    """The share of the probability that the owners of n points have, by the same positions as `GridIndex.explain`.

    `lon`, `lat` degrees; `accuracy_m` the radius of 68 % certainty, None, NaN or 0 for an exact position; `located` what
    `GridIndex.locate_explained` says of the points with the same `gap_limit_m`. An owner with a share under `sure` is
    ambiguous. Most points of a city need no counting: where the circle that holds `sure` of the probability lies inside the
    owner, the owner is sure. Raises `InvalidAccuracy` with the row.
    """
    lons, lats, accuracy = (np.array(values, dtype=np.float64, ndmin=1).ravel() for values in (lon, lat, accuracy_m))
    _check(accuracy)
    asked = (accuracy > 0) & np.isfinite(lons) & np.isfinite(lats)
    rows = np.flatnonzero(asked & ~_surely_inside(index, accuracy, located, sure))
    share = np.full(lons.size, np.nan)
    counter = _Counter(index, lons, lats, accuracy, located.position, gap_limit_m, threads)
    few = counter.owners_share(rows, _FEW)
    close = rows[few < min(1.0, sure + _FEW_ERR)]
    held: list[tuple[Ints, Ints, Floats]] = []
    for part in _parts(close, SAMPLES):
        point, grid, of_grid = counter.shares(part, SAMPLES)
        own = grid == located.position[point]
        share[part] = 0.0
        share[point[own]] = of_grid[own]
        told = (share[point] < sure) & (grid >= 0) & (of_grid >= LEAST_SHARE)
        held.append((point[told], grid[told], of_grid[told]))
    ambiguous = share < sure  # never where it is NaN
    return Shares(share, ambiguous, *_listed(index, lons.size, held))


def sure_radius(accuracy_m: Floats, sure: float) -> Floats:
    """Metres around a measured position that hold the true one with the probability `sure`."""
    radius: Floats = accuracy_m / RADIUS_IN_DEVIATIONS * np.sqrt(-2.0 * np.log1p(-min(sure, 1.0 - 1e-12)))
    return radius


def _check(accuracy_m: Floats) -> None:
    wrong = np.flatnonzero(np.isinf(accuracy_m) | (accuracy_m < 0))
    if wrong.size:
        row = int(wrong[0])
        raise InvalidAccuracy(value=float(accuracy_m[row]), field="accuracy_m", row=row)


def _surely_inside(index: "GridIndex", accuracy_m: Floats, located: "Located", sure: float) -> Bools:
    """Where every position of the sure circle lies inside the owner and in no other grid."""
    if _overlaps(index):
        return np.zeros(accuracy_m.size, dtype=np.bool_)
    within = np.isin(located.reason, _OF_GROUND)
    return within & (located.distance_to_edge_m >= sure_radius(accuracy_m, sure))


def _overlaps(index: "GridIndex") -> bool:
    """Whether grids share ground: a corner or the middle of a side lies well inside another grid.

    Inside its owner a point may then be near a smaller grid, however far the owner's own edge is.
    """
    if index not in _overlapping:
        arrays = index.to_arrays()
        x, y = np.asarray(arrays["xy"], dtype=np.float64).reshape(-1, 2).T
        joined = np.ones(max(x.size - 1, 0), dtype=np.bool_)
        joined[np.asarray(arrays["ring_start"], dtype=np.int64)[1:-1] - 1] = (
            False  # where one ring ends and the next starts
        )
        middle_x, middle_y = ((values[:-1] + values[1:])[joined] / 2 for values in (x, y))
        on_sides = index.locate_explained(np.concatenate([x, middle_x]), np.concatenate([y, middle_y]))
        _overlapping[index] = bool((on_sides.distance_to_edge_m > _SLIVER_M).any())
    return _overlapping[index]


@dataclass(frozen=True)
class _Counter:
    """Counts whose the likely positions of points are."""

    index: "GridIndex"
    lon: Floats
    lat: Floats
    accuracy_m: Floats
    position: Ints
    gap_limit_m: float
    threads: int

    def owners_share(self, rows: Ints, samples: int) -> Floats:
        """The share of each row's owner among its likely positions."""
        parts = [
            np.mean(self._owners(part, samples) == self.position[part, None], axis=1) for part in _parts(rows, samples)
        ]
        return np.concatenate(parts) if parts else np.empty(0)

    def shares(self, rows: Ints, samples: int) -> tuple[Ints, Ints, Floats]:
        """Every grid (-1 none) among the likely positions of each row: rows, grids, shares."""
        owners = np.sort(self._owners(rows, samples), axis=1)
        first = np.ones(owners.shape, dtype=np.bool_)
        first[:, 1:] = owners[:, 1:] != owners[:, :-1]
        starts = np.flatnonzero(first)
        counts = np.diff(starts, append=owners.size)
        return rows[starts // samples], owners.ravel()[starts], counts / samples

    def _owners(self, rows: Ints, samples: int) -> Ints:
        east, north = unit_positions(samples)
        deviation_m = self.accuracy_m[rows] / RADIUS_IN_DEVIATIONS
        east_m, north_m = np.array([metres_per_degree(lat) for lat in self.lat[rows].tolist()]).T
        lon = self.lon[rows, None] + (deviation_m / east_m)[:, None] * east
        lat = self.lat[rows, None] + (deviation_m / north_m)[:, None] * north
        found = self.index.locate(lon.ravel(), lat.ravel(), gap_limit_m=self.gap_limit_m, threads=self.threads)
        return found.reshape(rows.size, samples)


def _parts(rows: Ints, samples: int) -> list[Ints]:
    """The rows in parts whose positions fit into memory at a time."""
    at_a_time = max(1, _POSITIONS_AT_A_TIME // samples)
    return [rows[first : first + at_a_time] for first in range(0, rows.size, at_a_time)]


def _listed(index: "GridIndex", n: int, held: list[tuple[Ints, Ints, Floats]]) -> tuple[Ints, Ints, Floats]:
    """The grids of n points one point after another: where each point's start, the grids, their shares."""
    point, grid = (np.concatenate([np.empty(0, dtype=np.int64), *(part[k] for part in held)]) for k in (0, 1))
    share = np.concatenate([np.empty(0), *(part[2] for part in held)])
    by_code = np.asarray(index.to_arrays()["code_order"])
    order = np.lexsort((by_code[grid], -share, point))
    start = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(point, minlength=n), out=start[1:])
    return start, grid[order], share[order]
