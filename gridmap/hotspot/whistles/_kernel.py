"""Compiled search for what happened near a place before a time. Self-contained: numba's cache does not notice a change in another file."""

import numpy as np
from numba import njit

_compiled = njit(nogil=True, cache=True, error_model="numpy")


@_compiled
def earliest_in_group(group, when, key, start, near_when, back):
    """For each complaint the time of the earliest whistle of its ``group`` at most ``back`` before it, inf for none. Whistles stand in the
    order of groups and times; ``key`` of each group and where it ``start``s."""
    found = np.full(len(group), np.inf)
    for at in range(len(group)):
        place = np.searchsorted(key, group[at])
        if place < len(key) and key[place] == group[at]:
            low, high = start[place], start[place + 1]
            other = low + np.searchsorted(near_when[low:high], when[at] - back)
            if other < high and near_when[other] <= when[at]:
                found[at] = near_when[other]
    return found


@_compiled
def earliest_near(x, y, kind, when, column, row, key, start, of_key, reach, back):
    """For each complaint the time of the earliest whistle of its kind within ``reach`` and at most ``back`` before it, inf for none.

    ``x``, ``y``, ``kind``, ``when``, ``column``, ``row`` are the complaints'; ``of_key`` holds x, y and times of the whistles, which stand in
    the order of cells (as wide as the reach) and times; ``key`` (kind, row, column as one number) of each cell and where it ``start``s.
    """
    near_x, near_y, near_when, row_step, kind_step = of_key
    found = np.full(len(x), np.inf)
    for at in range(len(x)):
        if not np.isfinite(x[at]):
            continue
        for down in range(-1, 2):
            first = kind[at] * kind_step + (row[at] + down) * row_step + column[at] - 1
            cell = np.searchsorted(key, first)
            while cell < len(key) and key[cell] <= first + 2:
                low, high = start[cell], start[cell + 1]
                other = low + np.searchsorted(near_when[low:high], when[at] - back)
                while other < high and near_when[other] <= when[at] and near_when[other] < found[at]:
                    east, north = near_x[other] - x[at], near_y[other] - y[at]
                    if east * east + north * north <= reach * reach:
                        found[at] = near_when[other]
                    other += 1
                cell += 1
    return found
