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
from gridmap.planning.units.ground import Bools, Floats, Ints, Rules, Shapes
from gridmap.planning.units.lattice import STEPS
from gridmap.planning.units.patchwork import Patchwork

#: Outlines are drawn in by this, so that a common wall has a middle, in metres.
_SHRINK_M: Final = 0.3
#: Distance of the points along outlines, in metres: fine where another building is near.
_FINE_M, _COARSE_M, _NEAR_M = 1.0, 5.0, 1.5
#: Long straight outlines, as those of compounds, need more of them where another is beside.
_MIDDLE_M, _BESIDE_M = 2.0, 10.0
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
    close = _close(buildings, _NEAR_M)
    ridges = _Ridges.of(block, buildings, cell, np.where(close, _FINE_M, _COARSE_M))
    part = _joined_cells(*ridges.borders(block), np.bincount(cell, households).astype(np.int64), most)
    return ridges.parts(block, part) if part.max() else None


def shared(
    block: shapely.Geometry, compounds: Shapes, enclosed: Bools, buildings: Shapes, households: Ints, rules: Rules
) -> tuple[Parts, Ints]:
    """Share ground (in steps) out among the compounds (c) beside it and its own buildings (n): the parts, and that of each building.

    Part ``i`` goes to compound ``i``, those from ``c`` on are of the buildings with households. A building without goes with the
    neighbour that its cell has the longest border with. Cells of homes are joined as in ``divided``, or to smaller parts until none
    has a compound for itself of those that are ``enclosed`` (c) in the ground.
    """
    count = len(compounds)
    sites = np.concatenate([compounds, buildings])
    cell = np.concatenate([np.arange(count), count + _cells_of(buildings)])
    shut = np.flatnonzero(enclosed)
    step = np.where(_close(sites, _NEAR_M), _FINE_M, np.where(_close(sites, _BESIDE_M), _MIDDLE_M, _COARSE_M))
    ridges = _Ridges.of(block, sites, cell, step)
    pairs, length = ridges.borders(block)
    weight = np.bincount(cell, np.concatenate([np.zeros(count), households])).astype(np.int64)
    most = rules.most_in_part if weight.sum() > rules.most_in_block else 2 * int(weight.sum()) + 1
    while True:
        weight[:count] = most + 1  # full: takes what has no households, and nothing else
        part = _joined_cells(pairs, length, weight, most)
        if most <= 1 or not _shuts_in(pairs, length, part, shut, rules):
            break
        most = min(most // 2, rules.most_in_part)
    rank = np.argsort(np.r_[part[:count], np.setdiff1d(part, part[:count])])
    return ridges.parts(block, rank[part]), rank[part[cell[count:]]]


def _shuts_in(pairs: Ints, length: Floats, part: Ints, enclosed: Ints, rules: Rules) -> bool:
    """Whether any of the ``enclosed`` cells, which are compounds, has one part of homes for its only neighbour."""
    beside, (border,) = pairs_of(part[pairs[:, 0]], part[pairs[:, 1]], length)
    beside = beside[(beside[:, 0] != beside[:, 1]) & (border >= rules.border_m * STEPS)]
    neighbours = np.bincount(beside.ravel(), minlength=int(part.max()) + 1)
    return bool((neighbours[part[enclosed]] == 1).any())


@dataclass(frozen=True, slots=True)
class _Ridges:
    """Sides (r, 2, 2) between cells, the two cells of each, and the points (p, 2) that they lie between with their cells."""

    ends: Floats
    sides: Ints
    points: Floats
    cell: Ints

    @classmethod
    def of(cls, block: shapely.Geometry, sites: Shapes, cell: Ints, step: Floats) -> "_Ridges":
        points, owner = _outline_points(sites, cell, step)
        diagram = Voronoi(np.concatenate([points, _far_corners(block, points)]))
        inside = (diagram.ridge_points < len(points)).all(axis=1)
        ends = np.array(diagram.ridge_vertices, dtype=np.int64)[inside]
        sides = owner[diagram.ridge_points[inside]]
        between = (sides[:, 0] != sides[:, 1]) & (ends >= 0).all(axis=1)
        return cls(diagram.vertices[ends[between]], sides[between], points, owner)

    def borders(self, block: shapely.Geometry) -> tuple[Ints, Floats]:
        """Pairs of cells that touch inside the block, once each, and over which length (in steps)."""
        shapely.prepare(block)
        middle = self.ends.mean(axis=1)
        seen = shapely.contains_xy(block, middle[:, 0], middle[:, 1])
        lengths = np.hypot(*(self.ends[:, 1] - self.ends[:, 0])[seen].T)
        pairs, (length,) = pairs_of(self.sides[seen, 0], self.sides[seen, 1], lengths)
        return pairs, length

    def parts(self, block: shapely.Geometry, part: Ints) -> Parts:
        """``part``: the part of each cell."""
        divides = part[self.sides[:, 0]] != part[self.sides[:, 1]]
        return Parts(_smooth_inside(block, self.ends[divides]), KDTree(self.points), part[self.cell])


def _cells_of(buildings: Shapes) -> Ints:
    """The cell (0 to c-1) of each building; buildings upon each other have one together."""
    if not len(buildings):
        return np.zeros(0, dtype=np.int64)
    drawn = _drawn_in(buildings)
    one, other = shapely.STRtree(drawn).query(drawn, predicate="intersects")
    graph = coo_array((np.ones(len(one)), (one, other)), shape=(len(buildings),) * 2)
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _drawn_in(buildings: Shapes) -> Shapes:
    drawn = shapely.buffer(buildings, -_SHRINK_M * STEPS, join_style="mitre", quad_segs=2)
    found: Shapes = np.where(shapely.is_empty(drawn), buildings, drawn)
    return found


def _close(sites: Shapes, distance_m: float) -> Bools:
    """Which of the sites have another within a distance."""
    one, other = shapely.STRtree(sites).query(sites, predicate="dwithin", distance=distance_m * STEPS)
    found: Bools = np.bincount(one[one != other], minlength=len(sites)) > 0
    return found


def _outline_points(sites: Shapes, cell: Ints, step: Floats) -> tuple[Floats, Ints]:
    """Points (p, 2) along the outlines, ``step`` metres apart at most and no two in one place, and the cell of each."""
    outline = shapely.segmentize(_drawn_in(sites), step * STEPS)
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


def _joined_cells(pairs: Ints, length: Floats, households: Ints, most: int) -> Ints:
    """The part (0 to p-1) of each cell. The cell with fewest households joins the neighbour with the longest border that takes it."""
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
