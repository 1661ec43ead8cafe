"""What the map shows between the buildings: the river, roads as they are named, lanes inside compounds."""

import numpy as np
import shapely
from shapely import LineString, MultiLineString, Polygon, affinity

from geodata.demo.blocks import ROADS, GroundPlan, Quad
from geodata.demo.yards import Yard

RIVER_WIDTH_M = 38.0


def river_course(plan: GroundPlan) -> LineString | None:
    """The middle of the river, north to south, winding between its roads and a little beyond the rim; None without a river."""
    strips = sorted(
        (piece.quad for piece in plan.pieces if piece.use == "river"), key=lambda quad: -quad.at(0.5, 0.5)[1]
    )
    if not strips:
        return None
    points = []
    for number, quad in enumerate(strips):
        for share in np.linspace(1, 0, 9)[(1 if number else 0) :]:
            swing = 0.5 + 0.09 * np.sin(2.3 * (number + 1 - share) * np.pi / 1.7)
            points.append(quad.at(float(swing), float(share)))
    first, last = points[0] + 1.6 * (points[0] - points[2]), points[-1] + 1.6 * (points[-1] - points[-3])
    return LineString([first, *points, last])


def river_water(course: LineString) -> Polygon:
    """The water on both sides of the course."""
    return course.buffer(RIVER_WIDTH_M / 2, cap_style="flat", join_style="round", quad_segs=6)


def named_roads(plan: GroundPlan) -> list[tuple[str, str, MultiLineString]]:
    """Each road once, with its class and centre line in metres."""
    parts: dict[tuple[str, str], list[LineString]] = {}
    for line in [*plan.arterials, *plan.streets, *plan.rim]:
        if line.kind in ROADS:
            parts.setdefault((line.name, line.kind), []).append(line.geometry)
    merged = ((key, shapely.line_merge(MultiLineString(lines))) for key, lines in parts.items())
    return [
        (name, kind, line if isinstance(line, MultiLineString) else MultiLineString([line]))
        for (name, kind), line in merged
    ]


def compound_lanes(yard: Yard, houses: list[Polygon]) -> MultiLineString | None:
    """Lanes inside a compound: one beside each row of houses, joined by one along the west side that leads to the gate."""
    lanes: list[LineString] = []
    for plot in yard.plots:
        turn = plot.quad.turn_deg
        inside = plot.quad.polygon
        own = [affinity.rotate(house, -turn, origin=(0, 0)) for house in houses if inside.covers(house.centroid)]
        quad = Quad(_rotated(plot.piece.quad.corners, -turn), plot.piece.quad.sides)
        ground = Polygon(_rotated(plot.quad.inset(2.5).corners, -turn))
        lanes.extend(affinity.rotate(lane, turn, origin=(0, 0)) for lane in _plot_lanes(ground, quad, own))
    return MultiLineString(lanes) if lanes else None


def _rotated(points: np.ndarray, turn_deg: float) -> np.ndarray:
    turn = np.radians(turn_deg)
    turned: np.ndarray = points @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return turned


def _plot_lanes(ground: Polygon, quad: Quad, houses: list[Polygon]) -> list[LineString]:
    lanes, ends = [], []
    west, _, east, _ = ground.bounds
    for top in sorted({round(house.bounds[3], 1) for house in houses}):
        lane = ground.intersection(LineString([(west, top + 4.0), (east, top + 4.0)]))
        if lane.geom_type == "LineString" and lane.length > 20:
            lanes.append(lane)
            ends.append(min(lane.coords))
    return [*lanes, *_spine(ends, quad)] if ends else []


def _spine(ends: list[tuple[float, ...]], quad: Quad) -> list[LineString]:
    """The lane that joins the western ends (south first), and the way out: to the road in the west, else to the south."""
    spine = [LineString(ends)] if len(ends) > 1 else []
    if quad.sides["w"] in ROADS:
        start = ends[len(ends) // 2]
        low, high = quad.at(0, 0), quad.at(0, 1)
        gate = quad.at(0, float((start[1] - low[1]) / (high[1] - low[1])))
    else:
        start = (ends[0][0] + 4.0, ends[0][1])
        low, high = quad.at(0, 0), quad.at(1, 0)
        gate = quad.at(float((start[0] - low[0]) / (high[0] - low[0])), 0)
    return [*spine, LineString([start, gate])]
