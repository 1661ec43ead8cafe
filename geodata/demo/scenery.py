"""What the map shows between the buildings: the river, and roads as they are named."""

import numpy as np
import shapely
from shapely import LineString, MultiLineString, Polygon

from geodata.demo.blocks import ROADS, GroundPlan

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
