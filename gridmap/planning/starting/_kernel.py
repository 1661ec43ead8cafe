"""Compiled start of a plan: halve the units again and again along lines, then mend grids in pieces.

Recursive inertial bisection (Simon 1991). Self-contained, for numba's cache does not notice a change in another file.
"""

import math

import numpy as np
from numba import njit

_compiled = njit(nogil=True, cache=True, error_model="numpy")


@_compiled
def _projected(xy, mass, order, low, high):
    """Positions along the long axis of the units ``order[low:high]``."""
    total, x, y = 0.0, 0.0, 0.0
    for at in range(low, high):
        unit = order[at]
        total += mass[unit]
        x += mass[unit] * xy[unit, 0]
        y += mass[unit] * xy[unit, 1]
    x /= total
    y /= total
    xx, xy_, yy = 0.0, 0.0, 0.0
    for at in range(low, high):
        unit = order[at]
        east, north = xy[unit, 0] - x, xy[unit, 1] - y
        xx += mass[unit] * east * east
        xy_ += mass[unit] * east * north
        yy += mass[unit] * north * north
    angle = 0.5 * math.atan2(2.0 * xy_, xx - yy)
    east, north = math.cos(angle), math.sin(angle)
    along = np.empty(high - low)
    for at in range(low, high):
        unit = order[at]
        along[at - low] = east * xy[unit, 0] + north * xy[unit, 1]
    return along


@_compiled
def _split_at(weight, order, low, high, first, k):
    """Where the first part ends that is nearest to its share, so that each side has a unit for each of its grids."""
    total = 0.0
    for at in range(low, high):
        total += weight[order[at]]
    wanted = total * first / k
    reached = 0.0
    split = low
    while split < high - (k - first):
        more = reached + weight[order[split]]
        if split >= low + first and abs(more - wanted) >= abs(reached - wanted):
            break
        reached = more
        split += 1
    return split


@_compiled
def bisect(xy, weight, mass, k):
    """Labels 0 to k - 1, of about equal weight: the units are halved along their long axis until each part is one grid.

    ``weight`` and ``mass`` (for the axis) positive; at least k units. Grids may be in pieces: see `mend`.
    """
    n = weight.size
    label = np.zeros(n, np.int64)
    order = np.arange(n)
    todo = np.empty((2 * k + 2, 4), np.int64)
    todo[0] = np.array([0, n, k, 0])
    left = 1
    while left > 0:
        left -= 1
        low, high, parts, name = todo[left, 0], todo[left, 1], todo[left, 2], todo[left, 3]
        if parts == 1:
            for at in range(low, high):
                label[order[at]] = name
            continue
        along = _projected(xy, mass, order, low, high)
        order[low:high] = order[low:high][np.argsort(along, kind="mergesort")]
        first = parts // 2
        split = _split_at(weight, order, low, high, first, parts)
        todo[left, 0], todo[left, 1], todo[left, 2], todo[left, 3] = low, split, first, name
        todo[left + 1, 0], todo[left + 1, 1], todo[left + 1, 2], todo[left + 1, 3] = (
            split,
            high,
            parts - first,
            name + first,
        )
        left += 2
    return label


@_compiled
def pieces(start, neighbour, label):
    """The piece of each unit: units of one label that hang together. Gives numbers from 0 in order of units, and how many."""
    n = label.size
    piece = np.full(n, -1, np.int64)
    queue = np.empty(n, np.int64)
    found = 0
    for unit in range(n):
        if piece[unit] >= 0:
            continue
        piece[unit] = found
        queue[0] = unit
        reached, at = 1, 0
        while at < reached:
            here = queue[at]
            at += 1
            for edge in range(start[here], start[here + 1]):
                other = neighbour[edge]
                if piece[other] < 0 and label[other] == label[here]:
                    piece[other] = found
                    queue[reached] = other
                    reached += 1
        found += 1
    return piece, found


@_compiled
def mend(start, neighbour, border, weight, label, k):
    """Leave every grid one piece, its heaviest; the others join the grid with which they share the longest border.

    Units without a grid (-1) join one too. Changes ``label`` in place. The units must hang together and one of them have a grid, so
    that every piece finds one.
    """
    n = label.size
    piece, count = pieces(start, neighbour, label)
    heavy = np.zeros(count)
    grid = np.empty(count, np.int64)
    for unit in range(n):
        heavy[piece[unit]] += weight[unit]
        grid[piece[unit]] = label[unit]
    stays = np.full(k, -1, np.int64)
    left = count
    for one in range(count):
        if grid[one] < 0:
            continue
        if stays[grid[one]] < 0:
            left -= 1
        if stays[grid[one]] < 0 or heavy[one] > heavy[stays[grid[one]]]:
            stays[grid[one]] = one
    first = np.full(count, -1, np.int64)
    after = np.full(n, -1, np.int64)
    for unit in range(n - 1, -1, -1):
        if label[unit] < 0 or stays[label[unit]] != piece[unit]:
            after[unit] = first[piece[unit]]
            first[piece[unit]] = unit
            label[unit] = -1
    shared = np.zeros(k)
    while left > 0:
        for one in range(count):
            if first[one] < 0:
                continue
            unit = first[one]
            best = -1
            while unit >= 0:
                for edge in range(start[unit], start[unit + 1]):
                    target = label[neighbour[edge]]
                    if target >= 0:
                        shared[target] += border[edge] + 1e-9
                        if best < 0 or shared[target] > shared[best]:
                            best = target
                unit = after[unit]
            unit = first[one]
            while unit >= 0:  # forget, for the next piece
                for edge in range(start[unit], start[unit + 1]):
                    if label[neighbour[edge]] >= 0:
                        shared[label[neighbour[edge]]] = 0.0
                unit = after[unit]
            if best < 0:
                continue
            unit = first[one]
            while unit >= 0:
                label[unit] = best
                unit = after[unit]
            first[one] = -1
            left -= 1
