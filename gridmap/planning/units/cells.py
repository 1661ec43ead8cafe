"""Cells of buildings: which ground is nearest to which building, and which cells are joined to a part.

Points along the outlines make a Voronoi diagram; its ridges between points of different buildings bound the cells. Only the ridges
between different parts are handed on: they are noded with everything else, so that no hole and no overlap can come of them.
"""

import heapq
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree, Voronoi

from gridmap.planning.units.borders import pairs_of
from gridmap.planning.units.ground import Floats, Ints, Shapes
from gridmap.planning.units.lattice import STEPS
from gridmap.planning.units.patchwork import Patchwork

#: Outlines are drawn in by this, so that a common wall has a middle, in metres.
_SHRINK_M: Final = 0.3
#: Distance of the points along outlines, in metres: fine where another building is near.
_FINE_M, _COARSE_M, _NEAR_M = 1.0, 5.0, 1.5
#: Ridges are smoothed by this, in metres.
_SMOOTH_M: Final = 0.5


@dataclass(frozen=True, slots=True)
class Parts:
    """How a block is divided: ``lines`` between its parts, and the part of the nearest building for any point."""

    lines: Shapes
    tree: KDTree
    part: Ints

    def at(self, points: Floats) -> Ints:
        """The part of each point (n, 2)."""
        found: Ints = self.part[self.tree.query(points)[1]]
        return found


def divided(block: shapely.Geometry, buildings: Shapes, households: Ints, most: int) -> Parts | None:
    """Divide a block (in steps of the lattice) along the cells of its buildings, None where a single part comes of it.

    Cells are joined to parts of ``most`` households at most and half of that at least, where neighbours allow; a building with more
    stays alone.
    """
    cell = _cells_of(buildings)
    if cell.max() == 0:
        return None
    points, owner = _outline_points(buildings, cell)
    diagram = Voronoi(np.concatenate([points, _far_corners(block, points)]))
    inside = (diagram.ridge_points < len(points)).all(axis=1)
    ends = np.array(diagram.ridge_vertices, dtype=np.int64)[inside]
    sides = owner[diagram.ridge_points[inside]]
    between = (sides[:, 0] != sides[:, 1]) & (ends >= 0).all(axis=1)
    ends, sides = diagram.vertices[ends[between]], sides[between]
    part = _joined_cells(block, ends, sides, np.bincount(cell, households).astype(np.int64), most)
    if part.max() == 0:
        return None
    divides = part[sides[:, 0]] != part[sides[:, 1]]
    return Parts(_smooth_inside(block, ends[divides]), KDTree(points), part[owner])


def _cells_of(buildings: Shapes) -> Ints:
    """The cell (0 to c-1) of each building; buildings upon each other have one together."""
    drawn = _drawn_in(buildings)
    one, other = shapely.STRtree(drawn).query(drawn, predicate="intersects")
    graph = coo_array((np.ones(len(one)), (one, other)), shape=(len(buildings),) * 2)
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _drawn_in(buildings: Shapes) -> Shapes:
    drawn = shapely.buffer(buildings, -_SHRINK_M * STEPS, join_style="mitre", quad_segs=2)
    found: Shapes = np.where(shapely.is_empty(drawn), buildings, drawn)
    return found


def _outline_points(buildings: Shapes, cell: Ints) -> tuple[Floats, Ints]:
    """Points (p, 2) along the outlines, no two in one place, and the cell of each."""
    one, other = shapely.STRtree(buildings).query(buildings, predicate="dwithin", distance=_NEAR_M * STEPS)
    close = np.bincount(one[one != other], minlength=len(buildings)) > 0
    outline = shapely.segmentize(_drawn_in(buildings), np.where(close, _FINE_M, _COARSE_M) * STEPS)
    points, owner = shapely.get_coordinates(outline, return_index=True)
    points, first = np.unique(np.round(points), axis=0, return_index=True)
    return points, cell[owner[first]]


def _far_corners(block: shapely.Geometry, points: Floats) -> Floats:
    """Four points so far away that all ridges near the block have ends."""
    low = np.minimum(points.min(axis=0), block.bounds[:2])
    high = np.maximum(points.max(axis=0), block.bounds[2:])
    far = 20 * float((high - low).max() + 1)
    middle = (low + high) / 2
    corners: Floats = middle + far * np.array([(1, 0.1), (-1, -0.1), (0.1, -1), (-0.1, 1)])
    return corners


def _joined_cells(block: shapely.Geometry, ends: Floats, sides: Ints, households: Ints, most: int) -> Ints:
    """The part (0 to p-1) of each cell. The cell with fewest households joins the neighbour with the longest border that takes it."""
    shapely.prepare(block)
    middle = ends.mean(axis=1)
    seen = shapely.contains_xy(block, middle[:, 0], middle[:, 1])
    lengths = np.hypot(*(ends[:, 1] - ends[:, 0])[seen].T)
    pairs, (length,) = pairs_of(sides[seen, 0], sides[seen, 1], lengths)
    patches, weight = Patchwork(len(households), pairs, length), households.tolist()
    heap = [(weight[cell], cell) for cell in range(len(weight))]
    heapq.heapify(heap)
    while heap:
        count, cell = heapq.heappop(heap)
        if patches.of(cell) != cell or count != weight[cell] or (2 * count >= most and count > 0):
            continue
        takers = [other for other in patches.beside[cell] if count == 0 or weight[other] + count <= most]
        if takers:
            target = min(takers, key=lambda other: (-patches.beside[cell][other], other))
            weight[target] += count
            patches.merge(cell, target)
            heapq.heappush(heap, (weight[target], target))
    roots = np.array([patches.of(cell) for cell in range(len(weight))])
    return np.unique(roots, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _smooth_inside(block: shapely.Geometry, ends: Floats) -> Shapes:
    lines = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(ends)))
    smooth = shapely.simplify(shapely.get_parts(lines), _SMOOTH_M * STEPS)
    cut = shapely.get_parts(shapely.get_parts(shapely.intersection(smooth, block)))
    found: Shapes = cut[shapely.get_type_id(cut) == 1]
    return found
