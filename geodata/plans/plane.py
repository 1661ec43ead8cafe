"""Between degrees, in which everything is stored, and the metres of the plane in which grids are planned."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from gridmap.planning.rim import on_sides, sides_of

Shapes = NDArray[np.object_]
Floats = NDArray[np.float64]


class Plane:
    """A projected reference system whose unit is the metre."""

    def __init__(self, metric_crs: str) -> None:
        self._there = Transformer.from_crs("EPSG:4326", metric_crs, always_xy=True)

    def metres(self, shapes: Shapes) -> Shapes:
        """Shapes in metres."""
        found: Shapes = shapely.transform(shapes, lambda at: np.column_stack(self._there.transform(at[:, 0], at[:, 1])))
        return found

    def degrees(self, tiles: Shapes, outline: Any) -> Shapes:
        """Tiles of an ``outline`` (a polygon in degrees that was brought into the plane) in degrees.

        A side that is straight in the plane is not straight in degrees: corners that lie on a side of the outline are put back onto
        it, at the same part of its length, and its own corners come back as exactly what they were. So neighbours beyond it still meet.
        """
        low, high = sides_of(outline)
        low_m, high_m = (np.column_stack(self._there.transform(ends[:, 0], ends[:, 1])) for ends in (low, high))
        rim = np.unique(shapely.get_coordinates(shapely.boundary(shapely.coverage_union_all(tiles))), axis=0)
        placed, _ = on_sides(rim, low_m, high_m, onto=(low, high))
        where = {corner: number for number, corner in enumerate(map(tuple, rim.tolist()))}

        def back(at: Floats) -> Floats:
            found = np.column_stack(self._there.transform(at[:, 0], at[:, 1], direction="INVERSE"))
            on_rim = np.array([where.get(corner, -1) for corner in map(tuple, at.tolist())], dtype=np.int64)
            found[on_rim >= 0] = placed[on_rim[on_rim >= 0]]
            return found

        found: Shapes = shapely.transform(tiles, back)
        return found
