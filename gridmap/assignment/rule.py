"""The owner rule: which of the grids at a point owns it, and why.

I = grids whose interior holds the point; B = grids with the point on their edge.

- One in I: ``inside``. Several in I: the smallest area, then the code: ``overlap``.
- None in I, one in B: ``edge``.
- None in I, several in B: the grid that holds the point moved by (e, e*e), e infinitely small: east first, then north:
  ``edge_tie``. Where several hold the moved point (they overlap), the smallest area, then the code. Where none does (the
  outer border, the rim of a hole, a gap that begins there), all are equally near and the code decides.
- Otherwise the nearest within the limit, then the code: ``gap``. Otherwise ``none``.

Without codes the smallest normalised WKB takes the place of the code (see `gridmap.assignment.order`).
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridmap.assignment._kernel import INSIDE, ON_EDGE, ON_EDGE_MOVED_INSIDE
from gridmap.assignment.reason import REASONS, Reason

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_INSIDE = REASONS.index(Reason.INSIDE)
_EDGE = REASONS.index(Reason.EDGE)
_EDGE_TIE = REASONS.index(Reason.EDGE_TIE)
_OVERLAP = REASONS.index(Reason.OVERLAP)
_GAP = REASONS.index(Reason.GAP)
_NONE = REASONS.index(Reason.NONE)

_NEAREST_STEPS_PER_M = 1e6  # distances equal to the micrometre are equal: below that only rounding speaks


@dataclass(frozen=True)
class Candidates:
    """The grids that may own each of n points, k in all.

    Point i has candidates ``start[i]`` to ``start[i + 1] - 1``, each with the position of its grid, its relation
    (`OUTSIDE`, `INSIDE`, `ON_EDGE`, `ON_EDGE_MOVED_INSIDE` of the kernel) and its distance in metres, NaN where it was
    not measured. Grids beyond the limit or outside, in any order, change nothing.
    """

    start: Ints
    grid: Ints
    relation: NDArray[np.int8]
    distance_m: Floats


def choose_owner(
    candidates: Candidates, area_order: Ints, code_order: Ints, gap_limit_m: float = 0.0
) -> tuple[Ints, NDArray[np.int8]]:
    """The owner of each point and the reason, for one point or many.

    `area_order` and `code_order` (one number a grid, all different) rank the grids by area then code, and by code. Returns
    positions of grids, int64[n] with -1 for none, and int8[n], positions in `REASONS`.
    """
    owner = np.empty(candidates.start.size - 1, dtype=np.int64)
    reason = np.empty(owner.size, dtype=np.int8)
    _choose(
        candidates.start,
        candidates.grid,
        candidates.relation,
        candidates.distance_m,
        area_order,
        code_order,
        float(gap_limit_m),
        owner,
        reason,
    )
    return owner, reason


@njit(nogil=True, cache=True)
def _earlier(one: int, other: int, order: Ints) -> int:
    """The grid that ranks first; -1 stands for no grid."""
    if one < 0 or (other >= 0 and order[other] < order[one]):
        return other
    return one


@njit(nogil=True, cache=True)
def _choose(
    start: Ints,
    grids: Ints,
    relation: NDArray[np.int8],
    distance_m: Floats,
    area_order: Ints,
    code_order: Ints,
    gap_limit_m: float,
    owner: Ints,
    reason: NDArray[np.int8],
) -> None:
    for i in range(owner.size):
        inside = edges = 0
        smallest = smallest_moved = first_by_code = nearest = -1
        least = np.inf
        for k in range(start[i], start[i + 1]):
            grid = grids[k]
            if relation[k] == INSIDE:
                inside += 1
                smallest = _earlier(smallest, grid, area_order)
            elif relation[k] in (ON_EDGE, ON_EDGE_MOVED_INSIDE):
                edges += 1
                first_by_code = _earlier(first_by_code, grid, code_order)
                if relation[k] == ON_EDGE_MOVED_INSIDE:
                    smallest_moved = _earlier(smallest_moved, grid, area_order)
            elif distance_m[k] <= gap_limit_m:
                steps = np.rint(distance_m[k] * _NEAREST_STEPS_PER_M)
                nearest = grid if steps < least else _earlier(nearest, grid, code_order) if steps == least else nearest
                least = min(least, steps)

        if inside > 0:
            owner[i], reason[i] = smallest, _INSIDE if inside == 1 else _OVERLAP
        elif edges == 1:
            owner[i], reason[i] = first_by_code, _EDGE
        elif edges > 1:
            owner[i], reason[i] = smallest_moved if smallest_moved >= 0 else first_by_code, _EDGE_TIE
        elif nearest >= 0:
            owner[i], reason[i] = nearest, _GAP
        else:
            owner[i], reason[i] = -1, _NONE
