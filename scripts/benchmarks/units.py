"""Atomic units of Vologda: time, tiling, households kept, beside faces of streets alone and cells clipped to them."""

import argparse
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

from gridmap.coverage import planar, tiling_flaws
from gridmap.planning.units import Ground, Units, households_of_people, make_units
from gridmap.planning.units.arrangement import within
from scripts.setup.steps import checkout

VOLOGDA = checkout().parent / "shared/data/vologda/vologda.gpkg"
_WINDOW = (549_500, 6_564_500, 551_500, 6_566_500)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench units", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often the city is cut (default 3)")
    parser.add_argument("--data", type=Path, default=VOLOGDA, help="the city's GeoPackage")
    given = parser.parse_args(arguments)
    if not given.data.is_file():
        print(f"{given.data} is absent: this measures real data only")
        return 1
    city = read(given.data)
    print(f"{len(city.buildings):,} buildings, {len(city.roads):,} roads, {city.households.sum():,} households")
    spent = [timed(lambda: make_units(city)) for _ in range(given.rounds)]
    cpu, wall = (np.median([times[place] for times, _ in spent]) for place in (0, 1))
    units = spent[0][1]
    print(f"gridmap make_units: {cpu:.1f} CPU s, {wall:.1f} s by the clock (median of {given.rounds})")
    tell(units, city)
    streets_alone(city)
    window = Ground(shapely.box(*_WINDOW), city.buildings, city.households, city.roads, (), city.rail, city.water)
    print("the middle, 2 km x 2 km:")
    (cpu, _), middle = timed(lambda: make_units(window))
    print(
        f"  gridmap make_units: {cpu:.1f} CPU s, {len(middle):,} units, {unmatched(middle.shapes)} with sides that do not match"
    )
    (cpu, _), cells = timed(lambda: clipped_cells(window))
    print(
        f"  cells clipped to faces: {cpu:.1f} CPU s, {len(cells):,} cells, {unmatched(cells)} with sides that do not match"
    )
    estates = compounds_alone()
    (cpu, _), units = timed(lambda: make_units(estates))
    print(f"{len(estates.compounds)} compounds in one block without a road: {cpu:.1f} CPU s, {len(units):,} units")
    return 0


def read(path: Path) -> Ground:
    layers = {name: pyogrio.read_dataframe(path, layer=name) for name in ("buildings", "roads", "railways", "water")}
    boundary = pyogrio.read_dataframe(path, layer="boundaries").geometry[0]
    shapes = {name: frame.geometry.to_numpy() for name, frame in layers.items()}
    homes = households_of_people(layers["buildings"]["population"])
    return Ground.of(
        boundary, shapes["buildings"], homes, roads=shapes["roads"], rail=shapes["railways"], water=shapes["water"]
    )


def compounds_alone() -> Ground:
    """400 made-up compounds of 20 buildings each, with open ground between and not one road."""
    rng = np.random.default_rng(0)
    compounds, buildings = [], []
    for west, south in [(300 * column, 300 * row) for column in range(20) for row in range(20)]:
        compounds.append(shapely.box(west, south, west + rng.uniform(160, 280), south + rng.uniform(130, 280)))
        corners = [(west + 10 + 28 * (each % 5), south + 12 + 28 * (each // 5)) for each in range(20)]
        buildings += [shapely.box(x, y, x + 20, y + 12) for x, y in corners]
    homes = rng.integers(5, 30, len(buildings))
    return Ground.of(shapely.box(-50, -50, 6_100, 6_100), buildings, homes, compounds=compounds)


def timed(work: Callable[[], Any]) -> tuple[tuple[float, float], Any]:
    cpu, wall = time.process_time(), time.perf_counter()
    found = work()
    return (time.process_time() - cpu, time.perf_counter() - wall), found


def tell(units: Units, city: Ground) -> None:
    held = np.bincount(units.building_unit[units.building_unit >= 0], minlength=len(units))
    off = units.area_m2.sum() - city.boundary.area
    print(f"  {len(units):,} units, {len(units.edges):,} edges, {held.sum():,} buildings in exactly one")
    print(f"  households {units.households.sum():,} of {city.households.sum():,}; area off by {off:.6f} m2")
    print(
        f"  flaws of the tiling: {len(flaws(units.shapes, city))}; valid coverage: {shapely.coverage_is_valid(units.shapes)}"
    )
    quartiles = np.percentile(units.households, [25, 50, 75, 90, 100]).astype(int).tolist()
    print(f"  households a unit, quarter / half / three quarters / nine tenths / most: {quartiles}")
    for title, names in (("kinds", units.kind), ("barriers", units.barrier)):
        print(f"  {title}: {dict(Counter(names.tolist()).most_common())}")
    print(f"  adjusted: {dict(Counter(each.kind for each in units.adjustments).most_common())}")


def streets_alone(city: Ground) -> None:
    """What blocks are without division."""
    lines = shapely.union_all([*city.roads, shapely.boundary(city.boundary)])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    owner = within(shapely.point_on_surface(city.buildings), faces)
    sums = np.sort(np.bincount(owner[owner >= 0], city.households[owner >= 0], minlength=len(faces)))[::-1]
    share = sums[:65].sum() / sums.sum()
    print(f"streets alone: {len(faces)} faces, 65 of them hold {share:.0%}, the largest {int(sums[0]):,} households")


def flaws(shapes: np.ndarray, ground: Ground) -> list[object]:
    return list(tiling_flaws(shapes, [ground.boundary], np.zeros(len(shapes)), measure=planar))


def unmatched(shapes: np.ndarray) -> int:
    """Shapes with a side that is not exactly a side of a neighbour or of the outline."""
    return int((~shapely.is_empty(shapely.coverage_invalid_edges(shapes))).sum())


def clipped_cells(ground: Ground) -> np.ndarray:
    """The textbook way: faces of the streets, Voronoi polygons of the outlines of each face's houses, clipped to it and joined."""
    near = shapely.intersection(ground.roads[shapely.intersects(ground.roads, ground.boundary)], ground.boundary)
    lines = shapely.union_all([*near, shapely.boundary(ground.boundary)])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    owner = within(shapely.point_on_surface(ground.buildings), faces)
    found = []
    for place, face in enumerate(faces):
        houses = shapely.segmentize(ground.buildings[owner == place], 3.0)
        if len(houses) < 2:
            found.append(face)
            continue
        points = shapely.points(np.unique(shapely.get_coordinates(houses), axis=0))
        cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=face))
        nearest = shapely.STRtree(houses).nearest(shapely.point_on_surface(cells))
        found += [
            shapely.intersection(shapely.union_all(cells[nearest == house]), face) for house in np.unique(nearest)
        ]
    return np.array(found, dtype=object)
