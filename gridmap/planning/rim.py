"""The rim of units laid on the outline of their communities.

Units are made in a plane and grids are kept in degrees: a side of a kilometre that is straight in one is bent by centimetres in the
other, and a corner that units have in its middle comes to lie beside it. So the rim is laid on the outline as it is kept, corner by
corner, before grids are made of units; all units that share a corner move with it.
"""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from gridmap.errors import GridmapError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]

#: As shares of the largest coordinate: how far a rim may lie from the outline (1.2 m in degrees at Hohhot), and how close corners are
#: the same corner (1.2 cm).
REACH: Final = 1e-7
_SAME_CORNER: Final = 1e-9


class RimApart(GridmapError):
    """Units that do not end where their community does."""

    code = "rim_apart"
    zh = "第 {unit} 个单元的外缘与社区边界相差较大（{lon:.6f}，{lat:.6f} 处）：单元不属于这个社区，或边界已变更。请重新生成单元。"
    en = "The rim of unit {unit} is away from the community's boundary (at {lon:.6f}, {lat:.6f}): the units are of another community, or its boundary changed. Make them anew."


def laid_on(
    outline: Shapes, xy: Floats, start: Ints, end: Ints, unit: Ints, loose: NDArray[np.bool_]
) -> tuple[Floats, Ints, Ints, Ints]:
    """Edges (``start``, ``end`` in ``xy``; of ``unit``) whose ``loose`` ones run along the outline of communities, with all its corners.

    Returns corners, starts, ends and units of the edges. Errors: ``RimApart``.
    """
    low, high = sides_of(outline)
    reach, same = REACH * float(np.abs(low).max()), _SAME_CORNER * float(np.abs(low).max())
    rim = np.flatnonzero(loose)
    corners = np.unique(np.concatenate([start[rim], end[rim]]))
    moved = xy.copy()
    moved[corners], distance_from_side = on_sides(xy[corners], low, high)
    apart = np.flatnonzero(distance_from_side > reach)
    if len(apart):
        corner = corners[apart[0]]
        beside = np.isin(start[rim], corner) | np.isin(end[rim], corner)
        raise _apart(int(unit[rim[beside]][0]), xy[corner])
    wanted = np.unique(low, axis=0)
    distance, place = (np.asarray(found) for found in cKDTree(wanted).query(xy[corners]))
    moved[corners[distance <= same]] = wanted[place[distance <= same]]
    missing = wanted[cKDTree(moved).query(wanted)[0] > same]
    return _with_corners(missing, moved, start, end, unit, rim, reach)


def sides_of(outline: Shapes | shapely.Geometry) -> tuple[Floats, Floats]:
    """Both ends (m, 2) of each side of the rings of polygons; every corner begins one."""
    at, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(outline)), return_index=True)
    start = np.flatnonzero(ring[1:] == ring[:-1])
    return at[start], at[start + 1]


def on_sides(
    points: Floats, low: Floats, high: Floats, onto: tuple[Floats, Floats] | None = None
) -> tuple[Floats, Floats]:
    """Points (n, 2) put onto the side next to them, and how far away they were.

    ``onto``: the ends of the same sides in other coordinates: a point comes to lie there, at the same part of the side's length, the ends
    as exactly what they are.
    """
    sides = shapely.linestrings(np.stack([low, high], axis=1))
    given = shapely.points(points)
    side = np.asarray(shapely.STRtree(sides).nearest(given))
    part = shapely.line_locate_point(sides[side], given, normalized=True)[:, None]
    first, last = (low, high) if onto is None else onto
    placed: Floats = np.where(part == 1.0, last[side], first[side] + part * (last[side] - first[side]))
    return placed, shapely.distance(given, sides[side])


def _with_corners(
    missing: Floats, xy: Floats, start: Ints, end: Ints, unit: Ints, rim: Ints, reach: float
) -> tuple[Floats, Ints, Ints, Ints]:
    """Corners of the outline that no unit has, each put into the nearest edge of the rim."""
    if not len(missing):
        return xy, start, end, unit
    lines = shapely.linestrings(np.stack([xy[start[rim]], xy[end[rim]]], axis=1))
    points = shapely.points(missing)
    nearest = np.asarray(shapely.STRtree(lines).nearest(points))
    apart = np.flatnonzero(shapely.distance(points, lines[nearest]) > reach)
    if len(apart):
        raise _apart(int(unit[rim[nearest[apart[0]]]]), missing[apart[0]])
    corner = np.arange(len(xy), len(xy) + len(missing))
    return np.vstack([xy, missing]), *cut_edges(np.vstack([xy, missing]), start, end, unit, rim[nearest], corner)


def cut_edges(xy: Floats, start: Ints, end: Ints, unit: Ints, cut: Ints, corner: Ints) -> tuple[Ints, Ints, Ints]:
    """Starts, ends and units with every edge of ``cut`` in pieces at its corners (as many), in their order along it."""
    along = np.einsum("ij,ij->i", xy[corner] - xy[start[cut]], xy[end[cut]] - xy[start[cut]])
    order = np.lexsort((along, cut))
    cut, corner = cut[order], corner[order]
    whole = np.ones(len(start), dtype=bool)
    whole[cut] = False
    first = np.append(True, cut[1:] != cut[:-1]) if len(cut) else np.empty(0, dtype=bool)
    last = np.append(first[1:], True) if len(cut) else first
    before = np.where(first, start[cut], np.roll(corner, 1))
    starts = [start[whole], before, corner[last]]
    ends = [end[whole], corner, end[cut[last]]]
    return np.concatenate(starts), np.concatenate(ends), np.concatenate([unit[whole], unit[cut], unit[cut[last]]])


def _apart(unit: int, at: Floats) -> RimApart:
    return RimApart(unit=unit, lon=float(at[0]), lat=float(at[1]), row=unit)
