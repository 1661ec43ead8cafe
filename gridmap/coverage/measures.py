"""Areas and perimeters of shapes in square metres and metres."""

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

Floats = NDArray[np.float64]
#: Areas in m2 and perimeters of the outer rings in m of polygons (n).
Measure = Callable[[NDArray[np.object_]], tuple[Floats, Floats]]

_EARTH = Geod(ellps="WGS84")


def geodesic(shapes: NDArray[np.object_]) -> tuple[Floats, Floats]:
    """Polygons in degrees (EPSG:4326) on the ellipsoid (Karney, Algorithms for geodesics, 2013); None and empty ones are 0."""
    area, perimeter = np.zeros(len(shapes)), np.zeros(len(shapes))
    for i, shape in enumerate(shapes):
        if shape is not None and not shape.is_empty:
            area[i], perimeter[i] = _EARTH.geometry_area_perimeter(shapely.orient_polygons(shape))
    return np.abs(area), perimeter


def planar(shapes: NDArray[np.object_]) -> tuple[Floats, Floats]:
    """Polygons in a plane whose unit is the metre."""
    return shapely.area(shapes), shapely.length(shapely.get_exterior_ring(shapes))


def square_metres_per_square_degree(latitude: Any) -> Floats:
    """Size of a square degree around latitudes in degrees, on the ellipsoid of WGS84: exact enough for a building.

    >>> round(float(square_metres_per_square_degree(40.8)) / 1e9, 3)
    9.371
    """
    east, north = metres_per_degree(latitude)
    return east * north


def metres_per_degree(latitude: Any) -> tuple[Floats, Floats]:
    """Metres of a degree of longitude and of one of latitude around latitudes in degrees, on the ellipsoid of WGS84.

    >>> [round(float(metres)) for metres in metres_per_degree(40.8)]
    [84389, 111050]
    """
    sine = np.sin(np.radians(np.asarray(latitude, dtype=np.float64)))
    radians = np.pi / 180
    flat = 1 - _EARTH.es * sine**2
    along_meridian: Floats = _EARTH.a * (1 - _EARTH.es) / flat**1.5 * radians
    along_parallel: Floats = _EARTH.a / np.sqrt(flat) * np.sqrt(1 - sine**2) * radians
    return along_parallel, along_meridian
