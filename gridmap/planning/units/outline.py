"""The community's own outline put back: on the lattice its corners were rounded by half a centimetre.

Without this the units of two communities would not meet, and their areas would miss the community's by the rounding.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from gridmap.planning.units.borders import borders_of
from gridmap.planning.units.ground import Floats, Ints, Shapes
from gridmap.planning.units.lattice import rounded

#: How far rounding may have moved a corner, in steps; what is farther from the outline is no corner of it.
_FAR: Final = 1.5
_APART: Final = 0.3  # steps between two corners on one side of the outline
_LEAST_AREA: Final = 1.0  # square steps: what doubles may miss in the area of a city


def with_outline(units: Shapes, boundary: shapely.Geometry) -> Shapes | None:
    """Units (on the lattice) whose outer corners lie on the boundary (in steps, not rounded), with all its corners.

    None where that cannot be done without breaking the tiling, as where the boundary comes within a centimetre of itself.
    """
    original = _Outline.of(boundary)
    laid = _Outline.of(shapely.coverage_union_all(units))
    corner = original.corners_at(laid.at)
    placed = np.where((corner >= 0)[:, None], original.at[corner], laid.at)
    for first, last in zip(laid.starts[:-1].tolist(), laid.starts[1:].tolist(), strict=True):
        if not _place_between(placed[first:last], corner[first:last], original):
            return None
    moved = shapely.transform(units, lambda at: _replaced(at, laid.at, placed))
    missing = np.ones(len(original.at), dtype=bool)
    missing[corner[corner >= 0]] = False
    if missing.any():
        moved = _with_corners(moved, original.at[missing])
    return moved if _tiles(moved, boundary) else None


@dataclass(frozen=True, slots=True)
class _Outline:
    """The corners (n) of all rings one after another, each ring with its ground to the left and without its closing corner."""

    at: Floats
    starts: Ints

    @classmethod
    def of(cls, shape: shapely.Geometry) -> "_Outline":
        rings = shapely.get_rings(shapely.get_parts(shapely.orient_polygons(shape)))
        at, ring = shapely.get_coordinates(rings, return_index=True)
        closing = np.r_[ring[1:] != ring[:-1], True]
        counts = np.bincount(ring[~closing], minlength=len(rings))
        return cls(at[~closing], np.concatenate([[0], np.cumsum(counts)]))

    def corners_at(self, places: Floats) -> Ints:
        """The first corner that is rounded to each place of the lattice, -1 for none."""
        keys, first = np.unique(_keys(rounded(self.at)), return_index=True)
        wanted = _keys(places)
        found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[found] == wanted, first[found], -1)

    def path(self, one: int, other: int) -> shapely.LineString | None:
        """The way from a corner on to another of the same ring."""
        ring = int(np.searchsorted(self.starts, one, side="right")) - 1
        start, count = int(self.starts[ring]), int(self.starts[ring + 1] - self.starts[ring])
        if not start <= other < start + count:
            return None
        steps = (other - one - 1) % count + 1
        return shapely.LineString(self.at[start + (one - start + np.arange(steps + 1)) % count])


def _place_between(placed: Floats, corner: Ints, original: _Outline) -> bool:
    """Put the places of a ring that are no corners on the way between the corners before and after, in their order.

    The nearest place of the whole outline will not do: beside a corner it may lie beyond the corner.
    """
    known = np.flatnonzero(corner >= 0)
    if not len(known):
        return False
    for one, other in zip(known.tolist(), np.roll(known, -1).tolist(), strict=True):
        between = np.arange(one + 1, other if other > one else other + len(corner)) % len(corner)
        if not len(between):
            continue
        way = original.path(int(corner[one]), int(corner[other]))
        points = shapely.points(placed[between])
        if way is None or (shapely.distance(points, way) > _FAR).any():
            return False
        along = _apart(shapely.line_locate_point(way, points), way.length)
        placed[between] = shapely.get_coordinates(shapely.line_interpolate_point(way, along))
    return True


def _apart(along: Floats, length: float) -> Floats:
    """Places along a way of some length in their order, no two in one place: a face between them would have no ground."""
    steps = np.arange(1, len(along) + 1)
    apart = min(_APART, length / (len(along) + 1))
    ordered = np.maximum.accumulate(np.maximum(along - apart * steps, 0.0)) + apart * steps
    found: Floats = np.minimum(ordered, length - apart * steps[::-1])
    return found


def _replaced(at: Floats, corners: Floats, placed: Floats) -> Floats:
    keys, wanted = _keys(corners), _keys(at)
    order = np.argsort(keys)
    found = order[np.clip(np.searchsorted(keys[order], wanted), 0, len(keys) - 1)]
    return np.where((keys[found] == wanted)[:, None], placed[found], at)


def _keys(at: Floats) -> Ints:
    """One number for each corner of the lattice."""
    return at[:, 0].astype(np.int64) * (1 << 31) + at[:, 1].astype(np.int64)


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
