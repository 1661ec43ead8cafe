"""Which sets of places are looked at: around each place its nearest ones, more and more of them."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

#: Distances that differ by less, as a share of their length, are equal: sums of squares round.
SAME_DISTANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Zones:
    """``order`` int32[n, k]: around each place the nearest ones, itself first. The first j + 1 of a row are a zone where
    ``whole[n, k]`` is true at j: all at one distance are in, and it is within the limits. ``reach`` int64[n]: how many of a row count."""

    order: Ints
    whole: NDArray[np.bool_]
    reach: NDArray[np.int64]


def zones(xy: Floats, mass: Floats, *, max_radius: float | None, max_places: int | None, max_share: float) -> Zones:
    """Zones around each of the places ``xy`` [n, 2], up to a radius, a number of places, and a share of all ``mass`` [n]."""
    count = len(xy)
    most = min(count, max_places or count)
    # One more than may be in: it tells whether the last ones are all at their distance.
    asked = min(count, most + 1)
    distance, order = cKDTree(xy).query(xy, k=np.arange(1, asked + 1), workers=1)
    distance, order = _sorted(np.asarray(distance), np.asarray(order), count)
    ends = np.ones((count, asked), dtype=bool)
    ends[:, :-1] = distance[:, 1:] > distance[:, :-1] * (1 + SAME_DISTANCE)
    within = distance <= (math.inf if max_radius is None else max_radius * (1 + SAME_DISTANCE))
    share = np.cumsum(mass[order], axis=1) <= max_share * mass.sum() * (1 + SAME_DISTANCE)
    whole = (ends & within & share)[:, :most]
    reach = np.where(whole.any(axis=1), most - np.argmax(whole[:, ::-1], axis=1), 0)
    widest = int(reach.max(initial=0))
    return Zones(
        np.ascontiguousarray(order[:, :widest], dtype=np.int32), np.ascontiguousarray(whole[:, :widest]), reach
    )


def _sorted(distance: Floats, order: NDArray[np.int64], count: int) -> tuple[Floats, NDArray[np.int64]]:
    """The same with places at one distance in the order of their numbers, each place first in its own row."""
    itself = order == np.arange(count)[:, None]
    group = np.cumsum(np.diff(distance, axis=1, prepend=0.0) > distance * SAME_DISTANCE, axis=1)
    by = np.lexsort((order, ~itself, group), axis=1)
    return np.take_along_axis(distance, by, axis=1), np.take_along_axis(order, by, axis=1)
