"""Points to grids: ours against six other engines, answers compared row by row, points on edges counted."""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.assignment import GridIndex, warm_up
from scripts.benchmarks import assigning, assigning_postgis, building
from scripts.benchmarks.assigning import Engine, Pairs, Places
from scripts.benchmarks.rounds import compare
from scripts.benchmarks.tessellation import clustered_points, tessellation

NEEDS_BENCH_EXTRA = True

IN_PROCESS = {
    "explained": assigning.explained,
    "geopandas": assigning.frames,
    "shapely": assigning.tree,
    "duckdb": assigning.duckdb,
    "sedonadb": assigning.sedonadb,
}
IN_SERVER = {"postgis": assigning_postgis.select, "postgis-update": assigning_postgis.update}
FEW = 2_000  # points that are asked for one at a time


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench assignment", description=__doc__)
    parser.add_argument("--grids", type=int, nargs="*", default=[25_500], help="sizes of the tessellations")
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engines", nargs="*", default=[*IN_PROCESS, *IN_SERVER], choices=[*IN_PROCESS, *IN_SERVER])
    parser.add_argument("--build", type=int, nargs="*", default=[], help="only build indexes of so many grids")
    options = parser.parse_args(argv)
    if options.rounds < 5:
        parser.error("fewer than 5 rounds show no spread")
    for count in options.build:
        building.measure(count, options.seed)
    for count in [] if options.build else options.grids:
        run(count, options.points, options.rounds, options.seed, options.engines)
    return 0


def run(count: int, points: int, rounds: int, seed: int, wanted: list[str]) -> None:
    """One tessellation: bulk assignment, one point at a time, and points exactly on shared edges."""
    rng = np.random.default_rng(seed)
    city = tessellation(count, rng)
    vertices = shapely.get_num_coordinates(city.cells)
    print(f"{count:,} grids of {vertices.min()} / {int(np.median(vertices))} / {vertices.max()} vertices")
    warm_up()
    started = time.process_time()
    index = GridIndex(city.cells)
    spent = time.process_time() - started
    print(f"  index built in {spent:.2f} CPU s, {building.bytes_of(index) / count:,.0f} bytes a grid")

    places = Places(city.cells, index, *clustered_points(points, rng))
    with ExitStack() as stack:
        running = None
        if IN_SERVER.keys() & set(wanted):
            running = stack.enter_context(assigning_postgis.server(city.cells))
        print(f"{points:,} points, already in each engine's own form; one thread where nothing else is said")
        engines = list(engines_of(places, wanted, running))
        answers = {engine.name: one_owner(answer_of(engine), points) for engine in engines}
        for name, owners in answers.items():
            print(f"  {name}: {int((owners != answers['gridmap']).sum()):,} of {points:,} rows differ")
        time_all(engines, rounds)
        one_at_a_time(places, running, rounds)
        del engines
        count_on_edges(Places(city.cells, index, *city.middles.T.copy()), wanted, running)


def engines_of(places: Places, wanted: list[str], running: assigning_postgis.Server | None) -> Iterator[Engine]:
    """The engines that are wanted and installed, ours first, with their points put in."""
    yield from assigning.gridmap(places)
    for name, make in IN_PROCESS.items():
        if name in wanted:
            yield from make(places)
    if running is not None:
        running.put(places)
        for name, make_in in IN_SERVER.items():
            if name in wanted:
                yield from make_in(running)


def answer_of(engine: Engine) -> Pairs:
    """The pairs that an engine finds."""
    engine.before()
    return engine.pairs(engine.run())


def one_owner(pairs: Pairs, points: int) -> NDArray[np.int64]:
    """The grid of each point, -1 for none, -2 for several."""
    found, grids = pairs
    owners = np.full(points, -1, dtype=np.int64)
    owners[found] = grids
    owners[np.bincount(found, minlength=points) > 1] = -2
    return owners


def time_all(engines: list[Engine], rounds: int) -> None:
    """Time all engines in turns, and once more our two threads beside the common peer, which the wall compares."""
    by_wall = [engine for engine in engines if engine.name in (assigning.TWO_THREADS, assigning.COMMON_PEER)]
    for some in (engines, by_wall) if len(by_wall) > 1 else (engines,):
        compare(
            {engine.name: engine.run for engine in some},
            rounds,
            clocks={engine.name: engine.clock for engine in some},
            before={engine.name: engine.before for engine in some},
        )


def one_at_a_time(places: Places, running: assigning_postgis.Server | None, rounds: int) -> None:
    """Time single points: what a page or a phone asks for."""
    print(f"One point at a time, {FEW:,} points: seconds for all")
    few = list(zip(places.lon[:FEW].tolist(), places.lat[:FEW].tolist(), strict=True))
    asked = shapely.STRtree(places.cells)
    runs: dict[str, Callable[[], object]] = {
        "gridmap locate_one": lambda: [places.index.locate_one(lon, lat) for lon, lat in few],
        "shapely STRtree.query(point, intersects)": lambda: [
            asked.query(shapely.Point(lon, lat), predicate="intersects") for lon, lat in few
        ],
    }
    clocks = {}
    if running is not None:
        name = "PostGIS, prepared query"
        runs[name], clocks[name] = assigning_postgis.one_by_one(running, few), running.cpu_seconds
    compare(runs, rounds, clocks=clocks)


def count_on_edges(places: Places, wanted: list[str], running: assigning_postgis.Server | None) -> None:
    """Print how many owners each engine gives to points exactly on an edge that two grids share."""
    print(f"{places.lon.size:,} points exactly on shared edges: with no, one, several owners")
    for engine in engines_of(places, wanted, running):
        owners = np.bincount(answer_of(engine)[0], minlength=places.lon.size)
        none, one, several = (int(part.sum()) for part in (owners == 0, owners == 1, owners > 1))
        print(f"  {engine.name:48} {none:8,} {one:8,} {several:8,}")
