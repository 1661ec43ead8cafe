"""Compiled loops of the scan. All functions that call each other live here: numba's cache does not notice a change in another file.

A window is a zone (the first places of a row of ``order``) over steps. Looked at prospectively, it ends with the last step; ``w`` is its
length less one. Replicates are compared as whole numbers: ``least`` holds for each window the smallest count whose ratio reaches a
floor, logarithms are taken only where a count reaches it.
"""

import math

import numpy as np
from numba import njit

_compiled = njit(nogil=True, cache=True, error_model="numpy")


@_compiled
def ratio(count, expected, total):
    """The log-likelihood ratio of a window with more cases than expected, 0 for others. ``total`` < 0: not taken as given."""
    if count <= expected:
        return 0.0
    if total < 0:
        return count * math.log(count / expected) + expected - count
    found = count * math.log(count / expected)
    if count < total:
        found += (total - count) * math.log((total - count) / (total - expected))
    return found


@_compiled
def most_expected(floor, total, counts):
    """For each count from 0 to counts - 1 the largest expectation at which its ratio still reaches a floor, -1 for none."""
    found = np.full(counts, -1.0)
    for count in range(1, counts):
        if total >= 0 and count > total:
            found[count] = found[count - 1]
            continue
        low, high = 0.0, float(count)
        # Down to neighbouring numbers.
        for _ in range(200):
            middle = 0.5 * (low + high)
            if middle <= low or middle >= high:
                break
            if ratio(float(count), middle, total) >= floor:
                low = middle
            else:
                high = middle
        if low > 0.0:
            found[count] = low
    return found


@_compiled
def window_expectations(order, reach, mean):
    """Cases expected in each window, float64[n, k, steps]; ``mean`` [n, steps] those of a place in the last 1, 2, ... steps."""
    places, most = order.shape
    steps = mean.shape[1]
    found = np.zeros((places, most, steps))
    for centre in range(places):
        for k in range(reach[centre]):
            place = order[centre, k]
            for w in range(steps):
                found[centre, k, w] = mean[place, w] + (found[centre, k - 1, w] if k else 0.0)
    return found


@_compiled
def least_counts(expectation, whole, reach, limit, least):
    """Fill ``least``, of the shape of ``expectation``, with the smallest count of each window that reaches the floor of ``limit``
    (of `most_expected`)."""
    for centre in range(expectation.shape[0]):
        for k in range(expectation.shape[1]):
            for w in range(expectation.shape[2]):
                never = np.iinfo(least.dtype).max
                if k >= reach[centre] or not whole[centre, k] or expectation[centre, k, w] <= 0.0:
                    least[centre, k, w] = never
                else:
                    least[centre, k, w] = min(np.searchsorted(limit, expectation[centre, k, w]), never)


@_compiled
def best_windows(recent, order, whole, reach, expectation, total):
    """The largest ratio of each zone over its windows that end with the last step, and the length less one where it lies."""
    places, most = order.shape
    steps = recent.shape[1]
    best, at = np.zeros((places, most)), np.zeros((places, most), dtype=np.int64)
    counts = np.zeros(steps, dtype=np.int64)
    for centre in range(places):
        counts[:] = 0
        for k in range(reach[centre]):
            place = order[centre, k]
            for w in range(steps):
                counts[w] += recent[place, w]
            if not whole[centre, k]:
                continue
            for w in range(steps):
                found = ratio(float(counts[w]), expectation[centre, k, w], total)
                if found > best[centre, k]:
                    best[centre, k], at[centre, k] = found, w
    return best, at


@_compiled
def largest_ratios(recents, order, reach, expectation, least, total, best):
    """Raise ``best`` [replicates] to the largest ratio of each replicate's windows that end with the last step, as far as they reach the
    floor of ``least``. ``recents`` [n, steps, replicates]: cases of a place in the last 1, 2, ... steps; replicates lie beside each other,
    so that the processor adds and compares many of them at a time."""
    places, steps, replicates = recents.shape
    counts = np.zeros((steps, replicates), dtype=recents.dtype)
    for centre in range(places):
        counts[:] = 0
        for k in range(reach[centre]):
            more = recents[order[centre, k]]
            for w in range(steps):
                of_length, added = counts[w], more[w]
                most = of_length[0]
                for replicate in range(replicates):
                    of_length[replicate] += added[replicate]
                    most = max(most, of_length[replicate])
                if most < least[centre, k, w]:
                    continue
                for replicate in range(replicates):
                    if of_length[replicate] >= least[centre, k, w]:
                        found = ratio(float(of_length[replicate]), expectation[centre, k, w], total)
                        best[replicate] = max(best[replicate], found)


@_compiled
def best_windows_of_any_time(recent, mean, order, whole, reach, longest, total):
    """The largest ratio of each zone over its windows of at most ``longest`` steps that end with any step; how many steps before the last
    one it ends, and its length. ``recent`` and ``mean`` [n, steps] are cases and expectations in the last 1, 2, ... steps."""
    places, most = order.shape
    steps = recent.shape[1]
    best = np.zeros((places, most))
    ends, length = np.zeros((places, most), dtype=np.int64), np.zeros((places, most), dtype=np.int64)
    counts, expectation = np.zeros(steps + 1, dtype=np.int64), np.zeros(steps + 1)
    for centre in range(places):
        counts[:] = 0
        expectation[:] = 0.0
        for k in range(reach[centre]):
            place = order[centre, k]
            for step in range(steps):
                counts[step + 1] += recent[place, step]
                expectation[step + 1] += mean[place, step]
            if not whole[centre, k]:
                continue
            for w in range(1, longest + 1):
                for end in range(steps - w + 1):
                    count = float(counts[end + w] - counts[end])
                    found = ratio(count, expectation[end + w] - expectation[end], total)
                    if found > best[centre, k]:
                        best[centre, k], ends[centre, k], length[centre, k] = found, end, w
    return best, ends, length


@_compiled
def least_of_any_time(mean, order, whole, reach, limit, least):
    """Fill ``least`` [n, k, longest] with a count that a window of a length needs at the very least, wherever it ends."""
    places, most, longest = least.shape
    steps = mean.shape[1]
    never = np.iinfo(least.dtype).max
    expectation = np.zeros(steps + 1)
    for centre in range(places):
        expectation[:] = 0.0
        for k in range(most):
            if k < reach[centre]:
                for step in range(steps):
                    expectation[step + 1] += mean[order[centre, k], step]
            for w in range(1, longest + 1):
                if k >= reach[centre] or not whole[centre, k]:
                    least[centre, k, w - 1] = never
                    continue
                smallest = np.inf
                for end in range(steps - w + 1):
                    smallest = min(smallest, expectation[end + w] - expectation[end])
                least[centre, k, w - 1] = min(np.searchsorted(limit, smallest), never)


@_compiled
def largest_ratio_of_any_time(recent, mean, order, reach, limit, least, total):
    """The largest ratio of one replicate's windows that end with any step, as far as they reach the floor of ``limit``; else 0."""
    places, longest = least.shape[0], least.shape[2]
    steps = recent.shape[1]
    best = 0.0
    counts, expectation = np.zeros(steps + 1, dtype=recent.dtype), np.zeros(steps + 1)
    for centre in range(places):
        counts[:] = 0
        expectation[:] = 0.0
        for k in range(reach[centre]):
            place = order[centre, k]
            for step in range(steps):
                counts[step + 1] += recent[place, step]
                expectation[step + 1] += mean[place, step]
            for w in range(1, longest + 1):
                most_counted = counts[0]
                for end in range(steps - w + 1):
                    most_counted = max(most_counted, counts[end + w] - counts[end])
                if most_counted < least[centre, k, w - 1]:
                    continue
                for end in range(steps - w + 1):
                    count = counts[end + w] - counts[end]
                    if count >= least[centre, k, w - 1]:
                        expected = expectation[end + w] - expectation[end]
                        if expected <= limit[count]:
                            best = max(best, ratio(float(count), expected, total))
    return best


@_compiled
def permuted(seed, place_of_case, by_step, recent):
    """Add to ``recent`` [n, steps] the cases of places in the last step, the one before it ... when the places of all cases are dealt out
    anew.

    ``by_step`` [steps]: how many cases the last step has, the one before it ... ``place_of_case`` comes back as it was.
    """
    np.random.seed(seed)
    wanted = 0
    for w in range(len(by_step)):
        wanted += by_step[w]
    taken = np.empty(wanted, dtype=np.int64)
    drawn = 0
    for w in range(len(by_step)):
        for _ in range(by_step[w]):
            other = drawn + int(np.random.random() * (len(place_of_case) - drawn))
            place_of_case[drawn], place_of_case[other] = place_of_case[other], place_of_case[drawn]
            taken[drawn] = other
            recent[place_of_case[drawn], w] += 1
            drawn += 1
    for draw in range(wanted - 1, -1, -1):
        other = taken[draw]
        place_of_case[draw], place_of_case[other] = place_of_case[other], place_of_case[draw]


@_compiled
def scattered(seed, keep, alias, number, recent):
    """Add to ``recent`` [n, steps] a ``number`` of cases that fall by chance into its cells.

    ``keep`` and ``alias``: Walker's table of the cells' probabilities, place by place, the last step first.
    """
    np.random.seed(seed)
    cells, steps = len(keep), recent.shape[1]
    for _ in range(number):
        at = np.random.random() * cells
        cell = int(at)
        if at - cell >= keep[cell]:
            cell = alias[cell]
        recent[cell // steps, cell % steps] += 1


@_compiled
def alias_table(weight):
    """Walker's table (Vose 1991) of probabilities in proportion to ``weight``: what a cell keeps of its own share, whose the rest is."""
    cells = len(weight)
    share = weight * (cells / weight.sum())
    keep, alias = np.ones(cells), np.arange(cells)
    small, large = np.empty(cells, dtype=np.int64), np.empty(cells, dtype=np.int64)
    smalls, larges = 0, 0
    for cell in range(cells):
        if share[cell] < 1.0:
            small[smalls] = cell
            smalls += 1
        else:
            large[larges] = cell
            larges += 1
    while smalls and larges:
        smalls -= 1
        poor, rich = small[smalls], large[larges - 1]
        keep[poor], alias[poor] = share[poor], rich
        share[rich] -= 1.0 - share[poor]
        if share[rich] < 1.0:
            larges -= 1
            small[smalls] = rich
            smalls += 1
    return keep, alias


@_compiled
def apart(candidates, order, used):
    """Those of ``candidates`` [m, 2] (centre, number of places less one), the best first, that share no place with a better one; ``used``
    [n] is where places are marked."""
    chosen = np.zeros(len(candidates), dtype=np.bool_)
    for at in range(len(candidates)):
        centre, last = candidates[at]
        free = True
        for k in range(last + 1):
            if used[order[centre, k]]:
                free = False
                break
        if free:
            chosen[at] = True
            for k in range(last + 1):
                used[order[centre, k]] = True
    return chosen
