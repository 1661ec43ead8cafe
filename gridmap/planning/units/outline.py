"""The community's own outline put back: on the lattice its corners were rounded by half a centimetre.

Without this the units of two communities would not meet, and their areas would miss the community's by the rounding.
"""

from typing import Final

import numpy as np
import shapely

from gridmap.planning.units.borders import borders_of
from gridmap.planning.units.ground import Floats, Shapes

#: How far rounding may have moved a corner, in steps; what is farther from the outline is no corner of it.
_FAR: Final = 1.5
_LEAST_AREA: Final = 1.0  # square steps: what doubles may miss in the area of a city


def with_outline(units: Shapes, boundary: shapely.Geometry) -> Shapes | None:
    """Units (on the lattice) whose outer corners lie on the boundary (in steps, not rounded), with all its corners.

    None where that cannot be done without breaking the tiling, as where the boundary comes within a centimetre of itself.
    """
    borders = borders_of(units)
    corners = np.unique(borders.ends[borders.outer].reshape(-1, 2), axis=0)
    original = np.unique(shapely.get_coordinates(boundary), axis=0)
    placed, used = _placed(corners, original, boundary)
    if placed is None:
        return None
    moved = shapely.transform(units, lambda at: _replaced(at, corners, placed))
    missing = original[~used]
    if len(missing):
        moved = _with_corners(moved, missing)
    return moved if _tiles(moved, boundary) else None


def _placed(corners: Floats, original: Floats, boundary: shapely.Geometry) -> tuple[Floats | None, np.ndarray]:
    """Where each outer corner belongs: the corner of the boundary that was rounded to it, else the nearest place on the boundary."""
    outline = shapely.boundary(boundary)
    points = shapely.points(corners)
    if (shapely.distance(points, outline) > _FAR).any():
        return None, np.zeros(len(original), dtype=bool)
    sides = shapely.STRtree(_sides_of(outline))
    nearest = sides.geometries[sides.nearest(points)]
    placed = shapely.get_coordinates(
        shapely.line_interpolate_point(nearest, shapely.line_locate_point(nearest, points))
    )
    keys = _keys(corners)
    order = np.argsort(keys)
    wanted = _keys(np.round(original))
    found = order[np.clip(np.searchsorted(keys[order], wanted), 0, len(keys) - 1)]
    hit = np.flatnonzero(keys[found] == wanted)
    at, first = np.unique(found[hit], return_index=True)
    placed[at] = original[hit[first]]
    used = np.zeros(len(original), dtype=bool)
    used[hit[first]] = True
    return placed, used


def _replaced(at: Floats, corners: Floats, placed: Floats) -> Floats:
    keys, wanted = _keys(corners), _keys(at)
    order = np.argsort(keys)
    found = order[np.clip(np.searchsorted(keys[order], wanted), 0, len(keys) - 1)]
    return np.where((keys[found] == wanted)[:, None], placed[found], at)


def _keys(at: Floats) -> np.ndarray:
    """One number for each corner of the lattice."""
    return at[:, 0].astype(np.int64) * (1 << 31) + at[:, 1].astype(np.int64)


def _sides_of(outline: shapely.Geometry) -> Shapes:
    at, line = shapely.get_coordinates(shapely.get_parts(outline), return_index=True)
    start = np.flatnonzero(line[1:] == line[:-1])
    sides: Shapes = shapely.linestrings(np.stack([at[start], at[start + 1]], axis=1))
    return sides


def _with_corners(units: Shapes, missing: Floats) -> Shapes:
    """Units with corners of the boundary that were rounded onto a neighbour's: each goes into the nearest outer side."""
    found = units.copy()
    for corner in missing:
        borders = borders_of(found)
        sides = borders.lines(borders.outer)
        nearest = int(shapely.STRtree(sides).nearest(shapely.Point(corner)))
        unit = int(borders.face[borders.outer][nearest])
        found[unit] = _inserted(found[unit], borders.ends[borders.outer][nearest], corner)
    return found


def _inserted(unit: shapely.Polygon, side: Floats, corner: Floats) -> shapely.Polygon:
    rings = []
    for ring in (unit.exterior, *unit.interiors):
        at = shapely.get_coordinates(ring)
        low, high = at[:-1], at[1:]
        here = ((low == side[0]) & (high == side[1])).all(axis=1) | ((low == side[1]) & (high == side[0])).all(axis=1)
        rings.append(np.insert(at, np.flatnonzero(here) + 1, corner, axis=0))
    return shapely.Polygon(rings[0], rings[1:])


def _tiles(units: Shapes, boundary: shapely.Geometry) -> bool:
    off = abs(float(shapely.area(units).sum()) - boundary.area)
    return bool(
        shapely.is_valid(units).all()
        and off <= max(_LEAST_AREA, 1e-12 * boundary.area)
        and shapely.coverage_is_valid(units)
    )
