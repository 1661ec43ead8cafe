"""Where the maps of a plan open."""

import shapely

from geodata.plans.ground import PlanGround


def plan_extent(ground: PlanGround) -> tuple[float, float, float, float]:
    """South, west, north, east of a plan's ground in degrees."""
    west, south, east, north = shapely.total_bounds(ground.shapes).tolist()
    return south, west, north, east
