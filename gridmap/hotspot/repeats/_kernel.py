"""Compiled loops about places where the same happens again. Self-contained: numba's cache does not notice a change in another file.

Points stand in the order of cells (kind, row, column) whose diagonal is the reach, so that all points of a cell are within reach of each
other. ``key`` of a cell counts up along its row; rows lie ``row_step`` apart.
"""

import numpy as np
from numba import njit

_compiled = njit(nogil=True, cache=True, error_model="numpy")

#: Cells to each side that hold points within reach.
_AROUND = 2


@_compiled
def _root(parent, at):
    while parent[at] != at:
        parent[at] = parent[parent[at]]
        at = parent[at]
    return at


@_compiled
def _join(parent, one, other):
    a, b = _root(parent, one), _root(parent, other)
    if a != b:
        parent[max(a, b)] = min(a, b)


@_compiled
def _near(x, y, one, other, reach2):
    east, north = x[one] - x[other], y[one] - y[other]
    return east * east + north * north <= reach2


@_compiled
def core_points(x, y, weight, key, start, row_step, reach, least):
    """Which points have at least ``least`` (weight, their own among it) within reach. ``start`` [cells + 1]: where each cell begins."""
    core = np.zeros(len(x), dtype=np.bool_)
    reach2 = reach * reach
    for cell in range(len(key)):
        low, high = start[cell], start[cell + 1]
        held = 0
        for point in range(low, high):
            held += weight[point]
        if held >= least:
            core[low:high] = True
            continue
        for point in range(low, high):
            found = held
            for row in range(-_AROUND, _AROUND + 1):
                first = key[cell] + row * row_step - _AROUND
                near = np.searchsorted(key, first)
                while near < len(key) and key[near] <= first + 2 * _AROUND and found < least:
                    if near != cell:
                        for other in range(start[near], start[near + 1]):
                            if _near(x, y, point, other, reach2):
                                found += weight[other]
                    near += 1
            core[point] = found >= least
    return core


@_compiled
def joined(x, y, core, key, start, row_step, reach):
    """Parents (a forest over points) that join core points within reach of each other, one after another."""
    parent = np.arange(len(x))
    reach2 = reach * reach
    for cell in range(len(key)):
        low, high = start[cell], start[cell + 1]
        first_core = -1
        for point in range(low, high):
            if core[point]:
                if first_core < 0:
                    first_core = point
                _join(parent, first_core, point)
        if first_core < 0:
            continue
        # Cells after this one: each pair is looked at once.
        for row in range(_AROUND + 1):
            first = key[cell] + row * row_step - _AROUND
            near = max(np.searchsorted(key, first), cell + 1)
            while near < len(key) and key[near] <= first + 2 * _AROUND:
                _join_cells(x, y, core, parent, low, high, start[near], start[near + 1], first_core, reach2)
                near += 1
    return parent


@_compiled
def _join_cells(x, y, core, parent, low, high, other_low, other_high, first_core, reach2):
    for other in range(other_low, other_high):
        if not core[other]:
            continue
        if _root(parent, other) == _root(parent, first_core):
            return
        for point in range(low, high):
            if core[point] and _near(x, y, point, other, reach2):
                _join(parent, point, other)
                return


@_compiled
def join_groups(parent, order, group):
    """Join the points of each group; ``order`` sorts points by ``group``, -1 for none."""
    for at in range(1, len(order)):
        one, other = order[at - 1], order[at]
        if group[one] >= 0 and group[one] == group[other]:
            _join(parent, one, other)


@_compiled
def labels(x, y, core, parent, key, start, row_step, reach):
    """The root of each core point, of others that of the nearest core point within reach (the first of equally near ones), -1 for none."""
    found = np.full(len(x), -1, dtype=np.int64)
    reach2 = reach * reach
    for cell in range(len(key)):
        for point in range(start[cell], start[cell + 1]):
            if core[point]:
                found[point] = _root(parent, point)
                continue
            nearest = np.inf
            for row in range(-_AROUND, _AROUND + 1):
                first = key[cell] + row * row_step - _AROUND
                near = np.searchsorted(key, first)
                while near < len(key) and key[near] <= first + 2 * _AROUND:
                    for other in range(start[near], start[near + 1]):
                        if core[other]:
                            east, north = x[point] - x[other], y[point] - y[other]
                            apart = east * east + north * north
                            if apart <= reach2 and apart < nearest:
                                nearest = apart
                                found[point] = _root(parent, other)
                    near += 1
    return found
