"""Which grid holds each building, and into how many a building reaches."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.assignment import REASONS, GridIndex, Reason
from gridmap.coverage.measures import square_metres_per_square_degree
from gridmap.coverage.straddling import near_edges

Shapes = NDArray[np.object_]

#: A building reaches into a grid with more than this share of its ground ...
LEAST_SHARE = 0.01
#: ... and more than this much of it; less is inaccuracy of drawing. A share of half counts however small the building is.
LEAST_AREA_M2 = 1.0
#: With fewer buildings than this all are laid over the grids.
_MANY = 5000
_INSIDE = REASONS.index(Reason.INSIDE)
_NONE = REASONS.index(Reason.NONE)


@dataclass(frozen=True, slots=True)
class Holding:
    """Aligned with the buildings: position of the holding grid (-1 none), number of grids reached into, share held (0 to 1)."""

    grid: NDArray[np.int64]
    grids: NDArray[np.int32]
    share: NDArray[np.float64]


def hold_buildings(
    buildings: Sequence[shapely.Geometry | None] | Shapes,
    grids: Sequence[shapely.Geometry | None] | Shapes,
    *,
    index: GridIndex | None = None,
) -> Holding:
    """The grid with the largest share of each building's ground; equal shares go to the grid that comes first.

    Shapes are valid polygons in degrees (EPSG:4326); None and empty ones hold and are held by nothing. ``index`` is that of the same
    grids in the same order, for whom it is at hand. Of a building that no edge comes near one point is asked for; only the others,
    and those in an overlap, are laid over the grids.

    >>> flat = shapely.box(0.9, 0, 1.2, 0.1)
    >>> hold_buildings([flat], [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    Holding(grid=array([1]), grids=array([2], dtype=int32), share=array([0.66666667]))
    """
    houses = np.array(buildings, dtype=object).reshape(len(buildings))
    cells = np.array(grids, dtype=object).reshape(len(grids))
    found = Holding(np.full(len(houses), -1), np.zeros(len(houses), dtype=np.int32), np.zeros(len(houses)))
    rows = np.arange(len(houses))
    if len(houses) >= _MANY and len(cells):
        rows = _hold_clear_ones(found, houses, cells, index)
    _hold_by_overlap(found, rows, houses[rows], cells)
    return found


def _hold_clear_ones(found: Holding, houses: Shapes, cells: Shapes, index: GridIndex | None) -> NDArray[np.intp]:
    """Note what holds the buildings that no edge comes near: the grid of any point of their boxes. Gives the rows of the others."""
    boxes = shapely.bounds(houses)
    clear = np.flatnonzero(~near_edges(houses, cells) & np.isfinite(boxes).all(axis=1))
    index = GridIndex(cells) if index is None else index
    middle = (boxes[clear, :2] + boxes[clear, 2:]) / 2
    located = index.locate_explained(middle[:, 0], middle[:, 1])
    inside = located.reason == _INSIDE
    whole = clear[inside]
    found.grid[whole] = located.position[inside]
    found.grids[whole] = 1
    found.share[whole] = 1.0
    settled = np.zeros(len(houses), dtype=bool)
    settled[whole] = True
    settled[clear[located.reason == _NONE]] = True
    return np.flatnonzero(~settled)


def _hold_by_overlap(found: Holding, rows: NDArray[np.intp], houses: Shapes, cells: Shapes) -> None:
    """Note what holds the buildings of some rows, by the shares of their ground."""
    house, cell, share = _shares(houses, cells)
    ground = shapely.area(houses[house])
    ground_m2 = ground * square_metres_per_square_degree(_latitude(houses[house]))
    counts = (share > LEAST_SHARE) & ((share * ground_m2 > LEAST_AREA_M2) | (share >= 0.5))
    house, cell, share = house[counts], cell[counts], share[counts]
    order = np.lexsort((cell, -np.round(share, 9), house))  # halves differ in their last digits
    best, first = np.unique(house[order], return_index=True)
    found.grid[rows[best]] = cell[order][first]
    found.share[rows[best]] = share[order][first]
    found.grids[rows] = np.bincount(house, minlength=len(houses))


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
