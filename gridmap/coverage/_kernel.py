"""Compiled loops over edges."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(nogil=True, cache=True)
def mark_edges(
    corners: NDArray[np.float64],
    ring: NDArray[np.int64],
    low: NDArray[np.float64],
    side: NDArray[np.float64],
    marks: NDArray[np.int32],
) -> None:
    """Set `marks` [column + 1, row + 1] of every cell that an edge may meet, and of some beside it.

    `corners` (n, 2) of rings one after another, `ring` (n) which each belongs to. Cells of size `side` begin at `low`; an edge outside
    marks the outermost ones. An edge is cut into pieces smaller than a cell, each of which meets two columns and two rows at most.
    """
    columns, rows = marks.shape[0] - 2, marks.shape[1] - 2
    for corner in range(len(corners) - 1):
        if ring[corner] != ring[corner + 1]:
            continue
        x, y = (corners[corner, 0] - low[0]) / side[0], (corners[corner, 1] - low[1]) / side[1]
        end_x, end_y = (corners[corner + 1, 0] - low[0]) / side[0], (corners[corner + 1, 1] - low[1]) / side[1]
        if max(x, end_x) < -1.0 or min(x, end_x) > columns + 2 or max(y, end_y) < -1.0 or min(y, end_y) > rows + 2:
            continue
        pieces = max(1, math.ceil(1.001 * max(abs(end_x - x), abs(end_y - y))))
        step_x, step_y = (end_x - x) / pieces, (end_y - y) / pieces
        for piece in range(pieces):
            west = _clipped(x + piece * step_x, columns)
            east = _clipped(x + (piece + 1) * step_x, columns)
            south = _clipped(y + piece * step_y, rows)
            north = _clipped(y + (piece + 1) * step_y, rows)
            marks[west + 1, south + 1] = marks[west + 1, north + 1] = 1
            marks[east + 1, south + 1] = marks[east + 1, north + 1] = 1


@njit(nogil=True, cache=True)
def _clipped(place: float, most: int) -> int:
    return min(max(math.floor(place), 0), most)
