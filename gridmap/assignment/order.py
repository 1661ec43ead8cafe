"""The two orders of grids that break ties: by area then code, and by code.

Codes compare as text; a grid without one comes after all that have one, and equal or missing codes leave it to the
normalised WKB (two-dimensional, little-endian). Both orders are therefore the same however the grids are listed, except
between grids that are alike in code and geometry.

Areas are in square degrees, as the coordinates are stored, and compare exactly: where rounding could decide, they are
computed again in whole numbers.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_AT_A_TIME = 20_000  # grids that are copied to be normalised


def code_order(polygons: NDArray[np.object_], codes: Sequence[str | None] | None) -> Ints:
    """Rank of each grid, 0 first, by code and then by normalised WKB."""
    named = codes if codes is not None else [None] * len(polygons)
    if None not in named and len(set(named)) == len(named):
        return _ranks(sorted(range(len(named)), key=lambda position: named[position] or ""))
    shapes: list[bytes | None] = []
    for first in range(0, len(polygons), _AT_A_TIME):
        few = shapely.normalize(polygons[first : first + _AT_A_TIME])
        shapes += shapely.to_wkb(few, byte_order=1).tolist()
    keys = [(code is None, code or "", shape or b"") for code, shape in zip(named, shapes, strict=True)]
    return _ranks(sorted(range(len(keys)), key=keys.__getitem__))


def area_order(polygons: NDArray[np.object_], codes_first: Ints) -> Ints:
    """Rank of each grid, 0 first, by area and then by its rank in `code_order`."""
    with np.errstate(over="ignore", invalid="ignore"):
        areas = np.nan_to_num(shapely.area(polygons))
        bounds = np.nan_to_num(shapely.bounds(polygons)).reshape(-1, 4)
        extents = (bounds[:, 2] - bounds[:, 0]) * (bounds[:, 3] - bounds[:, 1])
        doubt = 1e-15 * shapely.get_num_coordinates(polygons) * extents
        by_area = np.lexsort((codes_first, areas))
        apart = (areas + doubt)[by_area[:-1]] < (areas - doubt)[by_area[1:]]

    order: list[int] = []
    for run in np.split(by_area, np.flatnonzero(apart) + 1):
        if run.size > 1:
            order += sorted(run.tolist(), key=lambda position: (exact_area(polygons[position]), codes_first[position]))
        else:
            order += run.tolist()
    return _ranks(order)


def exact_area(polygon: shapely.Geometry | None) -> Fraction:
    """Area in square degrees without rounding: outer rings less holes."""
    total = Fraction(0)
    for part in shapely.get_parts(polygon) if polygon is not None else ():
        rings = [_ring_area(shapely.get_coordinates(ring)) for ring in shapely.get_rings(part)]
        total += sum((-area for area in rings[1:]), start=rings[0]) if rings else 0
    return total


def _ring_area(coordinates: NDArray[np.float64]) -> Fraction:
    corners = [(Fraction(x), Fraction(y)) for x, y in coordinates.tolist()]
    pairs = pairwise(corners)
    return abs(sum((ax * by - bx * ay for (ax, ay), (bx, by) in pairs), start=Fraction(0))) / 2


def _ranks(order: list[int]) -> Ints:
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks
