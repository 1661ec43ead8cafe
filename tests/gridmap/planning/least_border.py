"""The proven least border between grids: all grids that there may be, and a choice among them by integer programming (HiGHS)."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csc_array


@dataclass(frozen=True)
class Choice:
    """The ``least`` border, the ``bound`` below which there is none, ``labels`` that attain it, how many ``grids`` there were to choose from."""

    least: float
    bound: float
    labels: list[int]
    grids: int


def least_border(weights, edges, border_m, k: int, lower: float, upper: float) -> float:
    """Least length of borders between k grids in one piece within the bounds, each unit in one of them."""
    return choose_grids(weights, edges, border_m, k, lower, upper).least


def choose_grids(weights, edges, border_m, k: int, lower: float, upper: float) -> Choice:
    """The k grids with the least border, proven."""
    beside: dict[int, dict[int, float]] = defaultdict(dict)
    for (a, b), length in zip(edges, border_m, strict=True):
        beside[a][b] = beside[b][a] = float(length)
    grids = possible_grids(weights, beside, lower, upper)
    costs = [
        sum(length for unit in grid for other, length in beside[unit].items() if other not in grid) for grid in grids
    ]
    rows = np.concatenate([[*sorted(grid), len(weights)] for grid in grids])
    starts = np.cumsum([0] + [len(grid) + 1 for grid in grids])
    choice = csc_array((np.ones(len(rows)), rows, starts), shape=(len(weights) + 1, len(grids)))
    wanted = np.append(np.ones(len(weights)), k)
    found = milp(
        np.array(costs) / 2,
        constraints=LinearConstraint(choice, wanted, wanted),
        integrality=1,
        bounds=(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    assert found.status == 0, found.message
    chosen = [grids[at] for at in np.flatnonzero(found.x > 0.5).tolist()]
    label_of = {unit: label for label, grid in enumerate(chosen) for unit in grid}
    labels = [label_of[unit] for unit in range(len(weights))]
    return Choice(float(found.fun), float(found.mip_dual_bound), labels, len(grids))


def possible_grids(weights, beside, lower: float, upper: float) -> list[frozenset[int]]:
    """Every set of units in one piece within the bounds, once: grown from its first unit, each neighbour taken or ruled out."""
    found = []

    def grow(grid: frozenset[int], total: float, edge: list[int], ruled_out: set[int]) -> None:
        if total >= lower:
            found.append(grid)
        out = set(ruled_out)
        for place, unit in enumerate(edge):
            if total + weights[unit] <= upper:
                following = edge[place + 1 :]
                fresh = [o for o in beside[unit] if o not in grid and o not in out and o not in edge]
                grow(grid | {unit}, total + weights[unit], following + fresh, out)
            out.add(unit)

    for first in range(len(weights)):
        before = set(range(first + 1))
        if weights[first] <= upper:
            grow(frozenset({first}), weights[first], [o for o in beside[first] if o > first], before)
    return found
