"""Villages: rows of one-storey courtyard houses (平房), each row one building with a door for every home."""

import math

import shapely
from shapely import LineString, Polygon, affinity

from geodata.demo.blocks import Piece
from geodata.demo.footprints import Footprint, rectangle

_HOME_WIDTH_M = 9.0
_HOUSE_DEPTH_M = 7.0
_COURTYARD_M = 6.5
_LANE_M = 4.0
_HOMES_IN_ROW = 6


def village(piece: Piece, homes: int) -> tuple[list[Footprint], list[LineString], list[Polygon]]:
    """Rows of houses for ``homes`` households from the north, the lanes before them, and the fields that are left.

    Everything is in metres; houses look south over their courtyards.
    """
    turn = piece.quad.turn_deg
    ground = affinity.rotate(piece.quad.inset(8.0).polygon, -turn, origin=(0, 0))
    pitch = _HOUSE_DEPTH_M + _COURTYARD_M + _LANE_M
    side = 1.25 * math.sqrt(homes * _HOME_WIDTH_M * pitch)
    alone = ground.area > 3 * side * side
    if alone:  # in open country the houses stand together in the middle of their land
        ground = ground.intersection(rectangle(ground.centroid.x, ground.centroid.y, side, side))
    west, south, east, north = ground.bounds
    rows: list[Footprint] = []
    lanes: list[LineString] = []
    y = north - _HOUSE_DEPTH_M
    while homes > 0 and y - _COURTYARD_M > south:
        strip = ground.intersection(shapely.box(west, y - _COURTYARD_M, east, y + _HOUSE_DEPTH_M))
        for left, count in _row(_level_span(strip), homes):
            homes -= count
            width = count * _HOME_WIDTH_M
            outline = rectangle(left + width / 2, y + _HOUSE_DEPTH_M / 2, width - 0.4, _HOUSE_DEPTH_M)
            rows.append(Footprint(outline, "住宅", 1, 1, count))
        lane = ground.intersection(LineString([(west, y - _COURTYARD_M - 2.0), (east, y - _COURTYARD_M - 2.0)]))
        lanes.extend(part for part in shapely.get_parts(lane) if part.geom_type == "LineString" and part.length > 20)
        y -= pitch
    fields = ground.intersection(shapely.box(west, south, east, y)) if y > south + pitch and not alone else Polygon()
    turned = [Footprint(_turned(row.polygon, turn), row.use, 1, 1, row.homes_per_landing) for row in rows]
    open_ground = [_turned(field, turn) for field in shapely.get_parts(fields) if field.area > 200]
    return turned, [_turned(lane, turn) for lane in lanes], open_ground


def _turned(shape: shapely.Geometry, turn_deg: float) -> shapely.Geometry:
    return affinity.rotate(shape, turn_deg, origin=(0, 0))


def _level_span(strip: Polygon) -> tuple[float, float]:
    """West and east end within which the whole height of a slanting strip is ground."""
    (_, low, _, high) = strip.bounds
    ends = [
        strip.intersection(LineString([(strip.bounds[0] - 1, at), (strip.bounds[2] + 1, at)])).bounds
        for at in (low + 0.1, high - 0.1)
    ]
    return max(end[0] for end in ends), min(end[2] for end in ends)


def _row(span: tuple[float, float], homes: int) -> list[tuple[float, int]]:
    """West ends and numbers of homes of the buildings of one row."""
    left, right = span
    found = []
    while homes > 0 and left + 2 * _HOME_WIDTH_M <= right:
        count = min(_HOMES_IN_ROW, homes, int((right - left) // _HOME_WIDTH_M))
        found.append((left, count))
        homes -= count
        left += count * _HOME_WIDTH_M + _LANE_M
    return found
