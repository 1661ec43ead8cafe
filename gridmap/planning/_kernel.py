"""Compiled search for a better plan: recutting neighbouring grids along trees and lines, and moving single units.

Everything that a grid is judged by adds up over its units (and over the borders inside it), so each proposal is scored exactly
in the time that it takes to read the units of two grids. All compiled functions that call each other live here: numba's cache does not notice
a change in another file. The file has four parts: what is searched, scores, recuts, moves.

Method: tree recuts after Procaccia & Tucker-Foltz 2021 and DeFord, Duchin & Solomon 2021 (ReCom), with the best of all cuts of a
tree instead of one that happens to fit, accepted as in simulated annealing.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_compiled = njit(nogil=True, cache=True, error_model="numpy")

# Columns of what adds up: per unit, per grid, and per side of a cut.
WEIGHT, WORK, AREA, OUTLINE, BARRIER, ANCHORS = range(6)
COLUMNS = 6
# Two more columns of a side of a cut: border and barrier cost to the other side; and the weight at home in either grid.
_CUT, _CUT_BARRIER, _HOME_A, _HOME_B = range(6, 10)
_SIDE_COLUMNS = 10

_TREE_SHARE = 0.5  # of recuts; the others follow a straight line
_LINE_TRIES = 4  # prefixes of a line that are looked at, best first, until one leaves both sides in one piece
_NO_SCORE = 1e300


# ---- What is searched


class Units(NamedTuple):
    """n units and their neighbours: those of unit i are ``neighbour[start[i]:start[i + 1]]``.

    ``values`` (n, COLUMNS): weight, work, area, outline, 0, and 1 for a unit that is locked into its grid (two such units never
    share one). ``border`` and ``barrier`` of the same length as ``neighbour``: metres, and what the border costs inside a grid, which is
    negative where it should be inside. ``home``: the grid of the previous plan, or -1.
    """

    start: Ints
    neighbour: Ints
    border: Floats
    barrier: Floats
    values: Floats
    xy: Floats
    home: Ints


class Aims(NamedTuple):
    """What a plan is judged by; every factor weighs a number near 1 a grid."""

    mean: float
    lower: float
    upper: float
    tolerance: float
    mean_work: float
    even: float
    steep: float
    outside: float
    even_work: float
    compact: float
    border: float
    barrier: float
    change: float


class Grids(NamedTuple):
    """k grids: ``sums`` (k, COLUMNS); members as lists linked both ways from ``first``."""

    label: Ints
    sums: Floats
    units: Ints
    first: Ints
    after: Ints
    before: Ints


class _Room(NamedTuple):
    """Memory that proposals share: per unit of a merged area, and per border inside it."""

    place: Ints
    nodes: Ints
    side: Ints
    other: Ints
    sides: Floats
    root: Ints
    head: Ints
    parent: Ints
    depth: Ints
    order: Ints
    key: Floats
    one: Ints
    two: Ints
    border: Floats
    barrier: Floats
    edge_key: Floats
    link_next: Ints
    link_to: Ints


@_compiled
def _room(units):
    n = units.start.size - 1
    m = units.neighbour.size // 2 + 1
    return _Room(
        np.full(n, -1, np.int64),
        np.empty(n, np.int64),
        np.zeros(n, np.int64),
        np.empty(n, np.int64),
        np.empty((n, _SIDE_COLUMNS)),
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n),
        np.empty(m, np.int64),
        np.empty(m, np.int64),
        np.empty(m),
        np.empty(m),
        np.empty(m),
        np.empty(2 * m, np.int64),
        np.empty(2 * m, np.int64),
    )


@_compiled
def _grids(units, label, k):
    n = label.size
    grids = Grids(
        label,
        np.zeros((k, COLUMNS)),
        np.zeros(k, np.int64),
        np.full(k, -1, np.int64),
        np.full(n, -1, np.int64),
        np.full(n, -1, np.int64),
    )
    for unit in range(n):
        _enter(grids, unit, label[unit])
    for grid in range(k):
        _measure(units, grids, grid)
    return grids


@_compiled
def _enter(grids, unit, grid):
    grids.label[unit] = grid
    head = grids.first[grid]
    grids.after[unit] = head
    grids.before[unit] = -1
    if head >= 0:
        grids.before[head] = unit
    grids.first[grid] = unit
    grids.units[grid] += 1


@_compiled
def _leave(grids, unit):
    grid = grids.label[unit]
    after, before = grids.after[unit], grids.before[unit]
    if before >= 0:
        grids.after[before] = after
    else:
        grids.first[grid] = after
    if after >= 0:
        grids.before[after] = before
    grids.units[grid] -= 1


@_compiled
def _measure(units, grids, grid):
    """Add up a grid anew, so that rounding never grows."""
    sums = grids.sums
    for column in range(COLUMNS):
        sums[grid, column] = 0.0
    unit = grids.first[grid]
    while unit >= 0:
        for column in range(COLUMNS):
            sums[grid, column] += units.values[unit, column]
        for edge in range(units.start[unit], units.start[unit + 1]):
            if grids.label[units.neighbour[edge]] == grid:
                sums[grid, OUTLINE] -= units.border[edge]
                sums[grid, BARRIER] += 0.5 * units.barrier[edge]
        unit = grids.after[unit]


# ---- Scores: smaller is better


@_compiled
def _score(aims, weight, work, area, outline, barrier, anchors):
    """One grid's score."""
    away = abs(weight / aims.mean - 1.0)
    score = aims.even * away * away
    beyond = away - aims.tolerance
    if beyond > 0.0:
        score += aims.steep * beyond * (0.02 + beyond)
    outside = max(aims.lower - weight, weight - aims.upper) / aims.mean
    if outside > 0.0:
        score += aims.outside * (0.05 + outside + outside * outside)
    if aims.even_work > 0.0:
        away = work / aims.mean_work - 1.0
        score += aims.even_work * away * away
    if aims.compact > 0.0 and area > 0.0:
        score += aims.compact * outline / math.sqrt(math.pi * area)
    score += aims.border * outline + aims.barrier * barrier
    if anchors > 1.5:
        score += 1000.0 * (anchors - 1.0)
    return score


@_compiled
def _score_of(aims, table, row, parts):
    """Score of a row of sums that is to become so many grids."""
    if parts == 1:
        return _score(
            aims,
            table[row, WEIGHT],
            table[row, WORK],
            table[row, AREA],
            table[row, OUTLINE],
            table[row, BARRIER],
            table[row, ANCHORS],
        )
    share = 1.0 / parts
    return parts * _score(
        aims,
        table[row, WEIGHT] * share,
        table[row, WORK] * share,
        table[row, AREA] * share,
        table[row, OUTLINE] * math.sqrt(share),
        table[row, BARRIER] * share,
        max(0.0, table[row, ANCHORS] - parts + 1.0),
    )


@_compiled
def _score_of_rest(aims, table, row, whole, parts):
    """Score of what a row of sums leaves of the whole (a row too)."""
    share = 1.0 / parts
    outline = table[whole, OUTLINE] - table[row, OUTLINE] + 2.0 * table[row, _CUT]
    barrier = table[whole, BARRIER] - table[row, BARRIER] - table[row, _CUT_BARRIER]
    return parts * _score(
        aims,
        (table[whole, WEIGHT] - table[row, WEIGHT]) * share,
        (table[whole, WORK] - table[row, WORK]) * share,
        (table[whole, AREA] - table[row, AREA]) * share,
        outline * math.sqrt(share),
        barrier * share,
        max(0.0, table[whole, ANCHORS] - table[row, ANCHORS] - parts + 1.0),
    )


@_compiled
def _is_bad(aims, weight):
    return weight < aims.lower or weight > aims.upper or abs(weight / aims.mean - 1.0) > aims.tolerance


@_compiled
def _at_home(units, grids, grid):
    """Weight of a grid's units that the previous plan had in it."""
    weight = 0.0
    unit = grids.first[grid]
    while unit >= 0:
        if units.home[unit] == grid:
            weight += units.values[unit, WEIGHT]
        unit = grids.after[unit]
    return weight


# ---- Recuts: two or three neighbouring grids are merged and cut anew


@_compiled
def _gather(grids, room, grid, found):
    unit = grids.first[grid]
    while unit >= 0:
        room.nodes[found] = unit
        found += 1
        unit = grids.after[unit]
    return found


@_compiled
def _read_borders(units, room, low, high):
    """Borders among the units ``nodes[low:high]``, by their places in it; each unit's own sums into ``sides``."""
    found = 0
    for i in range(low, high):
        room.place[room.nodes[i]] = i
    for i in range(low, high):
        unit = room.nodes[i]
        for column in range(COLUMNS):
            room.sides[i, column] = units.values[unit, column]
        for column in range(COLUMNS, _SIDE_COLUMNS):
            room.sides[i, column] = 0.0
        for edge in range(units.start[unit], units.start[unit + 1]):
            j = room.place[units.neighbour[edge]]
            if j < low:
                continue
            room.sides[i, _CUT] += units.border[edge]
            room.sides[i, _CUT_BARRIER] += units.barrier[edge]
            if j > i:
                room.one[found] = i
                room.two[found] = j
                room.border[found] = units.border[edge]
                room.barrier[found] = units.barrier[edge]
                found += 1
    for i in range(low, high):
        room.place[room.nodes[i]] = -1
    return found


@_compiled
def _note_homes(units, room, low, high, a, b):
    for i in range(low, high):
        unit = room.nodes[i]
        if units.home[unit] == a:
            room.sides[i, _HOME_A] = units.values[unit, WEIGHT]
        elif units.home[unit] == b:
            room.sides[i, _HOME_B] = units.values[unit, WEIGHT]


@_compiled
def _kept(table, row, whole):
    """Weight that stays at home when one side of a cut becomes grid a and the other b, or the other way round."""
    straight = table[row, _HOME_A] + table[whole, _HOME_B] - table[row, _HOME_B]
    crossed = table[row, _HOME_B] + table[whole, _HOME_A] - table[row, _HOME_A]
    return max(straight, crossed)


@_compiled
def _find_root(root, i):
    while root[i] != i:
        root[i] = root[root[i]]
        i = root[i]
    return i


@_compiled
def _link(room, slot, i, j):
    room.link_to[slot] = j
    room.link_next[slot] = room.head[i]
    room.head[i] = slot


@_compiled
def _grow_tree(room, low, high, borders, bias):
    """A random spanning tree that favours long borders and ties and avoids barriers; False where the area is in pieces.

    Leaves ``order`` (from the root), ``parent`` and ``depth`` by place.
    """
    for i in range(low, high):
        room.root[i] = i
        room.head[i] = -1
    for border in range(borders):
        cost = room.barrier[border]
        likely = room.border[border] + bias - min(cost, 0.0)
        clock = -math.log(1.0 - np.random.random()) / likely
        room.edge_key[border] = clock * (1.0 + max(cost, 0.0) / bias)
    links = 0
    for border in np.argsort(room.edge_key[:borders]):
        i, j = room.one[border], room.two[border]
        a, b = _find_root(room.root, i), _find_root(room.root, j)
        if a == b:
            continue
        room.root[a] = b
        _link(room, links, i, j)
        _link(room, links + 1, j, i)
        links += 2
        if links == 2 * (high - low - 1):
            break
    room.order[low] = low
    room.parent[low] = -1
    room.depth[low] = 0
    reached = low + 1
    at = low
    while at < reached:
        i = room.order[at]
        at += 1
        slot = room.head[i]
        while slot >= 0:
            j = room.link_to[slot]
            if j != room.parent[i]:
                room.parent[j] = i
                room.depth[j] = room.depth[i] + 1
                room.order[reached] = j
                reached += 1
            slot = room.link_next[slot]
    return reached == high


@_compiled
def _add_up_tree(room, low, high, borders):
    """Sums of every subtree: a border counts as inner from the lowest common ancestor of its ends upward."""
    sides = room.sides
    for border in range(borders):
        i, j = room.one[border], room.two[border]
        while i != j:
            if room.depth[i] >= room.depth[j]:
                i = room.parent[i]
            else:
                j = room.parent[j]
        sides[i, OUTLINE] -= 2.0 * room.border[border]
        sides[i, _CUT] -= 2.0 * room.border[border]
        sides[i, BARRIER] += room.barrier[border]
        sides[i, _CUT_BARRIER] -= 2.0 * room.barrier[border]
    for at in range(high - 1, low, -1):
        i = room.order[at]
        up = room.parent[i]
        for column in range(_SIDE_COLUMNS):
            sides[up, column] += sides[i, column]


@_compiled
def _cut_tree(aims, room, low, high, borders, parts_a, parts_b, bias, homes):
    """The best cut of a random tree: marks ``side`` 0 for the first side; gives the scores of both sides."""
    if not _grow_tree(room, low, high, borders, bias):
        return _NO_SCORE, _NO_SCORE
    _add_up_tree(room, low, high, borders)
    best, best_a, best_b, cut, swapped = _NO_SCORE, _NO_SCORE, _NO_SCORE, -1, False
    for at in range(low + 1, high):
        i = room.order[at]
        size_penalty = 0.0
        a = _score_of(aims, room.sides, i, parts_a)
        b = _score_of_rest(aims, room.sides, i, low, parts_b)
        if homes:
            size_penalty = -aims.change * _kept(room.sides, i, low) / aims.mean
        if a + b + size_penalty < best:
            best, best_a, best_b, cut, swapped = a + b + size_penalty, a, b, i, False
        if parts_a != parts_b:
            a = _score_of(aims, room.sides, i, parts_b)
            b = _score_of_rest(aims, room.sides, i, low, parts_a)
            if a + b < best:
                best, best_a, best_b, cut, swapped = a + b, b, a, i, True
    if cut < 0:
        return _NO_SCORE, _NO_SCORE
    inside = 1 if swapped else 0
    for at in range(low, high):
        i = room.order[at]
        if i == cut or (i != low and room.side[room.parent[i]] == inside):
            room.side[i] = inside
        else:
            room.side[i] = 1 - inside
    return best_a, best_b


@_compiled
def _one_piece(room, low, side, members):
    """Whether the marked units hang together."""
    begin = low
    while room.side[begin] != side:
        begin += 1
    room.order[low] = begin
    room.depth[begin] = -1
    reached = low + 1
    at = low
    while at < reached:
        slot = room.head[room.order[at]]
        at += 1
        while slot >= 0:
            j = room.link_to[slot]
            if room.side[j] == side and room.depth[j] >= 0:
                room.depth[j] = -1
                room.order[reached] = j
                reached += 1
            slot = room.link_next[slot]
    return reached - low == members


@_compiled
def _cut_line(units, aims, room, low, high, borders, parts_a, parts_b, homes):
    """The best cut along a line of random direction whose two sides hang together; as `_cut_tree`."""
    angle = 2.0 * math.pi * np.random.random()
    east, north = math.cos(angle), math.sin(angle)
    for i in range(low, high):
        unit = room.nodes[i]
        room.key[i] = east * units.xy[unit, 0] + north * units.xy[unit, 1]
        room.head[i] = -1
    for border in range(borders):
        _link(room, 2 * border, room.one[border], room.two[border])
        _link(room, 2 * border + 1, room.two[border], room.one[border])
    along = np.argsort(room.key[low:high]) + low
    rank = room.root
    for at in range(along.size):
        rank[along[at]] = at
    sides = room.sides
    for at in range(along.size):  # add each unit to the sums of those before it
        i = along[at]
        slot = room.head[i]
        while slot >= 0:
            if rank[room.link_to[slot]] < at:
                border = slot // 2
                sides[i, OUTLINE] -= 2.0 * room.border[border]
                sides[i, _CUT] -= 2.0 * room.border[border]
                sides[i, BARRIER] += room.barrier[border]
                sides[i, _CUT_BARRIER] -= 2.0 * room.barrier[border]
            slot = room.link_next[slot]
        if at > 0:
            for column in range(_SIDE_COLUMNS):
                sides[i, column] += sides[along[at - 1], column]
    whole = along[along.size - 1]
    for at in range(along.size - 1):
        i = along[at]
        room.key[i] = _score_of(aims, sides, i, parts_a) + _score_of_rest(aims, sides, i, whole, parts_b)
        if homes:
            room.key[i] -= aims.change * _kept(sides, i, whole) / aims.mean
    room.key[whole] = _NO_SCORE
    for _ in range(min(_LINE_TRIES, along.size - 1)):
        cut = low
        for i in range(low, high):
            if room.key[i] < room.key[cut]:
                cut = i
        for i in range(low, high):
            room.side[i] = 0 if rank[i] <= rank[cut] else 1
            room.depth[i] = 0
        members = rank[cut] + 1
        if _one_piece(room, low, 0, members) and _one_piece(room, low, 1, high - low - members):
            return _score_of(aims, sides, cut, parts_a), _score_of_rest(aims, sides, cut, whole, parts_b)
        room.key[cut] = _NO_SCORE
    return _NO_SCORE, _NO_SCORE


@_compiled
def _cut(units, aims, room, low, high, parts_a, parts_b, a, b, bias):
    """Cut ``nodes[low:high]`` in two, to become so many grids each; the units of the first side come first afterwards.

    Gives the place where the second side begins and the scores of both; `_NO_SCORE` where no cut was found.
    """
    if high - low < 2:
        return low, _NO_SCORE, _NO_SCORE
    borders = _read_borders(units, room, low, high)
    homes = aims.change > 0.0 and parts_a == parts_b
    if homes:
        _note_homes(units, room, low, high, a, b)
    if np.random.random() < _TREE_SHARE:
        score_a, score_b = _cut_tree(aims, room, low, high, borders, parts_a, parts_b, bias, homes)
    else:
        score_a, score_b = _cut_line(units, aims, room, low, high, borders, parts_a, parts_b, homes)
    if score_a >= _NO_SCORE:
        return low, _NO_SCORE, _NO_SCORE
    front, back = low, high
    for i in range(low, high):
        if room.side[i] == 0:
            room.other[front] = room.nodes[i]
            front += 1
        else:
            back -= 1
            room.other[back] = room.nodes[i]
    for i in range(low, high):
        room.nodes[i] = room.other[i]
    return front, score_a, score_b


@_compiled
def _home_weight(units, room, low, high, grid):
    weight = 0.0
    for i in range(low, high):
        if units.home[room.nodes[i]] == grid:
            weight += units.values[room.nodes[i], WEIGHT]
    return weight


@_compiled
def _settle(grids, room, low, high, grid):
    for i in range(low, high):
        _leave(grids, room.nodes[i])
        _enter(grids, room.nodes[i], grid)


@_compiled
def _accepted(worse, temperature):
    return worse < -1e-12 or (
        worse > 1e-12 and temperature > 0.0 and np.random.random() < math.exp(-worse / temperature)
    )


@_compiled
def _recut_two(units, grids, aims, room, a, b, bias, temperature):
    end = _gather(grids, room, b, _gather(grids, room, a, 0))
    middle, score_a, score_b = _cut(units, aims, room, 0, end, 1, 1, a, b, bias)
    if score_a >= _NO_SCORE:
        return False
    worse = score_a + score_b - _score_of(aims, grids.sums, a, 1) - _score_of(aims, grids.sums, b, 1)
    crossed = False
    if aims.change > 0.0:
        straight = _home_weight(units, room, 0, middle, a) + _home_weight(units, room, middle, end, b)
        other = _home_weight(units, room, 0, middle, b) + _home_weight(units, room, middle, end, a)
        crossed = other > straight
        now = _at_home(units, grids, a) + _at_home(units, grids, b)
        worse += aims.change * (now - max(straight, other)) / aims.mean
    if not _accepted(worse, temperature):
        return False
    if crossed:
        a, b = b, a
    _settle(grids, room, 0, middle, a)
    _settle(grids, room, middle, end, b)
    _measure(units, grids, a)
    _measure(units, grids, b)
    return True


@_compiled
def _recut_three(units, grids, aims, room, a, b, c, bias, temperature):
    end = _gather(grids, room, c, _gather(grids, room, b, _gather(grids, room, a, 0)))
    first, score_a, score_b = _cut(units, aims, room, 0, end, 1, 2, a, b, bias)
    if score_a >= _NO_SCORE:
        return False
    second, score_b, score_c = _cut(units, aims, room, first, end, 1, 1, b, c, bias)
    if score_b >= _NO_SCORE:
        return False
    now = _score_of(aims, grids.sums, a, 1) + _score_of(aims, grids.sums, b, 1) + _score_of(aims, grids.sums, c, 1)
    worse = score_a + score_b + score_c - now
    if aims.change > 0.0:
        kept, a, b, c = _best_homes(units, room, first, second, end, a, b, c)
        now = _at_home(units, grids, a) + _at_home(units, grids, b) + _at_home(units, grids, c)
        worse += aims.change * (now - kept) / aims.mean
    if not _accepted(worse, temperature):
        return False
    _settle(grids, room, 0, first, a)
    _settle(grids, room, first, second, b)
    _settle(grids, room, second, end, c)
    _measure(units, grids, a)
    _measure(units, grids, b)
    _measure(units, grids, c)
    return True


@_compiled
def _best_homes(units, room, first, second, end, a, b, c):
    """Of the six ways to call three new grids a, b and c, the one that keeps most weight at home."""
    best, one, two, three = -1.0, a, b, c
    for x, y, z in ((a, b, c), (a, c, b), (b, a, c), (b, c, a), (c, a, b), (c, b, a)):
        kept = _home_weight(units, room, 0, first, x)
        kept += _home_weight(units, room, first, second, y)
        kept += _home_weight(units, room, second, end, z)
        if kept > best:
            best, one, two, three = kept, x, y, z
    return best, one, two, three


@_compiled
def _a_neighbour(units, grids, grid, unlike):
    """A random grid beside this one, other than ``unlike``; -1 where none was met."""
    skip = np.random.randint(grids.units[grid])
    unit = grids.first[grid]
    for _ in range(skip):
        unit = grids.after[unit]
    for _ in range(grids.units[grid]):
        links = units.start[unit + 1] - units.start[unit]
        if links > 0:
            turn = np.random.randint(links)
            for step in range(links):
                edge = units.start[unit] + (turn + step) % links
                other = grids.label[units.neighbour[edge]]
                if other not in (grid, unlike):
                    return other
        unit = grids.after[unit]
        if unit < 0:
            unit = grids.first[grid]
    return -1


@_compiled
def _list_bad(grids, aims, bad):
    found = 0
    for grid in range(grids.units.size):
        if _is_bad(aims, grids.sums[grid, WEIGHT]) or grids.sums[grid, ANCHORS] > 1.5:
            bad[found] = grid
            found += 1
    return found


@_compiled
def _less_round(sums, a, b):
    """Of two grids the one with the longer outline for its area."""
    of_a = sums[a, OUTLINE] * sums[a, OUTLINE] * sums[b, AREA]
    of_b = sums[b, OUTLINE] * sums[b, OUTLINE] * sums[a, AREA]
    return a if of_a >= of_b else b


@_compiled
def _recut(units, grids, aims, room, proposals, hot, cold, focus, three_share, bias):
    """Try so many recuts, of three grids a share of them: a share ``focus`` at grids out of tolerance, the others at the less round of two."""
    k = grids.units.size
    if k < 2:
        return 0
    bad = np.empty(k, np.int64)
    bad_ones = 0
    accepted = 0
    cooling = math.log(cold / hot)
    temperature = hot
    for proposal in range(proposals):
        if proposal % 128 == 0:
            temperature = hot * math.exp(cooling * proposal / proposals)
            bad_ones = _list_bad(grids, aims, bad)
        a = _less_round(grids.sums, np.random.randint(k), np.random.randint(k))
        if bad_ones > 0 and np.random.random() < focus:
            a = bad[np.random.randint(bad_ones)]
        b = _a_neighbour(units, grids, a, -1)
        if b < 0:
            continue
        if k > 2 and np.random.random() < three_share:
            c = _a_neighbour(units, grids, b if np.random.random() < 0.5 else a, b)
            if c >= 0 and c != a:
                accepted += _recut_three(units, grids, aims, room, a, b, c, bias, temperature)
                continue
        accepted += _recut_two(units, grids, aims, room, a, b, bias, temperature)
    return accepted


# ---- Moves: single units change grid, or two change places


@_compiled
def _holds_without(units, grids, unit, room, stamp):
    """Whether a grid still hangs together without one of its units."""
    grid = grids.label[unit]
    begin, beside = -1, 0
    for edge in range(units.start[unit], units.start[unit + 1]):
        if grids.label[units.neighbour[edge]] == grid:
            begin = units.neighbour[edge]
            beside += 1
    if beside == 0:
        return False
    if beside == 1:
        return True
    seen, queue = room.place, room.nodes
    seen[unit] = stamp
    seen[begin] = stamp
    queue[0] = begin
    reached, at = 1, 0
    left = beside - 1
    while at < reached and left > 0:
        here = queue[at]
        at += 1
        for edge in range(units.start[here], units.start[here + 1]):
            next_one = units.neighbour[edge]
            if grids.label[next_one] == grid and seen[next_one] != stamp:
                seen[next_one] = stamp
                queue[reached] = next_one
                reached += 1
                for back in range(units.start[next_one], units.start[next_one + 1]):
                    if units.neighbour[back] == unit:
                        left -= 1
                        break
    return left == 0


@_compiled
def _links(units, grids, unit, grid, without):
    """Border and barrier cost between a unit and a grid, leaving one unit out; the border is -1 where they do not touch."""
    border, barrier, touches = 0.0, 0.0, False
    for edge in range(units.start[unit], units.start[unit + 1]):
        other = units.neighbour[edge]
        if other != without and grids.label[other] == grid:
            border += units.border[edge]
            barrier += units.barrier[edge]
            touches = True
    return border if touches else -1.0, barrier


@_compiled
def _shift(units, table, row, unit, sign, border, barrier):
    """Add a unit to a row of sums (sign 1) or take it out (-1)."""
    for column in range(COLUMNS):
        table[row, column] += sign * units.values[unit, column]
    table[row, OUTLINE] -= sign * 2.0 * border
    table[row, BARRIER] += sign * barrier


@_compiled
def _moved_home(units, unit, source, target):
    """Weight that comes home when a unit moves (negative: leaves home)."""
    if units.home[unit] == target:
        return units.values[unit, WEIGHT]
    if units.home[unit] == source:
        return -units.values[unit, WEIGHT]
    return 0.0


@_compiled
def _move(units, grids, aims, room, trial, unit, source, target, temperature, stamp):
    """Try to move one unit. ``trial`` holds the two grids' new sums afterwards, accepted or not."""
    old_border, old_barrier = _links(units, grids, unit, source, -1)
    new_border, new_barrier = _links(units, grids, unit, target, -1)
    for column in range(COLUMNS):
        trial[0, column] = grids.sums[source, column]
        trial[1, column] = grids.sums[target, column]
    now = _score_of(aims, trial, 0, 1) + _score_of(aims, trial, 1, 1)
    _shift(units, trial, 0, unit, -1.0, max(0.0, old_border), old_barrier)
    _shift(units, trial, 1, unit, 1.0, new_border, new_barrier)
    worse = _score_of(aims, trial, 0, 1) + _score_of(aims, trial, 1, 1) - now
    worse -= aims.change * _moved_home(units, unit, source, target) / aims.mean
    if not _accepted(worse, temperature) or not _holds_without(units, grids, unit, room, stamp):
        return False
    _leave(grids, unit)
    _enter(grids, unit, target)
    for column in range(COLUMNS):
        grids.sums[source, column] = trial[0, column]
        grids.sums[target, column] = trial[1, column]
    return True


@_compiled
def _swap(units, grids, aims, room, trial, unit, source, target, temperature, stamp):
    """Try to move one unit and bring another back, near it. Follows a `_move` that was not accepted."""
    degree = units.start[unit + 1] - units.start[unit]
    near = units.neighbour[units.start[unit] + np.random.randint(degree)]
    back = near
    if grids.label[near] != target or np.random.random() < 0.5:
        back = units.neighbour[units.start[near] + np.random.randint(units.start[near + 1] - units.start[near])]
    if grids.label[back] != target:
        return False
    here_border, here_barrier = _links(units, grids, back, source, unit)
    if here_border < 0.0:
        return False
    there_border, there_barrier = _links(units, grids, back, target, -1)
    shared_border, shared_barrier = 0.0, 0.0
    for edge in range(units.start[back], units.start[back + 1]):
        if units.neighbour[edge] == unit:
            shared_border, shared_barrier = units.border[edge], units.barrier[edge]
    _shift(units, trial, 0, back, 1.0, here_border, here_barrier)
    _shift(units, trial, 1, back, -1.0, max(0.0, there_border) + shared_border, there_barrier + shared_barrier)
    now = _score_of(aims, grids.sums, source, 1) + _score_of(aims, grids.sums, target, 1)
    worse = _score_of(aims, trial, 0, 1) + _score_of(aims, trial, 1, 1) - now
    worse -= aims.change * _moved_home(units, unit, source, target) / aims.mean
    worse -= aims.change * _moved_home(units, back, target, source) / aims.mean
    if not _accepted(worse, temperature) or not _holds_without(units, grids, unit, room, stamp):
        return False
    _leave(grids, unit)
    _enter(grids, unit, target)
    if not _holds_without(units, grids, back, room, stamp + 1):
        _leave(grids, unit)
        _enter(grids, unit, source)
        return False
    _leave(grids, back)
    _enter(grids, back, source)
    for column in range(COLUMNS):
        grids.sums[source, column] = trial[0, column]
        grids.sums[target, column] = trial[1, column]
    return True


@_compiled
def _polish(units, grids, aims, room, proposals, hot, cold, swaps):
    """Try so many moves of single units, and a swap after a share of those that failed."""
    n = grids.label.size
    trial = np.empty((2, COLUMNS))
    for unit in range(n):
        room.place[unit] = -1
    accepted = 0
    cooling = math.log(cold / hot)
    temperature = hot
    for proposal in range(proposals):
        if proposal % 128 == 0:
            temperature = hot * math.exp(cooling * proposal / proposals)
        unit = np.random.randint(n)
        source = grids.label[unit]
        links = units.start[unit + 1] - units.start[unit]
        if links == 0 or grids.units[source] < 2:
            continue
        target = source
        turn = np.random.randint(links)
        for step in range(links):
            edge = units.start[unit] + (turn + step) % links
            target = grids.label[units.neighbour[edge]]
            if target != source:
                break
        if target == source:
            continue
        if _move(units, grids, aims, room, trial, unit, source, target, temperature, 2 * proposal):
            accepted += 1
        elif np.random.random() < swaps:
            accepted += _swap(units, grids, aims, room, trial, unit, source, target, temperature, 2 * proposal)
    for unit in range(n):
        room.place[unit] = -1
    for grid in range(grids.units.size):
        _measure(units, grids, grid)
    return accepted


@_compiled
def _total(units, grids, aims):
    score = 0.0
    for grid in range(grids.units.size):
        score += _score_of(aims, grids.sums, grid, 1)
        if aims.change > 0.0:
            score -= aims.change * _at_home(units, grids, grid) / aims.mean
    return score


@_compiled
def search(
    units, aims, label, k, seed, recuts, moves, recut_hot, recut_cold, move_hot, move_cold, focus, three_share, bias
):
    """One round on ``label`` (changed in place): recuts, then moves, from hot to cold. Gives the score of all grids.

    Labels are 0 to k - 1, every grid in one piece before and after.
    """
    np.random.seed(seed)
    room = _room(units)
    grids = _grids(units, label, k)
    _recut(units, grids, aims, room, recuts, recut_hot, recut_cold, focus, three_share, bias)
    _polish(units, grids, aims, room, moves, move_hot, move_cold, 0.3)
    return _total(units, grids, aims)
