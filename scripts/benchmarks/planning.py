"""Plans of grids on Voronoi cities against pymetis, KaHIP, gerrychain and spopt, and re-planning after a drift."""

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from gridmap.planning import MODES, plan, score_plan
from gridmap.planning.graph import read_graph
from scripts.benchmarks import planning_peers as peers
from scripts.benchmarks.voronoi_city import communities, voronoi_city

NEEDS_BENCH_EXTRA = True
TARGET, LOWER, UPPER = 400, 300, 500
HEAD = f"  {'method':44} {'CPU s':>7} {'k':>5} {'max dev':>8} {'in 5 %':>7} {'in 10 %':>8} {'in bounds':>10} {'in pieces':>10} {'PP':>6}"


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench planning", description=__doc__)
    parser.add_argument("--units", type=int, nargs="+", default=[400, 5000, 50_000])
    parser.add_argument("--modes", nargs="+", default=["fast", "balanced", "tight"], choices=list(MODES))
    parser.add_argument("--seeds", type=int, default=1, help="runs of each mode; the worst figures of all count")
    parser.add_argument("--slow-peers", action="store_true", help="KaHIP strong, gerrychain and spopt too: minutes")
    parser.add_argument("--communities", type=int, default=1400, help="of 100 units, in one call on all cores")
    options = parser.parse_args(argv)
    plan(**voronoi_city(60))  # loads the compiled code
    for absent in peers.absent():
        print(f"{absent} is not installed and is left out")
    for n in options.units:
        _compare(f"{n:,} units", voronoi_city(n), options)
    _compare("60 communities of 100 units", communities(60, 100), options)
    _many(options.communities)
    _replan(5000)
    return 0


def _compare(title: str, city: dict[str, Any], options: argparse.Namespace) -> None:
    print(f"{title}, {city['weights'].sum():,.0f} households\n{HEAD}")
    for mode in options.modes:
        for seed in range(options.seeds):
            made = _line(f"gridmap {mode}", city, lambda m=mode, s=seed: plan(**city, mode=m, rng=s).labels)
    for name, run in peers.quick(city, int(made.max()) + 1).items():
        _line(name, city, run)
    if options.slow_peers and len(city["weights"]) <= 5000 and "within" not in city:
        for name, run in peers.slow(city, int(made.max()) + 1).items():
            _line(name, city, run)


def _line(name: str, city: dict[str, Any], run: Callable[[], Any]) -> Any:
    started = time.process_time()
    try:
        labels = np.unique(run(), return_inverse=True)[1]
    except Exception as error:  # a peer that gives up is a result too
        print(f"  {name:44} {time.process_time() - started:7.2f} {type(error).__name__}: {str(error)[:70]}", flush=True)
        return None
    seconds = time.process_time() - started
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
    return labels


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
    first = plan(**city, mode="tight", rng=1).labels
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
