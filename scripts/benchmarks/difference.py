"""Boundaries of a city from its units beside shapely's unions; a click; the difference to another plan; a year replayed."""

import argparse
import time
from collections.abc import Callable
from itertools import pairwise, permutations
from typing import Any

import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely
from numpy.typing import NDArray

from gridmap.assignment import GridIndex
from gridmap.coverage import tiling_flaws
from gridmap.coverage.measures import metres_per_degree
from gridmap.lineage import Layer, lineage_shares
from gridmap.planning import plan
from gridmap.planning.boundaries import UnitBorders
from gridmap.planning.comparison import Grids, compare
from gridmap.planning.matching import matched_grids, unchanged_grids
from gridmap.planning.replay import Events, replay, starts_in, walking_m
from gridmap.planning.units import make_units
from scripts.benchmarks.units import VOLOGDA, read

_SIDE = 0.01  # degrees of a community
_GRIDS = 8


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench difference", description=__doc__)
    parser.add_argument("--communities", type=int, default=1400, help="of 100 units each (default 1400)")
    parser.add_argument("--events", type=int, default=1_000_000, help="how many are replayed (default 1,000,000)")
    given = parser.parse_args(arguments)
    shapes = city(given.communities)
    old, new = strips(shapes, 0), strips(shapes, 1)
    new = np.where(np.arange(len(shapes)) // 100 % 4 == 0, new, old)  # one community in four is drawn anew
    print(f"{given.communities:,} communities, {len(shapes):,} units, {len(np.unique(old)):,} grids; CPU seconds")
    borders = timed("units made ready", lambda: UnitBorders(shapes))
    before, after = timed("boundaries", lambda: borders.grids(old)), borders.grids(new)
    unions(shapes, old, before.shapes)
    clicks()
    vologda()
    differences(before, after, old, new)
    replayed(given.events)
    rounds()
    return 0


def timed(what: str, run: Callable[[], Any], times: int = 1) -> Any:
    begun = time.process_time()
    for _ in range(times):
        found = run()
    print(f"  {what:48} {(time.process_time() - begun) / times:9.4f}")
    return found


def city(communities: int) -> NDArray[np.object_]:
    """Voronoi cells in squares side by side, in degrees."""
    around = shapely.box(0, 0, 1, 1)
    rng = np.random.default_rng(1)
    kinds = [cells(rng.random((100, 2)), around) for _ in range(40)]
    columns = int(np.ceil(np.sqrt(communities)))

    def corner(community: int) -> tuple[float, float]:
        return 111.0 + _SIDE * (community % columns), 40.0 + _SIDE * (community // columns)

    moved = [shapely.transform(kinds[i % 40], lambda at, i=i: at * _SIDE + corner(i)) for i in range(communities)]
    return np.concatenate(moved)


def cells(points: NDArray[np.float64], around: shapely.Polygon) -> NDArray[np.object_]:
    found = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=around))
    return shapely.get_parts(shapely.intersection(found, around, grid_size=1e-9))


def strips(shapes: NDArray[np.object_], axis: int) -> NDArray[np.int64]:
    """Eight grids in each community, from west to east or from south to north."""
    inside = shapely.get_coordinates(shapely.centroid(shapes))[:, axis] / _SIDE % 1
    return np.arange(len(shapes)) // 100 * _GRIDS + np.minimum((inside * _GRIDS).astype(np.int64), _GRIDS - 1)


def unions(shapes: NDArray[np.object_], labels: NDArray[np.int64], ours: NDArray[np.object_]) -> None:
    order = np.argsort(labels, kind="stable")
    members = np.split(shapes[order], np.flatnonzero(np.diff(labels[order])) + 1)
    theirs = timed("shapely.union_all, grid by grid", lambda: [shapely.union_all(each) for each in members])
    timed("shapely.coverage_union_all, grid by grid", lambda: [shapely.coverage_union_all(each) for each in members])
    off = shapely.area(shapely.symmetric_difference(ours, np.array(theirs)))
    print(f"  largest difference to union_all {off.max() / shapely.area(ours).min():.0e} of a grid")


def clicks() -> None:
    for count in (500, 5000):
        shapes = cells(np.random.default_rng(2).random((count, 2)), shapely.box(0, 0, 1, 1))
        borders = timed(f"{count:,} units made ready", lambda shapes=shapes: UnitBorders(shapes))
        labels = np.arange(len(shapes)) * (count // 12) // len(shapes)
        timed(f"all boundaries after a click, {count // 12:,} grids", lambda: borders.grids(labels), 20)  # noqa: B023


def vologda() -> None:
    """A real city: units of a plane, a plan of them, boundaries in degrees, with and without the rim laid on the city's outline."""
    if not VOLOGDA.is_file():
        print(f"  {VOLOGDA} is absent: no real city")
        return
    ground = read(VOLOGDA)
    units = make_units(ground)
    found = plan(units.households, units.edges, units.border_m, units.area_m2, units.perimeter_m, units.xy, rng=1)
    to_degrees = pyproj.Transformer.from_crs(pyogrio.read_info(VOLOGDA, layer="buildings")["crs"], 4326, always_xy=True)

    def degrees(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        return shapely.transform(shapes, to_degrees.transform, interleaved=False)

    shapes, outline = degrees(units.shapes), degrees(np.array([ground.boundary]))
    borders = timed(f"Vologda, {len(units):,} units made ready", lambda: UnitBorders(shapes, outline))
    laid = timed(f"Vologda, boundaries of {found.k} grids", lambda: borders.grids(found.labels))
    bent = UnitBorders(shapes).grids(found.labels)
    flaws = [len(tiling_flaws(grids.shapes, outline, [0] * found.k)) for grids in (laid, bent)]
    print(f"  flaws of the tiling in degrees: {flaws[0]}; {flaws[1]} where the rim is not laid on the outline")


def differences(before: Any, after: Any, old: NDArray[np.int64], new: NDArray[np.int64]) -> None:
    homes = np.random.default_rng(3).integers(0, 60, len(old))
    held = np.searchsorted(before.labels, old), np.searchsorted(after.labels, new)
    lineage = timed(
        "lineage", lambda: lineage_shares(Layer(before.shapes, held[0]), Layer(after.shapes, held[1]), homes)
    )
    succeeds = timed("matching", lambda: matched_grids(lineage, len(before.labels), len(after.labels)))
    same = unchanged_grids(lineage, succeeds)
    codes = [f"old {label}" for label in before.labels]
    fresh = [codes[succeeds[grid]] if same[grid] else f"new {grid}" for grid in range(len(after.labels))]
    buildings = pd.DataFrame(
        {"building": np.arange(len(homes)), "households": homes, "key_households": homes // 8, "old": held[0]}
    ).assign(new=held[1])
    sides = Grids(codes, codes, before.shapes), Grids(fresh, fresh, after.shapes)
    found = timed("comparison, a building a unit", lambda: compare(*sides, buildings, lineage=lineage))
    print(f"  {len(found.moves):,} pairs, {len(found.buildings):,} buildings change hands")


def replayed(count: int) -> None:
    rng = np.random.default_rng(4)
    for side in (79, 33, 10):
        east, north = np.linspace(111.5, 111.9, side + 1), np.linspace(40.7, 41.0, side + 1)
        shapes = shapely.box(*np.array([(a, c, b, d) for a, b in pairwise(east) for c, d in pairwise(north)]).T)
        lon, lat = rng.uniform((111.5, 40.7), (111.9, 41.0), (count, 2)).T
        day = np.datetime64("2025-01-01", "D") + rng.integers(0, 365, count)
        events = Events(lon, lat, day, rng.integers(0, 3, count))
        index, codes = GridIndex(shapes), [str(grid) for grid in range(len(shapes))]
        starts = starts_in(shapes)
        replay(events, index, codes, starts)  # compiled or loaded
        timed(f"{count:,} events on {len(shapes):,} grids", lambda: replay(events, index, codes, starts))  # noqa: B023


def rounds() -> None:
    """Rounds of one to seven places against the shortest of all orders."""
    rng, ratios = np.random.default_rng(5), []
    scale = np.array(metres_per_degree(40.8))
    for _ in range(200):
        at = rng.uniform(-0.003, 0.003, (int(rng.integers(1, 8)), 2))
        one = np.zeros(len(at), dtype=np.int64)
        start = np.array([111.7]), np.array([40.8])
        (found,) = walking_m(start[0] + at[:, 0], start[1] + at[:, 1], one, one, *start)[2]
        ratios.append(found / min(length(at[list(order)] * scale) for order in permutations(range(len(at)))))
    print(f"  rounds over the shortest: mean {np.mean(ratios):.4f}, largest {max(ratios):.3f}")


def length(places: NDArray[np.float64]) -> float:
    """From the origin over the places and back."""
    steps = np.diff(np.vstack([(0.0, 0.0), places, (0.0, 0.0)]), axis=0)
    return float(np.hypot(*steps.T).sum())
