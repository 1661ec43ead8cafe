"""Coverage: do grids tile their communities, which grid holds each building, and does a grid's size fit its kind.

>>> import shapely
>>> flaws = tiling_flaws([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], [shapely.box(0, 0, 3, 1)], [0, 0], measure=planar)
>>> [(flaw.kind, flaw.grids, round(flaw.area_m2, 3)) for flaw in flaws]
[('gap', (1,), 1.0)]
"""

from gridmap.coverage.bounds import BOUNDS, Bounds, Size, bounds_of, size_of
from gridmap.coverage.holding import Holding, hold_buildings
from gridmap.coverage.measures import Measure, geodesic, planar
from gridmap.coverage.tiling import LEAST_AREA_M2, LEAST_WIDTH_M, SLIVER_WIDTH_M, Flaw, tiling_flaws

__all__ = [
    "BOUNDS",
    "LEAST_AREA_M2",
    "LEAST_WIDTH_M",
    "SLIVER_WIDTH_M",
    "Bounds",
    "Flaw",
    "Holding",
    "Measure",
    "Size",
    "bounds_of",
    "geodesic",
    "hold_buildings",
    "planar",
    "size_of",
    "tiling_flaws",
]
