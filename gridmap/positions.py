"""Coordinates that do not say where something is: piles of reports at one and the same coordinate, and rounded coordinates.

A pile is what a service hall or an address search leaves: the hall's own position, or the middle of a street, for whatever was
told. Devices scatter by metres, also where a place is truly reported again and again; a pile is identical to the last digit.
Rounded coordinates lie on a lattice of 100 m or wider.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree
from scipy.special import pdtrc

from gridmap.datum import Floats

#: A pile has at least so many reports, on so many days, of so many categories: one thing that is known by its number
#: (a manhole cover, a lift) is reported at one coordinate too, but always as the same.
LEAST_REPORTS: Final = 10
LEAST_DAYS: Final = 5
LEAST_CATEGORIES: Final = 3
#: Decimals of degrees at which coordinates count as the same: 0.1 m.
SAME_DECIMALS: Final = 6
#: So many decimals, or fewer, in both axes are rounded: 100 m apart. Four decimals err no more than a telephone does.
ROUNDED_DECIMALS: Final = 3

_MOST_DECIMALS: Final = 8
_BY_CHANCE: Final = 1e-6
_ROUNDED_BY_CHANCE: Final = 0.05
_AROUND_M: Final = 3.0
_METRES_A_DEGREE: Final = 111_195.0

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pile:
    """One coordinate as received (rounded to ``SAME_DECIMALS``) and the positions of its reports in the arrays given."""

    lon: float
    lat: float
    rows: NDArray[np.intp]


def find_piles(lon: Floats, lat: Floats, day: Ints, category: Ints) -> list[Pile]:
    """Piles among positions as received in one datum, most reports first.

    ``lon``, ``lat`` degrees without NaN; ``day`` and ``category`` numbers; arrays of one length. Besides the three least
    numbers above, so many reports at one coordinate must be beyond chance: against as many as its surroundings of 3 m (three steps
    of the lattice, for coordinates of few decimals) would put there.
    """
    if len(lon) == 0:
        return []
    at = np.column_stack([lon, lat]).round(SAME_DECIMALS).astype(np.float64)
    keys = _whole(at[:, 0] + 180.0) * _whole(np.float64(181.0)) + _whole(at[:, 1] + 90.0)
    _, first, spot_of, counts = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    spots = at[first]
    order = np.argsort(np.asarray(spot_of).reshape(-1), kind="stable")
    ends = np.cumsum(counts)
    found = []
    neighbours = _Neighbours(spots, counts)
    for spot in np.flatnonzero(counts >= LEAST_REPORTS).tolist():
        rows = order[ends[spot] - counts[spot] : ends[spot]]
        varied = len(np.unique(day[rows])) >= LEAST_DAYS and len(np.unique(category[rows])) >= LEAST_CATEGORIES
        step = 10.0 ** -int(decimals(lon[first[spot]], lat[first[spot]]))
        if varied and pdtrc(counts[spot] - 1, neighbours.expected(spot, step)) < _BY_CHANCE:
            found.append(Pile(float(spots[spot, 0]), float(spots[spot, 1]), rows))
    return sorted(found, key=lambda pile: (-len(pile.rows), pile.lon, pile.lat))


def _whole(degrees: Floats | np.float64) -> Ints:
    """Steps of the last decimal that counts."""
    return np.rint(degrees * 10.0**SAME_DECIMALS).astype(np.int64)


class _Neighbours:
    """How many reports a coordinate's surroundings would put on one step of a lattice."""

    def __init__(self, spots: Floats, counts: NDArray[np.intp]) -> None:
        narrow = np.cos(np.radians(float(spots[:, 1].mean())))
        self._plane = spots * (narrow, 1.0)
        self._counts = counts
        self._tree = cKDTree(self._plane)

    def expected(self, spot: int, step: float) -> float:
        radius = max(_AROUND_M / _METRES_A_DEGREE, 3 * step)
        around = self._tree.query_ball_point(self._plane[spot], radius)
        others = int(self._counts[around].sum() - self._counts[spot])
        return max(others, 1) * min(1.0, step**2 / (np.pi * radius**2))


def decimals(lon: ArrayLike, lat: ArrayLike) -> Ints:
    """Decimals of degrees that each position needs, 0 to 8: the larger of its two axes.

    >>> decimals([111.7, 111.7050001], [40.81, 40.8]).tolist()
    [2, 7]
    """
    lons, lats = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    found = np.full(np.broadcast_shapes(lons.shape, lats.shape), _MOST_DECIMALS, dtype=np.int64)
    for places in range(_MOST_DECIMALS - 1, -1, -1):
        fits = [np.abs(np.round(axis, places) - axis) < 1e-10 for axis in (lons, lats)]
        found[fits[0] & fits[1]] = places
    return found


def find_rounded(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Which positions of one stream (a source and device, as received, without NaN) are rounded.

    Of positions with seven decimals one in ten ends with a zero in an axis, by chance; three decimals in both axes have one in
    10^8. So they are rounded where there are at least twenty times as many as chance would bring among all of the stream. A stream
    that never has more than three decimals is rounded as a whole.

    >>> find_rounded(np.array([111.7, 111.7012345]), np.array([40.8, 40.8012345])).tolist()
    [True, False]
    """
    needed = decimals(lon, lat)
    few = needed <= ROUNDED_DECIMALS
    if not few.any() or few.all():
        return few
    usual = int(np.median(needed[~few]))
    by_chance = len(needed) * 10.0 ** (2 * (ROUNDED_DECIMALS - usual))
    return few if by_chance <= _ROUNDED_BY_CHANCE * few.sum() else np.zeros(len(needed), dtype=bool)
