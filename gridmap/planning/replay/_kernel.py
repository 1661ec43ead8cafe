"""Compiled loops: the length of a round over the places of a day."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

#: More places than this in one day are gone through in strips, without improving the round.
MOST_IMPROVED = 2000
_MOST_PASSES = 60
_LEAST_GAIN_M = 1e-6


@njit(nogil=True, cache=True)
def round_lengths(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    starts: NDArray[np.int64],
    from_x: NDArray[np.float64],
    from_y: NDArray[np.float64],
    lengths: NDArray[np.float64],
) -> None:
    """Set `lengths` (m) to the round of each group from its starting point over its places and back.

    Group g has the places `starts[g]` to `starts[g + 1] - 1` of `x`, `y` (metres), sorted by x, then y.
    """
    most = 0
    for group in range(len(lengths)):
        most = max(most, starts[group + 1] - starts[group])
    at_x, at_y = np.empty(most + 1), np.empty(most + 1)
    for group in range(len(lengths)):
        at_x[0], at_y[0] = from_x[group], from_y[group]
        count = 1
        for place in range(starts[group], starts[group + 1]):
            # Many things at one place are one stop.
            if place == starts[group] or x[place] != x[place - 1] or y[place] != y[place - 1]:
                at_x[count], at_y[count] = x[place], y[place]
                count += 1
        if count > MOST_IMPROVED:
            _go_in_strips(at_x, at_y, count)
        else:
            _go_to_the_nearest(at_x, at_y, count)
            if count > 3:
                _uncross(at_x, at_y, count)
        lengths[group] = _length(at_x, at_y, count)


@njit(nogil=True, cache=True)
def _distance(x, y, a, b):
    return math.sqrt((x[a] - x[b]) ** 2 + (y[a] - y[b]) ** 2)


@njit(nogil=True, cache=True)
def _length(x, y, count):
    total = _distance(x, y, count - 1, 0)
    for place in range(count - 1):
        total += _distance(x, y, place, place + 1)
    return total


@njit(nogil=True, cache=True)
def _go_to_the_nearest(x, y, count):
    """Reorder the places: from each to the nearest that is left."""
    for place in range(count - 2):
        nearest, least = place + 1, math.inf
        for other in range(place + 1, count):
            distance = (x[other] - x[place]) ** 2 + (y[other] - y[place]) ** 2
            if distance < least:
                nearest, least = other, distance
        x[place + 1], x[nearest] = x[nearest], x[place + 1]
        y[place + 1], y[nearest] = y[nearest], y[place + 1]


@njit(nogil=True, cache=True)
def _uncross(x, y, count):
    """Turn parts of the round round while that makes it shorter (2-opt; Croes 1958)."""
    for _ in range(_MOST_PASSES):
        better = False
        for first in range(count - 2):
            for last in range(first + 2, count):
                after = last + 1 if last + 1 < count else 0
                if after == first:
                    continue
                now = _distance(x, y, first, first + 1) + _distance(x, y, last, after)
                then = _distance(x, y, first, last) + _distance(x, y, first + 1, after)
                if now - then > _LEAST_GAIN_M:
                    _turn_round(x, y, first + 1, last)
                    better = True
        if not better:
            return


@njit(nogil=True, cache=True)
def _turn_round(x, y, first, last):
    while first < last:
        x[first], x[last] = x[last], x[first]
        y[first], y[last] = y[last], y[first]
        first += 1
        last -= 1


@njit(nogil=True, cache=True)
def _go_in_strips(x, y, count):
    """Reorder the places: up one strip, down the next, the strips as wide as is best for evenly spread places."""
    low, high = x[1:count].min(), x[1:count].max()
    tall = max(y[1:count].max() - y[1:count].min(), 1.0)
    strips = max(1, int(math.sqrt(count * max(high - low, 1.0) / tall / 3.0)))
    wide = max(high - low, 1.0) / strips
    strip = np.minimum(((x[1:count] - low) / wide).astype(np.int64), strips - 1)
    span = 2.0 * (np.abs(y[1:count]).max() + 1.0)
    rank = np.where(strip % 2 == 0, y[1:count], -y[1:count]) + strip * span
    order = np.argsort(rank) + 1
    x[1:count] = x[order]
    y[1:count] = y[order]
