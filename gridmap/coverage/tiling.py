"""Do grids tile their communities: gaps, overlaps, parts outside.

Shapes are compared in the coordinates they come in, so that borders which share their vertices meet exactly, and only what is
found is measured. The work grows with the number of neighbours, not of pairs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gridmap.coverage.measures import Measure, geodesic

Kind = Literal["gap", "overlap", "outside"]
Shapes = NDArray[np.object_]

#: What is smaller or thinner than this is rounding of coordinates, no flaw.
LEAST_AREA_M2 = 0.01
LEAST_WIDTH_M = 0.001
#: What is thinner than this is a sliver: a border drawn twice rather than ground that somebody forgot.
SLIVER_WIDTH_M = 1.0

_POLYGON = 3
_CLOSE = 1e-9
_FINE = 1e-12
_ROUNDING = 1e-12  # of the largest coordinate: a hundredth of a millimetre in degrees


@dataclass(frozen=True, slots=True)
class Flaw:
    """A connected piece of ground that is not in exactly one grid of its community.

    ``grids`` are positions: the two that overlap, the one that reaches outside, up to two beside a gap with the longest common
    border first. ``community`` is its position, -1 when unknown. ``width_m`` is twice the area by the perimeter.
    ``shape`` is in the coordinates of the input.
    """

    kind: Kind
    grids: tuple[int, ...]
    community: int
    area_m2: float
    width_m: float
    shape: shapely.Polygon

    @property
    def sliver(self) -> bool:
        """Whether it is a thin strip."""
        return self.width_m < SLIVER_WIDTH_M


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: Kind
    grids: tuple[int, ...]
    community: int
    shape: shapely.Polygon


def tiling_flaws(
    grids: Sequence[shapely.Geometry | None] | Shapes,
    communities: Sequence[shapely.Geometry | None] | Shapes,
    community_of: ArrayLike,
    *,
    measure: Measure = geodesic,
) -> list[Flaw]:
    """Gaps, overlaps and parts outside of grids (n polygons) in communities (m polygons), in that order of kinds, largest first.

    ``community_of`` (n) is the position of each grid's community, -1 for none. A gap is ground of a community in no grid at all; an
    overlap ground of two grids; outside is a grid's ground beyond its own community. A community without a shape (None) has
    no outside, and its gaps are the holes that its grids enclose. Invalid polygons are mended first; None and empty ones hold nothing.
    Pieces below ``LEAST_AREA_M2`` or ``LEAST_WIDTH_M`` are left out. ``measure`` takes polygons in the input's coordinates;
    the default takes degrees.
    """
    grid_shapes, community_shapes = _clean(grids), _clean(communities)
    owner = np.asarray(community_of, dtype=np.int64).reshape(len(grid_shapes))
    tree = shapely.STRtree(grid_shapes)
    pieces = [
        *_gaps(grid_shapes, community_shapes, owner, tree),
        *_overlaps(grid_shapes, owner, tree),
        *_outside(grid_shapes, community_shapes, owner),
    ]
    return _measured(pieces, measure)


def _clean(shapes: Sequence[shapely.Geometry | None] | Shapes) -> Shapes:
    found = np.array(shapes, dtype=object).reshape(len(shapes))
    bad = ~shapely.is_valid(found) & ~shapely.is_missing(found)
    found[bad] = shapely.make_valid(found[bad])
    found[shapely.is_empty(found)] = None
    return found


def _gaps(grids: Shapes, communities: Shapes, owner: NDArray[np.int64], tree: shapely.STRtree) -> Iterator[_Piece]:
    present = np.flatnonzero(~shapely.is_missing(communities))
    at, near = tree.query(communities[present], predicate="intersects")
    starts = np.searchsorted(at, np.arange(len(present) + 1))
    for place, community in enumerate(present.tolist()):
        held = shapely.union_all(grids[near[starts[place] : starts[place + 1]]])
        free = _less(communities[community : community + 1], np.array([held], dtype=object))[0]
        for shape in _polygons(free):
            yield _Piece("gap", _beside(shape, grids, tree), community, shape)
    for community in np.unique(owner[owner >= 0]).tolist():
        if communities[community] is None:
            for shape in _holes(grids, owner == community, tree):
                yield _Piece("gap", _beside(shape, grids, tree), community, shape)


def _holes(grids: Shapes, members: NDArray[np.bool_], tree: shapely.STRtree) -> Iterator[shapely.Polygon]:
    """What the members enclose and no grid holds."""
    for part in _polygons(shapely.union_all(grids[members])):
        for ring in part.interiors:
            hole = shapely.Polygon(ring)
            yield from _polygons(shapely.difference(hole, shapely.union_all(grids[tree.query(hole)])))


def _beside(shape: shapely.Polygon, grids: Shapes, tree: shapely.STRtree) -> tuple[int, ...]:
    """Up to two grids with the longest common border (a hundredth of the outline at least), ties by position."""
    # Computed corners miss the borders they lie on by the last digits of a coordinate, which leaves arms of no width.
    close = _CLOSE * max(abs(edge) for edge in shape.bounds)
    core = shapely.buffer(shape, -close, join_style="mitre")
    outline = shapely.boundary(shape if core.is_empty else core)
    near = np.sort(tree.query(outline, predicate="dwithin", distance=2 * close))
    around = shapely.buffer(grids[near], 2 * close, quad_segs=1)
    share = shapely.length(shapely.intersection(outline, around)) / outline.length
    order = np.argsort(-np.round(share, 3), kind="stable")[:2]
    return tuple(int(near[place]) for place in order if share[place] > 0.01)


def _overlaps(grids: Shapes, owner: NDArray[np.int64], tree: shapely.STRtree) -> Iterator[_Piece]:
    first, second = tree.query(grids, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    shared = shapely.intersection(grids[first], grids[second])
    for place in np.flatnonzero(shapely.area(shared) > 0).tolist():
        pair = (int(first[place]), int(second[place]))
        for shape in _polygons(shared[place]):
            yield _Piece("overlap", pair, int(owner[pair[0]]), shape)


def _outside(grids: Shapes, communities: Shapes, owner: NDArray[np.int64]) -> Iterator[_Piece]:
    owned = np.flatnonzero((owner >= 0) & ~shapely.is_missing(grids))
    owned = owned[~shapely.is_missing(communities[owner[owned]])] if len(owned) else owned
    beyond = _less(grids[owned], communities[owner[owned]]) if len(owned) else grids[:0]
    for place in np.flatnonzero(shapely.area(beyond) > 0).tolist():
        for shape in _polygons(beyond[place]):
            yield _Piece("outside", (int(owned[place]),), int(owner[owned[place]]), shape)


def _less(shapes: Shapes, others: Shapes) -> Shapes:
    """The ground of each shape that another has not.

    Overlays lose themselves, rarely and wholly, where a corner lies within the last digit of an edge. A large result with a point that
    the other has is computed anew on a lattice far finer than any coordinate is known.
    """
    found: Shapes = shapely.difference(shapes, others)
    large = np.flatnonzero(shapely.area(found) > shapely.area(shapes) / 2)
    lost = large[shapely.contains(others[large], shapely.point_on_surface(found[large]))]
    for place in lost.tolist():
        fine = _FINE * max(abs(edge) for edge in shapes[place].bounds)
        found[place] = shapely.difference(shapes[place], others[place], grid_size=fine)
    return found


def _polygons(shape: shapely.Geometry | None) -> list[shapely.Polygon]:
    """The polygons of a geometry, also those inside collections."""
    if shape is None or shape.is_empty:
        return []
    parts = shapely.get_parts(shapely.get_parts(shape))
    return [part for part in parts if shapely.get_type_id(part) == _POLYGON]


def _is_ground(shape: shapely.Polygon) -> bool:
    """Whether a piece is wider than rounding makes it. On the ellipsoid its long sides are bent: measured there, nothing would have an area."""
    width: float = 2 * shape.area / shape.length if shape.length else 0.0
    return bool(width > _ROUNDING * max(abs(edge) for edge in shape.bounds))


def _measured(pieces: list[_Piece], measure: Measure) -> list[Flaw]:
    pieces = [piece for piece in pieces if _is_ground(piece.shape)]
    if not pieces:
        return []
    area, perimeter = measure(np.array([piece.shape for piece in pieces], dtype=object))
    width = 2 * area / np.maximum(perimeter, np.finfo(np.float64).tiny)
    kept = np.flatnonzero((area >= LEAST_AREA_M2) & (width >= LEAST_WIDTH_M))
    flaws = [
        Flaw(piece.kind, piece.grids, piece.community, float(area[place]), float(width[place]), piece.shape)
        for place in kept.tolist()
        for piece in [pieces[place]]
    ]
    kinds = ("gap", "overlap", "outside")
    return sorted(flaws, key=lambda flaw: (kinds.index(flaw.kind), -flaw.area_m2, flaw.grids))
