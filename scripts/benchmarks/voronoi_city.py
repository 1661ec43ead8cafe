"""Cities for planning: Voronoi cells of random points, lognormal households, 35 a unit on average."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Voronoi

MEAN_HOUSEHOLDS = 35.0
SIGMA = 0.6
CELL_M = 100.0  # side of a square as large as a cell is on average
LEAST_BORDER_M = 0.5

Floats = NDArray[np.float64]


def voronoi_city(n: int, seed: int = 1, sigma: float = SIGMA) -> dict[str, Any]:
    """n units as `gridmap.planning.partition` takes them, of a square that they tile."""
    rng = np.random.default_rng(seed)
    side = CELL_M * np.sqrt(n)
    xy = rng.uniform(0, side, (n, 2))
    # Mirrored at each edge of the square, points have cells that end there.
    mirrored = [xy, xy * (-1, 1), xy * (1, -1), (2 * side, 0) - xy * (1, -1), (0, 2 * side) - xy * (-1, 1)]
    diagram = Voronoi(np.concatenate(mirrored))
    area, perimeter = _measures(diagram, n)
    weights = np.round(MEAN_HOUSEHOLDS * rng.lognormal(-(sigma**2) / 2, sigma, n))
    pairs = np.sort(diagram.ridge_points, axis=1)
    ends = np.array([ridge if -1 not in ridge else (0, 0) for ridge in diagram.ridge_vertices])
    length = np.linalg.norm(diagram.vertices[ends[:, 0]] - diagram.vertices[ends[:, 1]], axis=1)
    shared = (pairs[:, 1] < n) & (length >= LEAST_BORDER_M)
    return {
        "weights": weights,
        "edges": pairs[shared],
        "border_m": length[shared],
        "area_m2": area,
        "perimeter_m": perimeter,
        "xy": xy,
    }


def communities(count: int, n: int, seed: int = 1) -> dict[str, Any]:
    """So many cities of n units, side by side without touching, with ``within``."""
    cities = [voronoi_city(n, seed * 10_000 + i) for i in range(count)]
    step = 2 * CELL_M * np.sqrt(n)
    columns = int(np.ceil(np.sqrt(count)))
    moved = [city["xy"] + (step * (i % columns), step * (i // columns)) for i, city in enumerate(cities)]
    whole = {name: np.concatenate([city[name] for city in cities]) for name in cities[0]}
    whole["xy"] = np.concatenate(moved)
    whole["edges"] = np.concatenate([city["edges"] + n * i for i, city in enumerate(cities)])
    whole["within"] = np.repeat(np.arange(count), n)
    return whole


def _measures(diagram: Voronoi, n: int) -> tuple[Floats, Floats]:
    """Area and outline of the first n cells, which are convex and whose corners come in order."""
    area, perimeter = np.empty(n), np.empty(n)
    for cell in range(n):
        corners = diagram.vertices[diagram.regions[diagram.point_region[cell]]]
        following = np.roll(corners, -1, axis=0)
        area[cell] = 0.5 * abs((corners[:, 0] * following[:, 1] - following[:, 0] * corners[:, 1]).sum())
        perimeter[cell] = np.linalg.norm(following - corners, axis=1).sum()
    return area, perimeter
