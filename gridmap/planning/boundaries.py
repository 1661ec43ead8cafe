"""Boundaries of grids from the units that they hold: exact, in any order of units, and fast enough to follow a click.

Edges that two units of one grid share are dropped; what is left is the boundary, with every corner that any unit has on it. So grids
tile what their units tile, to the last digit, and a border is the same line on both sides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gridmap.errors import GridmapError
from gridmap.planning.errors import EmptyCommunity
from gridmap.planning.labels import UNLABELLED, checked_labels
from gridmap.planning.outlines import NO_TWIN, UnitsOverlap, outlines_of
from gridmap.planning.rings import polygons_of_edges

Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]


class GridsDoNotTile(GridmapError):
    """Boundaries that cannot be simplified because they do not share their borders."""

    code = "grids_do_not_tile"
    zh = "第 {grid} 个网格的边界与相邻网格不一致，不能简化。请先检查空白区和交叉重叠。"
    en = "The boundary of grid {grid} does not agree with its neighbours and cannot be simplified. Check gaps and overlaps first."


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Grids of a plan: ``labels`` ascending, their ``shapes`` (Polygon, or MultiPolygon of several parts) in the coordinates of the units, the
    number of ``parts`` of each, and the positions of units that are in no grid. Parts that touch in a corner are not together."""

    labels: Ints
    shapes: Shapes
    parts: Ints
    unlabelled: Ints

    @property
    def disconnected(self) -> Ints:
        """Labels of grids in more than one part."""
        return self.labels[self.parts > 1]


class UnitBorders:
    """Units made ready once, so that boundaries of many plans of the same units come quickly.

    ``units`` are valid polygons of a tiling, in degrees or in metres; one without a shape (None) has no ground. A corner of one unit on
    another's edge is taken into that edge. With ``communities``, in the same coordinates, the rim is laid on their outlines, for units that
    come from a plane into degrees. Errors: ``EmptyCommunity``, ``NotAUnit``, ``UnitsOverlap``, ``RimApart``.

    >>> borders = UnitBorders([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(2, 0, 3, 1)])
    >>> [shape.area for shape in borders.grids([0, 0, 1]).shapes]
    [2.0, 1.0]
    """

    def __init__(
        self,
        units: Sequence[shapely.Geometry | None] | Shapes,
        communities: Sequence[shapely.Geometry] | Shapes = (),
    ) -> None:
        if len(units) == 0:
            raise EmptyCommunity()
        self._units = np.array(units, dtype=object).reshape(len(units))
        self._outlines = outlines_of(self._units, communities)

    def grids(self, labels: ArrayLike) -> Boundaries:
        """The boundaries of grids, given the label of each unit (-1 none). Errors: ``UnequalLabels``, ``NotALabel``, ``UnitsOverlap``."""
        label_of = checked_labels(labels, len(self._units))
        outlines = self._outlines
        label = label_of[outlines.unit]
        beyond = np.where(outlines.twin == NO_TWIN, UNLABELLED, label[outlines.twin])
        border = (label != UNLABELLED) & (label != beyond)
        found, shapes = polygons_of_edges(outlines.xy, outlines.start[border], outlines.end[border], label[border])
        invalid = np.flatnonzero(~shapely.is_valid(shapes))
        if len(invalid):
            # Edges that cross without sharing a corner: only units on top of each other have them.
            raise _overlap(self._units, np.flatnonzero(label_of == found[invalid[0]]))
        return Boundaries(found, shapes, shapely.get_num_geometries(shapes), np.flatnonzero(label_of == UNLABELLED))


def grids_of_units(
    units: Sequence[shapely.Geometry | None] | Shapes,
    labels: ArrayLike,
    communities: Sequence[shapely.Geometry] | Shapes = (),
) -> Boundaries:
    """The boundaries of grids, once; see ``UnitBorders``.

    >>> grids_of_units([shapely.box(0, 0, 1, 1), shapely.box(1, 1, 2, 2)], [0, 0]).disconnected.tolist()
    [0]
    """
    return UnitBorders(units, communities).grids(labels)


def simplified(grids: Shapes, tolerance: float) -> Shapes:
    """All grids of a tiling with fewer corners, for a small picture: borders stay common, the rim of the whole stays as it is.

    ``tolerance`` is in the units of the coordinates (Visvalingam and Whyatt: the side of the square as large as the largest triangle that may go).
    Nothing that decides an owner should be made of it. Errors: ``GridsDoNotTile``.
    """
    shapes = np.array(grids, dtype=object).reshape(len(grids))
    if not len(shapes):
        return shapes
    if not shapely.coverage_is_valid(shapes):
        wrong = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes))
        raise GridsDoNotTile(grid=int(np.flatnonzero(wrong)[0]))
    return np.asarray(shapely.coverage_simplify(shapes, tolerance, simplify_boundary=False), dtype=object)


def _overlap(units: Shapes, members: Ints) -> UnitsOverlap:
    """The first two of some units that lie on top of each other."""
    one, other = shapely.STRtree(units[members]).query(units[members], predicate="intersects")
    on_top = (one < other) & (shapely.area(shapely.intersection(units[members[one]], units[members[other]])) > 0)
    first = int(np.flatnonzero(on_top)[0]) if on_top.any() else 0
    unit, second = int(members[one[first]]), int(members[other[first]])
    return UnitsOverlap(unit=unit, other=second, row=unit)
