"""Outlines of units as directed edges with the unit on their left, and which edges two units share.

Two units that share a border have the same edge in opposite directions, to the last digit. What makes that so where it is not (a
corner of one unit in the middle of another's edge, corners that differ in their last digits) happens here, once, before anything is
put together: so borders stay exactly where they are on both sides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from gridmap.errors import GridmapError
from gridmap.planning.rim import cut_edges, laid_on

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]

#: Corners closer than this share of the largest coordinate are one, and lie on edges that they are as close to: 0.1 mm in degrees
#: at Hohhot, 0.05 mm in metres of its plane.
SAME_PLACE: Final = 1e-11
#: No edge runs the other way.
NO_TWIN: Final = -1


class NotAUnit(GridmapError):
    """A unit that is no polygon, or an invalid one."""

    code = "not_a_unit"
    zh = "第 {unit} 个单元的图形无效：{problem}。请先修复图形或重新生成单元。"
    en = "The shape of unit {unit} is invalid: {problem}. Repair it, or make the units anew."


class UnitsOverlap(GridmapError):
    """Ground that two units claim."""

    code = "units_overlap"
    zh = "第 {unit} 个单元与第 {other} 个单元重叠，不能合成网格。请重新生成单元。"
    en = "Units {unit} and {other} overlap and cannot be joined to grids. Make the units anew."


@dataclass(frozen=True, slots=True)
class Outlines:
    """Edges of all units: ``start`` and ``end`` (positions in ``xy``), ``unit`` (position), ``twin`` (the edge that runs the other way,
    ``NO_TWIN`` at the rim). ``xy`` is in ascending order of x, then y, so that nothing depends on the order of units."""

    xy: Floats
    start: Ints
    end: Ints
    unit: Ints
    twin: Ints


def outlines_of(
    units: Sequence[shapely.Geometry | None] | Shapes, communities: Sequence[shapely.Geometry] | Shapes = ()
) -> Outlines:
    """The outlines of valid polygons in one plane or in degrees; None and empty ones have none.

    With ``communities``, in the same coordinates, the rim of the units is laid on their outlines (see `gridmap.planning.rim`).
    Errors: ``NotAUnit``, ``UnitsOverlap``, ``RimApart``.
    """
    shapes = _checked(units)
    found = _outlines(*_edges(shapes))
    around = np.array(communities, dtype=object).reshape(len(communities))
    loose = found.twin == NO_TWIN
    if len(around) and loose.any():
        xy, start, end, unit = laid_on(around, found.xy, found.start, found.end, found.unit, loose)
        at, place = _distinct(np.vstack([xy[start], xy[end]]))
        start, end = place[: len(start)], place[len(start) :]
        long = start != end
        found = _outlines(at, start[long], end[long], unit[long])
    return found


def _outlines(xy: Floats, start: Ints, end: Ints, unit: Ints) -> Outlines:
    """Edges that are noded where they were not, each with its twin."""
    twin = _twins(start, end, unit, len(xy))
    noded = _noded(xy, start, end, unit, twin == NO_TWIN)
    if noded is not None:
        start, end, unit = noded
        twin = _twins(start, end, unit, len(xy))
    return Outlines(xy, start, end, unit, twin)


def _checked(units: Sequence[shapely.Geometry | None] | Shapes) -> Shapes:
    shapes = np.array(units, dtype=object).reshape(len(units))
    kinds = shapely.get_type_id(shapes)
    wrong = ~np.isin(
        kinds, (shapely.GeometryType.MISSING, shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
    )
    if wrong.any():
        unit = int(np.flatnonzero(wrong)[0])
        raise NotAUnit(unit=unit, problem=shapes[unit].geom_type, row=unit)
    invalid = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    if invalid.any():
        unit = int(np.flatnonzero(invalid)[0])
        raise NotAUnit(unit=unit, problem=shapely.is_valid_reason(shapes[unit]), row=unit)
    return shapes


def _edges(shapes: Shapes) -> tuple[Floats, Ints, Ints, Ints]:
    parts, unit_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(shapely.orient_polygons(parts), return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    if not len(corners):
        nothing = np.empty(0, dtype=np.int64)
        return np.empty((0, 2)), nothing, nothing, nothing
    xy, place = _distinct(corners)
    within = ring[:-1] == ring[1:]
    start, end = place[:-1][within], place[1:][within]
    unit = unit_of_part[part_of_ring[ring[:-1][within]]].astype(np.int64)
    long = start != end
    return xy, start[long], end[long], unit[long]


def _distinct(corners: Floats) -> tuple[Floats, Ints]:
    """Distinct corners in ascending order, and the place of each corner among them. Minus zero is zero."""
    corners = corners + 0.0
    order = np.lexsort((corners[:, 1], corners[:, 0]))
    ranked = corners[order]
    new = np.append(True, (ranked[1:] != ranked[:-1]).any(axis=1))
    place = np.empty(len(corners), dtype=np.int64)
    place[order] = np.cumsum(new) - 1
    return ranked[new], place


def _twins(start: Ints, end: Ints, unit: Ints, corners: int) -> Ints:
    """The edge that runs the other way, for each. Errors: ``UnitsOverlap`` where two run the same way."""
    if not len(start):
        return start
    key = start * corners + end
    order = np.argsort(key, kind="stable")
    ranked = key[order]
    same = np.flatnonzero(ranked[1:] == ranked[:-1])
    if len(same):
        unit_a, unit_b = sorted(unit[order[same[0] : same[0] + 2]].tolist())
        raise UnitsOverlap(unit=unit_a, other=unit_b, row=unit_b)
    place = np.searchsorted(ranked, end * corners + start).clip(max=len(ranked) - 1)
    found: Ints = np.where(ranked[place] == end * corners + start, order[place], NO_TWIN)
    return found


def _noded(xy: Floats, start: Ints, end: Ints, unit: Ints, loose: NDArray[np.bool_]) -> tuple[Ints, Ints, Ints] | None:
    """The edges with corners that are one made one, and edges cut where a corner of others lies on them; None where nothing was amiss.

    Only edges without a twin, and their corners, can be concerned.
    """
    if not loose.any():
        return None
    near = SAME_PLACE * float(np.abs(xy).max())
    corners = np.unique(np.concatenate([start[loose], end[loose]]))
    moved = _one_of_close(xy, corners, near)
    start, end = moved[start], moved[end]
    cut, corner = _corners_on_edges(xy, start, end, np.flatnonzero(loose), np.unique(moved[corners]), near)
    if not len(cut) and (moved == np.arange(len(moved))).all():
        return None
    start, end, unit = cut_edges(xy, start, end, unit, cut, corner)
    long = start != end
    return start[long], end[long], unit[long]


def _one_of_close(xy: Floats, corners: Ints, near: float) -> Ints:
    """For each corner the one that it becomes: the first of those close to it."""
    moved = np.arange(len(xy))
    pairs = cKDTree(xy[corners]).query_pairs(near, output_type="ndarray")
    if len(pairs):
        graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(corners), len(corners)))
        _, group = connected_components(graph, directed=False)
        _, first, place = np.unique(group, return_index=True, return_inverse=True)
        moved[corners] = corners[first[place]]
    return moved


def _corners_on_edges(xy: Floats, start: Ints, end: Ints, edges: Ints, corners: Ints, near: float) -> tuple[Ints, Ints]:
    """Pairs of an edge and a corner that lies on it and is not its end."""
    lines = shapely.linestrings(np.stack([xy[start[edges]], xy[end[edges]]], axis=1))
    corner, edge = shapely.STRtree(lines).query(shapely.points(xy[corners]), predicate="dwithin", distance=near)
    corner, edge = corners[corner], edges[edge]
    between = (corner != start[edge]) & (corner != end[edge])
    return edge[between], corner[between]
