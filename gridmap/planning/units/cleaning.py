"""Shapes as they come to shapes that can be laid out: polygons made valid, empty ones left out, each listed."""

import numpy as np
import shapely

from gridmap.planning.units.ground import Shapes
from gridmap.planning.units.result import Adjustment

_POLYGON, _MULTIPOLYGON = 3, 6
_RING = 2
_LINES = (1, _RING, 5)


def polygons_only(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    """The polygons in a geometry as one polygon or multipolygon, None when it has none."""
    parts = [] if shape is None else flat_parts(shape)
    areas = [part for part in parts if shapely.get_type_id(part) == _POLYGON and not part.is_empty]
    if not areas:
        return None
    return areas[0] if len(areas) == 1 else shapely.union_all(areas)


def flat_parts(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """The single parts of a geometry, collections opened."""
    return list(shapely.get_parts(shapely.get_parts(shapely.get_parts(shape))))


def clean_polygons(shapes: Shapes, layer: str, listed: list[Adjustment]) -> Shapes:
    """Valid polygons or multipolygons, None where nothing of the kind is. ``listed`` takes what was mended or left out."""
    found = np.full(len(shapes), None, dtype=object)
    usable = np.isin(shapely.get_type_id(shapes), (_POLYGON, _MULTIPOLYGON)) & ~shapely.is_empty(shapes)
    good = usable & shapely.is_valid(shapes)
    found[good] = shapes[good]
    for row in np.flatnonzero(~good).tolist():
        if not usable[row]:
            listed.append(Adjustment("left_out", layer, row, detail=_type(shapes[row])))
            continue
        mended = polygons_only(shapely.make_valid(shapes[row]))
        why = shapely.is_valid_reason(shapes[row])
        if mended is None:
            listed.append(Adjustment("left_out", layer, row, detail=why))
            continue
        listed.append(Adjustment("repaired", layer, row, area_m2=float(mended.area), detail=why, shape=mended))
        found[row] = mended
    return found


def clean_buildings(shapes: Shapes, households: np.ndarray, listed: list[Adjustment]) -> Shapes:
    """As ``clean_polygons``, but points and lines stay: a building needs a place, not ground."""
    found = np.array(shapes, dtype=object)
    for row in np.flatnonzero(shapely.is_missing(shapes) | shapely.is_empty(shapes)).tolist():
        listed.append(
            Adjustment("left_out", "buildings", row, households=int(households[row]), detail=_type(shapes[row]))
        )
        found[row] = None
    for row in np.flatnonzero(~shapely.is_valid(found) & ~shapely.is_missing(found)).tolist():
        mended = shapely.make_valid(found[row])
        found[row] = polygons_only(mended) or mended
        detail = shapely.is_valid_reason(shapes[row])
        area = float(found[row].area)
        listed.append(Adjustment("repaired", "buildings", row, area_m2=area, detail=detail, shape=found[row]))
    return found


def lines_of(shapes: Shapes) -> tuple[Shapes, np.ndarray]:
    """The single lines among shapes, and the row of each."""
    rows = np.flatnonzero(np.isin(shapely.get_type_id(shapes), _LINES) & ~shapely.is_empty(shapes))
    parts, at = shapely.get_parts(shapes[rows], return_index=True)
    rings = np.flatnonzero(shapely.get_type_id(parts) == _RING)
    parts[rings] = [shapely.LineString(ring.coords) for ring in parts[rings]]
    return parts, rows[at]


def areas_of(shapes: Shapes) -> tuple[Shapes, np.ndarray]:
    """The polygons among shapes that may also be lines, and the row of each."""
    rows = np.flatnonzero(np.isin(shapely.get_type_id(shapes), (_POLYGON, _MULTIPOLYGON)) & ~shapely.is_empty(shapes))
    return shapes[rows], rows


def _type(shape: shapely.Geometry | None) -> str:
    return "missing" if shape is None else f"{shape.geom_type}{' empty' if shape.is_empty else ''}"
