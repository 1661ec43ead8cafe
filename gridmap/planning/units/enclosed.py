"""Units wholly inside one other, which a grid could join to nothing else: merged where both are small enough."""

import numpy as np

from gridmap.planning.units.borders import Borders, pairs_of
from gridmap.planning.units.ground import Bools, Ints, Rules
from gridmap.planning.units.patchwork import Patchwork


def merged_enclosed(unit: Ints, households: Ints, borders: Borders, rules: Rules) -> tuple[Ints, list[int], list[int]]:
    """The unit that holds each unit by now (u), the units that went into another, and those kept although enclosed.

    ``unit`` (f) numbers the faces of ``borders``. A unit is enclosed when it does not reach the community's outline and has one
    neighbour. It is merged when both together fit the upper bound, or when the one around is above it anyway and the inner one could be
    no grid alone. Otherwise it is kept: merging never carries a unit over the bound.
    """
    inner = ~borders.outer
    pairs, (length,) = pairs_of(unit[borders.face[inner]], unit[borders.beyond[inner]], borders.length[inner])
    apart = pairs[:, 0] != pairs[:, 1]
    patches = Patchwork(len(households), pairs[apart], length[apart])
    open_to = _reaching_out(unit, borders, len(households))
    sums = households.tolist()
    gone: list[int] = []
    waiting = [each for each in range(len(sums)) if len(patches.beside[each]) == 1]
    kept: set[int] = set()
    while waiting:
        each = waiting.pop()
        if open_to[each] or patches.of(each) != each or len(patches.beside[each]) != 1:
            continue
        (around,) = patches.beside[each]
        hopeless = sums[around] > rules.upper and sums[each] < rules.lower
        if sums[each] + sums[around] > rules.upper and not hopeless:
            kept.add(each)
            continue
        sums[around] += sums[each]
        patches.merge(each, around)
        gone.append(each)
        waiting.append(around)
    return np.array([patches.of(each) for each in range(len(sums))], dtype=np.int64), gone, sorted(kept)


def _reaching_out(unit: Ints, borders: Borders, count: int) -> Bools:
    found = np.zeros(count, dtype=bool)
    found[unit[borders.face[borders.outer]]] = True
    return found
