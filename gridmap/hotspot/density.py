"""Density of points: how many per square kilometre, smoothed by a Gaussian kernel."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gridmap.errors import GridmapError
from gridmap.hotspot.plane import metres_per_degree
from gridmap.hotspot.smoothing import Floats, smooth

#: A lattice at least this fine under the kernel: the error then stays below 0.1 % of the peak (see ``density``).
SIGMA_CELLS = 5.0

#: Nodes that the inner lattice may have; a kernel too narrow for it is widened, never missed.
MOST_NODES = 40_000_000


class BadDensityInput(GridmapError):
    """A density that cannot be computed from what was given."""

    code = "bad_density_input"
    zh = "密度计算的参数 {name} 无效：{reason}。"
    en = "The density's {name} is not valid: {reason}."


def density(
    lon: ArrayLike,
    lat: ArrayLike,
    *,
    bandwidth_m: float,
    extent: tuple[float, float, float, float],
    shape: tuple[int, int],
    weights: ArrayLike | None = None,
) -> Floats:
    """Kernel density of points at the centres of a grid of cells, in points (or weight) per km2.

    ``lon`` [n], ``lat`` [n] in degrees (EPSG:4326); ``bandwidth_m`` the standard deviation of the Gaussian in metres;
    ``extent`` west, south, east, north in degrees; ``shape`` rows and columns. Returns float64[rows, columns], the northern row
    first. Points outside the extent count as far as their kernel reaches in (4 standard deviations). Points with a NaN
    coordinate or weight are left out; no points give zeros.

    Distances are taken on a plane with the scale of the middle of the extent: right for a city, not for a country. Points are
    binned on a lattice that divides the cells until the kernel spans at least 5 nodes and filtered (Silverman 1982; Wand 1994):
    against the exact sum at most 0.1 % of the peak up to 100,000 points, and for more 0.2 % unless they are piled on one spot
    (0.7 %).

    Errors: ``BadDensityInput`` names the argument.

    >>> density([111.7], [40.8], bandwidth_m=200, extent=(111.65, 40.75, 111.75, 40.85), shape=(3, 3)).round(2).tolist()
    [[0.0, 0.0, 0.0], [0.0, 3.98, 0.0], [0.0, 0.0, 0.0]]
    """
    west, south, east, north = _checked_extent(extent)
    rows, columns = _checked_shape(shape)
    if not (math.isfinite(bandwidth_m) and bandwidth_m > 0):
        raise BadDensityInput(name="bandwidth_m", reason="> 0")
    x, y, mass = _checked_points(lon, lat, weights)
    metres_x, metres_y = metres_per_degree((west + east) / 2, (south + north) / 2)
    cell_x, cell_y = (east - west) / columns, (north - south) / rows
    step = _step(bandwidth_m, cell_x * metres_x, cell_y * metres_y, rows * columns)
    sigma = (bandwidth_m / (cell_y * metres_y) * step, bandwidth_m / (cell_x * metres_x) * step)
    # With an odd step the centre of a cell is the centre of its middle part.
    at_x = (x - west) / cell_x * step - 0.5
    at_y = (north - y) / cell_y * step - 0.5
    per_node = smooth(at_x, at_y, (rows * step, columns * step), sigma, mass, step=step)
    node_km2 = cell_x * metres_x * cell_y * metres_y / step**2 / 1e6
    return np.maximum(per_node, 0.0) / node_km2 if mass is None else per_node / node_km2


def _step(bandwidth_m: float, cell_x_m: float, cell_y_m: float, cells: int) -> int:
    wanted = math.ceil(SIGMA_CELLS * max(cell_x_m, cell_y_m) / bandwidth_m)
    most = max(1, math.isqrt(MOST_NODES // cells))
    if wanted > most:
        raise BadDensityInput(
            name="bandwidth_m",
            reason=f"too narrow for the cells: at least {max(cell_x_m, cell_y_m) * SIGMA_CELLS / most:.3g} m",
        )
    return wanted + 1 - wanted % 2


def _checked_extent(extent: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    west, south, east, north = (float(v) for v in extent)
    if not (math.isfinite(west + south + east + north) and west < east and -90 <= south < north <= 90):
        raise BadDensityInput(name="extent", reason="west < east, south < north")
    return west, south, east, north


def _checked_shape(shape: tuple[int, int]) -> tuple[int, int]:
    rows, columns = (int(v) for v in shape)
    if not (rows > 0 and columns > 0 and rows * columns <= MOST_NODES):
        raise BadDensityInput(name="shape", reason=f"rows, columns > 0; at most {MOST_NODES} cells")
    return rows, columns


def _checked_points(lon: Any, lat: Any, weights: Any) -> tuple[Floats, Floats, Floats | None]:
    x = np.atleast_1d(np.asarray(lon, dtype=np.float64)).ravel()
    y = np.atleast_1d(np.asarray(lat, dtype=np.float64)).ravel()
    mass = None if weights is None else np.atleast_1d(np.asarray(weights, dtype=np.float64)).ravel()
    if x.shape != y.shape or (mass is not None and mass.shape != x.shape):
        raise BadDensityInput(name="lon, lat, weights", reason="one length")
    good = np.isfinite(x) & np.isfinite(y)
    if mass is not None:
        good &= np.isfinite(mass)
    if not good.all():
        x, y = x[good], y[good]
        mass = mass[good] if mass is not None else None
    return x, y, mass
