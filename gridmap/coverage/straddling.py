"""Which shapes may reach over an edge: a raster that knows where edges are, asked for the box of each shape.

A box without any edge lies in the same grids with each of its points, so one point tells what holds it. The reverse is not claimed: a
box that shares a cell with an edge may still be clear of it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.coverage._kernel import mark_edges

Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]

_MOST_CELLS: Final = 1 << 24  # 64 MB of counts
_MARGIN: Final = 1e-9  # degrees: what computing the end of a piece may be wrong by, and much more


def near_edges(shapes: Shapes, grids: Shapes) -> NDArray[np.bool_]:
    """Whether an edge of the grids may cross the bounding box of each shape; boxes without coordinates are near none.

    Cells are half as large as an ordinary shape, so that few are near an edge without need.
    """
    boxes = shapely.bounds(shapes).reshape(-1, 4)
    near = np.zeros(len(boxes), dtype=bool)
    known = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    corners, ring = shapely.get_coordinates(shapely.get_rings(grids), return_index=True)
    if not len(known) or not len(corners):
        return near
    boxes = boxes[known] + (-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
    field = _Field.around(boxes)
    marks = np.zeros(field.cells + 1, dtype=np.int32)
    mark_edges(corners, ring, field.low, field.side, marks)
    sums = marks.cumsum(axis=0, dtype=np.int32).cumsum(axis=1, dtype=np.int32)
    (west, south), (east, north) = field.cell_of(boxes[:, :2]).T, field.cell_of(boxes[:, 2:]).T + 1
    near[known] = sums[east, north] - sums[west, north] - sums[east, south] + sums[west, south] > 0
    return near


@dataclass(frozen=True, slots=True)
class _Field:
    """Cells of one size over the boxes, from the corner ``low`` to the corner ``high``."""

    low: Floats
    high: Floats
    side: Floats
    cells: NDArray[np.int64]

    @classmethod
    def around(cls, boxes: Floats) -> "_Field":
        low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
        usual = np.maximum(np.median(boxes[:, 2:] - boxes[:, :2], axis=0) / 2, _MARGIN)
        side = usual * max(1.0, float(np.sqrt(np.prod((high - low) / usual + 1) / _MOST_CELLS)))
        return cls(low, high, side, np.ceil((high - low) / side).astype(np.int64) + 1)

    def cell_of(self, points: Floats) -> NDArray[np.int64]:
        """Column and row of each point; one outside has the nearest."""
        found: NDArray[np.int64] = ((points - self.low) / self.side).astype(np.int64).clip(0, self.cells - 1)
        return found
