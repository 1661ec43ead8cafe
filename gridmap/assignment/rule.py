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
from numpy.typing import NDArray

from gridmap.assignment import _kernel
from gridmap.assignment.raster import address

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


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
    ranks = [np.ascontiguousarray(order, dtype=np.int64) for order in (area_order, code_order)]
    by_area, by_code = map(address, ranks)
    found = candidates.start, candidates.grid, candidates.relation, candidates.distance_m
    _kernel.choose(*found, by_area, by_code, float(gap_limit_m), owner, reason)
    return owner, reason
