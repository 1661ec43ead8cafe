"""Which grid holds each building, and into how many a building reaches."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.coverage.measures import square_metres_per_square_degree

Shapes = NDArray[np.object_]

#: A building reaches into a grid with more than this share of its ground ...
LEAST_SHARE = 0.01
#: ... and more than this much of it; less is inaccuracy of drawing. A share of half counts however small the building is.
LEAST_AREA_M2 = 1.0


@dataclass(frozen=True, slots=True)
class Holding:
    """Aligned with the buildings: position of the holding grid (-1 none), number of grids reached into, share held (0 to 1)."""

    grid: NDArray[np.int64]
    grids: NDArray[np.int32]
    share: NDArray[np.float64]


def hold_buildings(
    buildings: Sequence[shapely.Geometry | None] | Shapes, grids: Sequence[shapely.Geometry | None] | Shapes
) -> Holding:
    """The grid with the largest share of each building's ground; equal shares go to the grid that comes first.

    Shapes are valid polygons in degrees (EPSG:4326); None and empty ones hold and are held by nothing.

    >>> flat = shapely.box(0.9, 0, 1.2, 0.1)
    >>> hold_buildings([flat], [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    Holding(grid=array([1]), grids=array([2], dtype=int32), share=array([0.66666667]))
    """
    houses = np.array(buildings, dtype=object).reshape(len(buildings))
    cells = np.array(grids, dtype=object).reshape(len(grids))
    house, cell, share = _shares(houses, cells)
    ground = shapely.area(houses[house])
    ground_m2 = ground * square_metres_per_square_degree(_latitude(houses[house]))
    counts = (share > LEAST_SHARE) & ((share * ground_m2 > LEAST_AREA_M2) | (share >= 0.5))
    house, cell, share = house[counts], cell[counts], share[counts]
    order = np.lexsort((cell, -np.round(share, 9), house))  # halves differ in their last digits
    best, first = np.unique(house[order], return_index=True)
    found = Holding(np.full(len(houses), -1), np.zeros(len(houses), dtype=np.int32), np.zeros(len(houses)))
    found.grid[best] = cell[order][first]
    found.share[best] = share[order][first]
    found.grids[:] = np.bincount(house, minlength=len(houses))
    return found


def _shares(houses: Shapes, cells: Shapes) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Pairs of building and grid that meet, with the share of the building's ground. Whole buildings need no overlay."""
    tree = shapely.STRtree(cells)
    house, cell = tree.query(houses, predicate="intersects")
    whole_house, whole_cell = tree.query(houses, predicate="covered_by")
    whole = np.isin(house * len(cells) + cell, whole_house * len(cells) + whole_cell)
    share = whole.astype(np.float64)
    cut = np.flatnonzero(~whole)
    ground = shapely.area(houses[house[cut]])
    held = shapely.area(shapely.intersection(houses[house[cut]], cells[cell[cut]]))
    share[cut] = np.divide(held, ground, out=np.zeros(len(cut)), where=ground > 0)
    return house, cell, share


def _latitude(shapes: Shapes) -> NDArray[np.float64]:
    bounds = shapely.bounds(shapes)
    middle: NDArray[np.float64] = (bounds[:, 1] + bounds[:, 3]) / 2
    return middle
