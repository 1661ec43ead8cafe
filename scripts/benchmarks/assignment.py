"""Points to grids: ours against geopandas and shapely, answers compared row by row, points on edges counted."""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Voronoi

from gridmap.assignment import GridIndex, warm_up
from scripts.benchmarks.rounds import compare

WEST, SOUTH, SIDE = 111.4, 40.6, 0.6  # degrees, around Hohhot
STEP = 2.0**-33  # coordinates are multiples of this, so that the middle of an edge is exactly on it

Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]  # points and the grids that an engine gives them
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Engine:
    """How one engine assigns, and what of it may be prepared before the clock starts."""

    name: str
    run: Callable[[], Pairs]


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench assignment", description=__doc__)
    parser.add_argument("--grids", type=int, nargs="+", default=[1_500, 25_500], help="sizes of the tessellations")
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    if options.rounds < 5:
        parser.error("fewer than 5 rounds show no spread")
    for count in options.grids:
        run(count, options.points, options.rounds, options.seed)
    return 0


def run(count: int, points: int, rounds: int = 5, seed: int = 1) -> dict[str, list[float]]:
    """One tessellation: bulk assignment, one point at a time, and points exactly on shared edges."""
    rng = np.random.default_rng(seed)
    cells, middles = tessellation(count, rng)
    vertices = shapely.get_num_coordinates(cells)
    print(f"{count:,} grids of {vertices.min()} / {int(np.median(vertices))} / {vertices.max()} vertices")
    warm_up()
    started = time.process_time()
    index = GridIndex(cells)
    print(f"  index built in {time.process_time() - started:.2f} CPU s")

    print(f"{points:,} points, one thread, points already in each engine's own form")
    lon, lat = clustered_points(points, rng)
    engines = engines_for(index, cells, lon, lat)
    answers = {engine.name: one_owner(engine.run(), points) for engine in engines}
    for name, owners in answers.items():
        differing = int((owners != answers[engines[0].name]).sum())
        print(f"  {name}: {differing:,} of {points:,} rows differ")
    seconds = compare({engine.name: engine.run for engine in engines}, rounds)

    print("One point at a time, 2,000 points")
    tree, few = shapely.STRtree(cells), list(zip(lon[:2000].tolist(), lat[:2000].tolist(), strict=True))
    compare(
        {
            "gridmap locate_one": lambda: [index.locate_one(x, y) for x, y in few],
            "shapely STRtree.query(point, intersects)": lambda: [
                tree.query(shapely.Point(x, y), predicate="intersects") for x, y in few
            ],
        },
        rounds,
    )
    count_on_edges(index, cells, middles)
    return seconds


def engines_for(index: GridIndex, cells: NDArray[np.object_], lon: Floats, lat: Floats) -> list[Engine]:
    """The engines, ours first."""
    points = shapely.points(lon, lat)
    point_frame = geopandas.GeoDataFrame(geometry=points, crs="EPSG:4326")
    grid_frame = geopandas.GeoDataFrame(geometry=cells, crs="EPSG:4326")

    def ours() -> Pairs:
        owners = index.locate(lon, lat)
        owned = np.flatnonzero(owners >= 0)
        return owned, owners[owned]

    def joined() -> Pairs:
        frame = geopandas.sjoin(point_frame, grid_frame, predicate="within")
        return frame.index.to_numpy(), frame["index_right"].to_numpy()

    def covered() -> Pairs:
        grids, found = shapely.STRtree(points).query(cells, predicate="covers")
        return found, grids

    return [
        Engine("gridmap", ours),
        Engine("geopandas sjoin(within)", joined),
        Engine("shapely STRtree(points).query(grids, covers)", covered),
    ]


def one_owner(pairs: Pairs, points: int) -> NDArray[np.int64]:
    """The grid of each point, -1 for none, -2 for several."""
    found, grids = pairs
    owners = np.full(points, -1, dtype=np.int64)
    owners[found] = grids
    owners[np.bincount(found, minlength=points) > 1] = -2
    return owners


def count_on_edges(index: GridIndex, cells: NDArray[np.object_], middles: Floats) -> None:
    """Print how many owners each engine gives to points exactly on an edge that two grids share."""
    print(f"{len(middles):,} points exactly on shared edges: with no, one, several owners")
    for engine in engines_for(index, cells, *middles.T.copy()):
        owners = np.bincount(engine.run()[0], minlength=len(middles))
        none, one, several = (int(part.sum()) for part in (owners == 0, owners == 1, owners > 1))
        print(f"  {engine.name:48} {none:8,} {one:8,} {several:8,}")


def clustered_points(count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Three quarters of the points in 40 clusters, the rest anywhere."""
    centres = rng.uniform(0.2, 0.8, (40, 2))
    near = centres[rng.integers(0, 40, count * 3 // 4)] + rng.normal(0, 0.02, (count * 3 // 4, 2))
    places = np.concatenate([near, rng.uniform(0, 1, (count - len(near), 2))]).clip(0, 1)
    lon, lat = (rng.permutation(places) * SIDE + (WEST, SOUTH)).T.copy()
    return lon, lat


def tessellation(count: int, rng: np.random.Generator) -> tuple[NDArray[np.object_], Floats]:
    """Grids that share ragged edges exactly, and the exact middles of some shared edges.

    Voronoi cells of points in a square (mirrored at its sides, which makes them straight), each edge broken into pieces
    with the same jitter on both sides.
    """
    seeds = rng.uniform(0, 1, (count, 2))
    mirrored = [seeds] + [np.where(np.arange(2) == axis, 2 * side - seeds, seeds) for axis in (0, 1) for side in (0, 1)]
    cells = Voronoi(np.concatenate(mirrored))
    nodes = np.round((cells.vertices * SIDE + (WEST, SOUTH)) / STEP) * STEP
    chains: dict[tuple[int, int], Floats] = {}
    middles = []
    for (one, other), (left, right) in zip(cells.ridge_vertices, cells.ridge_points, strict=True):
        if min(left, right) < count and one >= 0:
            inner = max(left, right) < count
            chain = ragged_edge(nodes[one], nodes[other], inner, rng)
            chains[one, other], chains[other, one] = chain, chain[::-1]
            if inner:
                half = len(chain) // 2
                middles.append((chain[half - 1] + chain[half]) / 2)
    outlines = []
    for cell in range(count):
        corners = cells.regions[cells.point_region[cell]]
        sides = zip(corners, corners[1:] + corners[:1], strict=True)
        outlines.append(shapely.Polygon(np.concatenate([chains[side][:-1] for side in sides])))
    return np.array(outlines, dtype=object), np.array(middles)


def ragged_edge(start: Floats, end: Floats, ragged: bool, rng: np.random.Generator) -> Floats:
    """From start to end in 4 to 16 pieces, each break up to 3 % of the length beside the straight line."""
    pieces = int(rng.integers(4, 17)) if ragged else 1
    share = np.linspace(0, 1, pieces + 1)[:, None]
    aside = np.array([start[1] - end[1], end[0] - start[0]]) * 0.03
    points = start + share * (end - start) + np.sin(np.pi * share) * rng.uniform(-1, 1, (pieces + 1, 1)) * aside
    points = np.round(points / STEP) * STEP
    points[0], points[-1] = start, end
    return points
