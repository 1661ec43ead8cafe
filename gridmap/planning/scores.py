"""Figures of a plan, grid by grid: what adds up, shape, contiguity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridmap.planning.graph import Floats, Ints, UnitGraph
from gridmap.planning.labels import UNLABELLED, checked_labels


@dataclass(frozen=True, slots=True)
class Scores:
    """Aligned with labels 0 to k - 1: sums of the units, outline in metres, Polsby-Popper (1 for a circle), number of pieces.

    ``unlabelled`` and ``unlabelled_weight``: units in no grid, which never count as contiguous. ``border_m``: all borders between
    different grids, each once, ``crossed``: the barrier cost inside grids (metres of border by their cost).
    """

    units: Ints
    weight: Floats
    work: Floats
    area_m2: Floats
    outline_m: Floats
    polsby_popper: Floats
    pieces: Ints
    unlabelled: int
    unlabelled_weight: float
    border_m: float
    crossed: float

    @property
    def contiguous(self) -> bool:
        """Every unit in a grid, every grid in one piece."""
        return self.unlabelled == 0 and bool((self.pieces == 1).all())


def score_plan(graph: UnitGraph, labels: ArrayLike) -> Scores:
    """The figures of a plan, in about a millisecond for a community of 500 units. Borders that no grid may cross join nothing."""
    label = checked_labels(labels, graph.size)
    inside = label >= 0
    k = int(label.max(initial=UNLABELLED)) + 1
    one, two = label[graph.edges[:, 0]], label[graph.edges[:, 1]]
    inner = (one == two) & (one >= 0)
    joins = inner & np.isfinite(graph.barrier)
    area, outline = _sums(label, inside, graph.area_m2, k), _sums(label, inside, graph.perimeter_m, k)
    outline -= 2.0 * np.bincount(one[inner], graph.border_m[inner], k)
    with np.errstate(divide="ignore", invalid="ignore"):
        roundness = np.where(outline > 0.0, 4.0 * np.pi * area / outline**2, 0.0)
    return Scores(
        np.bincount(label[inside], minlength=k),
        _sums(label, inside, graph.weights, k),
        _sums(label, inside, graph.work, k),
        area,
        outline,
        roundness,
        _pieces(graph.edges[joins], label, inside, k),
        int((~inside).sum()),
        float(graph.weights[~inside].sum()),
        float(graph.border_m[one != two].sum()),
        float((graph.border_m * graph.barrier)[joins].sum()),
    )


def _sums(label: Ints, inside: NDArray[np.bool_], values: Floats, k: int) -> Floats:
    return np.bincount(label[inside], values[inside], k).astype(np.float64)


def _pieces(joining: Ints, label: Ints, inside: NDArray[np.bool_], k: int) -> Ints:
    n = len(label)
    adjacency = coo_array((np.ones(len(joining)), (joining[:, 0], joining[:, 1])), shape=(n, n))
    _, piece = connected_components(adjacency, directed=False)
    _, first = np.unique(piece[inside], return_index=True)
    count: Ints = np.bincount(label[inside][first], minlength=k)
    return count
