"""How far a worker walks in a day.

A day's round begins and ends at one point of the grid and passes every place of the day once: to the nearest place that is left, then
parts of the round are turned round as long as that makes it shorter (2-opt). That is within a few percent of the shortest round for the
few places of a real day. More than 2,000 places in a day are gone through in strips. Distances are straight lines, on the ellipsoid's scale
at the grid: streets are longer, by about a third in a town, on both sides of a comparison alike.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.coverage.measures import metres_per_degree
from gridmap.planning.replay._kernel import round_lengths

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_AT_A_TIME = 4096


def walking_m(
    lon: Floats, lat: Floats, grid: Ints, day: Ints, start_lon: Floats, start_lat: Floats, *, threads: int = 1
) -> tuple[Ints, Ints, Floats]:
    """The rounds of all grids and days: grid, day, length in metres, by grid, then day.

    ``lon``, ``lat`` (degrees), ``grid`` (position) and ``day`` (number) of n places; ``start_lon``, ``start_lat`` where each grid's rounds begin.
    """
    order = np.lexsort((lat, lon, day, grid))
    lon, lat, grid, day = lon[order], lat[order], grid[order], day[order]
    first = np.flatnonzero(np.append(True, (grid[1:] != grid[:-1]) | (day[1:] != day[:-1]))) if len(grid) else order
    of_grid = grid[first]
    east, north = metres_per_degree(start_lat)
    x, y = (lon - start_lon[grid]) * east[grid], (lat - start_lat[grid]) * north[grid]
    starts = np.append(first, len(grid))
    lengths, zero = np.zeros(len(first)), np.zeros(len(first))

    def measure(begin: int) -> None:
        few = slice(begin, begin + _AT_A_TIME)
        round_lengths(x, y, starts[begin : begin + _AT_A_TIME + 1], zero[few], zero[few], lengths[few])

    chunks = range(0, len(first), _AT_A_TIME)
    with ThreadPoolExecutor(max(1, threads)) as pool:
        list(pool.map(measure, chunks))
    return of_grid, day[first], lengths


def starts_in(shapes: NDArray[np.object_]) -> tuple[Floats, Floats]:
    """A point in each grid (longitude and latitude), for rounds that begin nowhere in particular."""
    inside = shapely.point_on_surface(shapes)
    return shapely.get_x(inside), shapely.get_y(inside)


def warm_up() -> None:
    """Compile the loops, so that the first replay does not wait; with a warm cache it only loads them."""
    one = np.zeros(4, dtype=np.int64)
    walking_m(np.array([111.7, 111.71, 111.7, 111.71]), np.full(4, 40.8), one, one, np.array([111.7]), np.array([40.8]))
