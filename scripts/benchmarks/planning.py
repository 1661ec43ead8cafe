"""Plans of grids on Voronoi cities and Vologda against pymetis, KaHIP, gerrychain and spopt, and re-planning after a drift."""

import argparse
import time
from collections import Counter
from typing import Any

import numpy as np

from gridmap.planning import MODES, plan, score_plan
from gridmap.planning.graph import read_graph
from gridmap.planning.units import make_units
from scripts.benchmarks import planning_peers as peers
from scripts.benchmarks.units import VOLOGDA, read
from scripts.benchmarks.voronoi_city import communities, voronoi_city

NEEDS_BENCH_EXTRA = True
TARGET, LOWER, UPPER = 400, 300, 500
HEAD = f"  {'method':44} {'CPU s':>7} {'k':>5} {'max dev':>8} {'in 5 %':>7} {'in 10 %':>8} {'in bounds':>10} {'in pieces':>10} {'PP':>6}"


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench planning", description=__doc__)
    parser.add_argument("--units", type=int, nargs="*", default=[400, 5000, 50_000])
    parser.add_argument("--modes", nargs="+", default=["fast", "balanced", "tight"], choices=list(MODES))
    parser.add_argument("--seeds", type=int, default=1, help="runs of each mode; the worst figures of all count")
    parser.add_argument("--peer-seconds", type=int, default=60, help="CPU seconds of each run of a peer; it ends then")
    parser.add_argument("--largest-for-slow", type=int, default=5000, help="units up to which slow peers are asked")
    parser.add_argument("--communities", type=int, default=1400, help="of 100 units, in one call on all cores")
    parser.add_argument("--replan", type=int, nargs="*", default=[400, 5000, 50_000], help="units, planned anew")
    parser.add_argument("--no-vologda", action="store_true", help="leave out the real city, whose units take a minute")
    options = parser.parse_args(argv)
    plan(**voronoi_city(60))  # loads the compiled code
    for absent in peers.absent():
        print(f"{absent} is not installed and is left out")
    for n in options.units:
        _compare(f"{n:,} units", voronoi_city(n), options)
    if options.communities:
        _compare("60 communities of 100 units", communities(60, 100), options)
        _many(options.communities)
    if not options.no_vologda:
        _vologda(options)
    for n in options.replan:
        _replan(n)
    return 0


def _compare(title: str, city: dict[str, Any], options: argparse.Namespace) -> None:
    print(f"{title}, {city['weights'].sum():,.0f} households\n{HEAD}")
    for mode in options.modes:
        for seed in range(options.seeds):
            started = time.process_time()
            made = plan(**city, mode=mode, rng=seed)
            _line(f"gridmap {mode}", city, made.labels, time.process_time() - started)
            if made.flags:
                print(f"    flagged: {dict(Counter(flag.code for flag in made.flags))}")
    asked = peers.quick(city, made.k)
    if len(city["weights"]) <= options.largest_for_slow:
        asked |= peers.slow(city, made.k)
    for name, run in asked.items():
        labels, seconds, gave_up = peers.bounded(run, options.peer_seconds)
        if gave_up:  # a result too
            print(f"  {name:44} {seconds:7.2f} {gave_up}", flush=True)
        else:
            _line(name, city, labels, seconds)


def _vologda(options: argparse.Namespace) -> None:
    if not VOLOGDA.is_file():
        print(f"Vologda is left out: {VOLOGDA} is absent")
        return
    units = make_units(read(VOLOGDA))
    city = {
        "weights": units.households.astype(float),
        "edges": units.edges,
        "border_m": units.border_m,
        "area_m2": units.area_m2,
        "perimeter_m": units.perimeter_m,
        "xy": units.xy,
    }
    _compare(f"Vologda, {len(units):,} units", city, options)


def _line(name: str, city: dict[str, Any], found: Any, seconds: float) -> None:
    labels = np.unique(found, return_inverse=True)[1]
    graph = read_graph(**{key: value for key, value in city.items() if key != "within"})
    figures = score_plan(graph, labels)
    within = city.get("within", np.zeros(graph.size, dtype=int))
    mean = np.bincount(within, graph.weights) / np.bincount(within[np.unique(labels, return_index=True)[1]])
    away = np.abs(figures.weight / mean[within[np.unique(labels, return_index=True)[1]]] - 1.0)
    bounded = ((figures.weight >= LOWER) & (figures.weight <= UPPER)).mean()
    print(
        f"  {name:44} {seconds:7.2f} {len(away):5} {100 * away.max():6.1f} % {100 * (away <= 0.05).mean():7.2f} "
        f"{100 * (away <= 0.1).mean():8.2f} {100 * bounded:10.2f} {int((figures.pieces > 1).sum()):10} "
        f"{figures.polsby_popper.mean():6.3f}",
        flush=True,
    )


def _many(count: int) -> None:
    city = communities(count, 100)
    started, wall = time.process_time(), time.perf_counter()
    made = plan(**city)
    print(
        f"{count:,} communities of 100 units in one call: {time.perf_counter() - wall:.1f} s by the clock, {time.process_time() - started:.1f} CPU s, "
        f"{made.k:,} grids, {len(made.flags)} outside the bounds",
        flush=True,
    )


def _replan(n: int) -> None:
    """Weights drift by up to 10 %, one unit in fifty gains 50 to 250 households."""
    city = voronoi_city(n)
    first = plan(**city, mode="tight" if n <= 5000 else "fast", rng=1).labels
    for seed in (1, 2, 3):
        rng = np.random.default_rng(seed)
        weights = city["weights"] * rng.uniform(0.9, 1.1, n)
        weights[rng.choice(n, n // 50, replace=False)] += rng.uniform(50, 250, n // 50)
        drifted = {**city, "weights": np.round(weights)}
        total = np.bincount(first, drifted["weights"])
        started = time.process_time()
        made = plan(**drifted, previous=first, rng=seed)
        moved = drifted["weights"][made.labels != first].sum() / drifted["weights"].sum()
        least = (np.maximum(total - UPPER, 0).sum() + np.maximum(LOWER - total, 0).sum()) / total.sum()
        print(
            f"re-planning {n:,} units after drift {seed}: {((total < LOWER) | (total > UPPER)).sum()} grids out of bounds before, "
            f"{len(made.flags)} after; {100 * moved:.2f} % of households change hands ({100 * least:.2f} % are beyond the bounds), "
            f"{time.process_time() - started:.2f} CPU s",
            flush=True,
        )
