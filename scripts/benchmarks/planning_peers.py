"""Peers of the planning benchmark: how each is asked for k parts of a city. Those that are not installed are left out."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from importlib.util import find_spec
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from gridmap.planning.graph import link

Run = Callable[[], Any]
NAMES = ("pymetis", "kahip", "gerrychain", "spopt")


def absent() -> list[str]:
    return [name for name in NAMES if find_spec(name) is None]


def bounded(run: Run, seconds: int) -> tuple[Any, float, str]:
    """Labels, CPU seconds and why there are no labels ("" where there are): in a process of its own, which ends after so many CPU seconds."""
    receiver, sender = multiprocessing.Pipe(False)
    process = multiprocessing.get_context("fork").Process(target=_work, args=(run, seconds, sender))
    process.start()
    sender.close()
    try:
        found: tuple[Any, float, str] = receiver.recv()
    except EOFError:
        found = None, float(seconds), f"no answer in {seconds} CPU s"
    process.join()
    return found


def _work(run: Run, seconds: int, sender: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    started = time.process_time()
    try:
        labels, gave_up = np.asarray(run()), ""
    except Exception as error:  # what a peer says when it gives up
        labels, gave_up = None, f"{type(error).__name__}: {str(error)[:70]}"
    sender.send((labels, time.process_time() - started, gave_up))


def quick(city: dict[str, Any], k: int) -> dict[str, Run]:
    """METIS by its defaults (contiguous), with borders as weights of edges, and with looser balance."""
    if "pymetis" in absent():
        return {}
    if "within" in city:
        return {"pymetis contig, each community apart": lambda: _each(city, lambda part, k: _metis(part, k, False, None)),
                "pymetis contig, borders weighed, ufactor 50": lambda: _each(city, lambda part, k: _metis(part, k, True, 50))}  # fmt: skip
    runs: dict[str, Run] = {"pymetis contig": lambda: _metis(city, k, False, None)}
    for ufactor in (None, 50, 100):
        name = "pymetis contig, borders weighed" + ("" if ufactor is None else f", ufactor {ufactor}")
        runs[name] = lambda u=ufactor: _metis(city, k, True, u)
    return runs


def slow(city: dict[str, Any], k: int) -> dict[str, Run]:
    if "within" in city:
        runs: dict[str, Run] = {
            "KaHIP strong, each community apart": lambda: _each(city, _kahip),
            "gerrychain recursive tree, each apart": lambda: _each(city, lambda part, k: _gerrychain(part, k, 0)),
        }
        return {name: run for name, run in runs.items() if name.split()[0].lower() not in absent()}
    runs = {
        "KaHIP strong": lambda: _kahip(city, k),
        "gerrychain recursive tree, 10 %": lambda: _gerrychain(city, k, 0),
        "gerrychain recursive tree and 1,000 ReCom": lambda: _gerrychain(city, k, 1000),
        "spopt AZP": lambda: _spopt(city, k, "azp"),
        "spopt MaxP": lambda: _spopt(city, k, "maxp"),
    }
    return {name: run for name, run in runs.items() if name.split()[0].lower() not in absent()}


def _metis(city: dict[str, Any], k: int, borders: bool, ufactor: int | None) -> Any:
    import pymetis

    links = link(city["edges"], len(city["weights"]))
    options = pymetis.Options()
    options.contig = 1
    if ufactor is not None:
        options.ufactor = ufactor
    heavy = np.maximum(1, np.round(city["border_m"][links.edge])).astype(int).tolist() if borders else None
    adjacency = pymetis.CSRAdjacency(links.start.tolist(), links.neighbour.tolist())
    weights = city["weights"].astype(int).tolist()
    return np.array(
        pymetis.part_graph(k, adjacency=adjacency, vweights=weights, eweights=heavy, options=options, recursive=False)[
            1
        ]
    )


def _each(city: dict[str, Any], cut: Callable[[dict[str, Any], int], Any]) -> Any:
    labels, first = np.empty(len(city["weights"]), dtype=int), 0
    for community in np.unique(city["within"]):
        units = np.flatnonzero(city["within"] == community)
        inner = (city["edges"] >= units[0]).all(axis=1) & (city["edges"] <= units[-1]).all(axis=1)
        part = {
            "weights": city["weights"][units],
            "edges": city["edges"][inner] - units[0],
            "border_m": city["border_m"][inner],
        }
        k = round(part["weights"].sum() / 400)
        labels[units] = first + cut(part, k)
        first += k
    return labels


def _kahip(city: dict[str, Any], k: int) -> Any:
    import kahip

    links = link(city["edges"], len(city["weights"]))
    borders = np.maximum(1, np.round(city["border_m"][links.edge])).astype(int).tolist()
    weights = city["weights"].astype(int).tolist()
    return np.array(
        kahip.kaffpa(weights, links.start.tolist(), borders, links.neighbour.tolist(), k, 0.05, True, 0, kahip.STRONG)[
            1
        ]
    )


def _gerrychain(city: dict[str, Any], k: int, steps: int) -> Any:
    from functools import partial

    import networkx as nx
    from gerrychain import Graph, Partition, constraints, updaters
    from gerrychain.optimization import SingleMetricOptimizer
    from gerrychain.proposals import recom
    from gerrychain.tree import recursive_tree_part

    plain = nx.Graph()
    plain.add_nodes_from((unit, {"pop": float(weight)}) for unit, weight in enumerate(city["weights"]))
    plain.add_edges_from(city["edges"].tolist())
    graph = Graph.from_networkx(plain)
    mean = city["weights"].sum() / k
    start = recursive_tree_part(graph, range(k), mean, "pop", 0.1)
    if steps:
        first = Partition(
            graph, assignment=start, updaters={"pop": updaters.Tally("pop"), "cut_edges": updaters.cut_edges}
        )
        proposal = partial(recom, pop_col="pop", pop_target=mean, epsilon=0.1, node_repeats=1)
        even = constraints.within_percent_of_ideal_population(first, 0.1, "pop")
        search = SingleMetricOptimizer(proposal, [even], first, lambda p: len(p["cut_edges"]), maximize=False)
        for _ in search.short_bursts(10, steps // 10):
            pass
        start = search.best_part.assignment
    return np.array([start[unit] for unit in range(len(city["weights"]))])


def _spopt(city: dict[str, Any], k: int, method: str) -> Any:
    import geopandas as gpd
    import libpysal
    from spopt.region import AZP, MaxPHeuristic

    links = link(city["edges"], len(city["weights"]))
    beside = {
        unit: links.neighbour[links.start[unit] : links.start[unit + 1]].tolist()
        for unit in range(len(city["weights"]))
    }
    weights = libpysal.weights.W(beside, silence_warnings=True)
    places = gpd.GeoDataFrame(
        {"x": city["xy"][:, 0], "y": city["xy"][:, 1], "households": city["weights"]},
        geometry=gpd.points_from_xy(*city["xy"].T),
    )
    np.random.seed(1)
    if method == "azp":
        model = AZP(places, weights, ["x", "y"], n_clusters=k, random_state=1)
    else:
        model = MaxPHeuristic(places, weights, ["x", "y"], "households", 300, top_n=2)
    model.solve()
    return np.array(model.labels_)
