"""Units divided into problems that do not touch each other: by community, by piece, around what is fixed."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridmap.planning._kernel import ANCHORS, AREA, COLUMNS, OUTLINE, WEIGHT, WORK, Units
from gridmap.planning.bounds import UnitBounds
from gridmap.planning.errors import LockedAcross, LockedApart
from gridmap.planning.graph import Floats, Ints, Links, UnitGraph, hilbert_order, link
from gridmap.planning.ties import tied_borders

FREE = -1


@dataclass(frozen=True, slots=True)
class FixedGrid:
    """A grid that the search leaves alone: an oversize unit, or a locked grid that is complete."""

    units: Ints
    label: int
    oversize: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """Nodes that hang together and are to become grids among themselves.

    ``members`` are the units of the nodes one after another, node i has ``members[first[i]:first[i + 1]]`` (a locked part is one
    node); ``anchor`` (nodes) is the label into which a node is locked, or -1; ``units`` is what the search reads. ``ties``, of the
    length of its ``neighbour``: how many ties of building heads run across each border.
    """

    members: Ints
    first: Ints
    anchor: Ints
    units: Units
    ties: Floats

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.anchor)

    @property
    def weight(self) -> float:
        """Weight of all nodes."""
        return float(self.units.values[:, WEIGHT].sum())

    @property
    def anchors(self) -> int:
        """Number of nodes that must not share a grid."""
        return int((self.anchor >= 0).sum())

    def spread(self, of_nodes: Ints) -> Ints:
        """One value a node to one value a member."""
        return np.repeat(of_nodes, np.diff(self.first))


@dataclass(frozen=True, slots=True)
class Division:
    """All grids that are fixed, and the problems that remain."""

    fixed: list[FixedGrid] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def divide(graph: UnitGraph, within: Ints, locked: Ints, previous: Ints, ties: Ints, bounds: UnitBounds) -> Division:
    """Fix oversize units and complete locked grids, make one node of each locked part, and divide what is left into problems.

    A locked grid of at least the lower bound is complete: nothing is added to it. A lighter one may grow. ``ties`` (t, 2): building heads
    and units.
    """
    node = np.arange(graph.size)
    anchor = locked.copy()
    fixed = []
    passable = np.isfinite(graph.barrier) & (within[graph.edges[:, 0]] == within[graph.edges[:, 1]])
    groups = _locked_groups(graph, within, locked, passable) if (locked >= 0).any() else []
    for label, units in groups:
        anchor[units] = label
        weight = graph.weights[units].sum()
        if weight >= bounds.lower[units[0]]:
            fixed.append(FixedGrid(units, label, bool(weight > bounds.upper[units[0]])))
            node[units] = FREE
        else:
            node[units] = units[0]
    heavy = np.flatnonzero((graph.weights > bounds.upper) & (node >= 0) & (anchor < 0))
    fixed += [FixedGrid(np.array([unit]), FREE, True) for unit in heavy.tolist()]
    node[heavy] = FREE
    pulls = np.zeros(len(graph.edges))
    if len(ties):
        inside = np.flatnonzero(passable)
        pulls[inside] = tied_borders(link(graph.edges[inside], graph.size), ties, len(inside))
    return Division(fixed, _problems(graph, node, anchor, previous, passable, pulls))


def _locked_groups(graph: UnitGraph, within: Ints, locked: Ints, passable: NDArray[np.bool_]) -> list[tuple[int, Ints]]:
    """Labels with the units locked into them; where they do not touch, with the free units that join them best."""
    links = link(graph.edges[passable], graph.size)
    taken = locked.copy()
    groups = []
    for label in np.unique(locked[locked >= 0]).tolist():
        units = np.flatnonzero(taken == label)
        if len(np.unique(within[units])) > 1:
            raise LockedAcross(field="locked", label=label)
        joined = _joined(links, taken, units, label)
        taken[joined] = label
        groups.append((label, joined))
    return groups


def _joined(links: Links, taken: Ints, units: Ints, label: int) -> Ints:
    """The units and the fewest free ones between them, found from piece to piece."""
    group = set(units.tolist())
    reached = _reached(links, group, next(iter(sorted(group))))
    while reached != group:
        came_from = dict.fromkeys(reached, -1)
        queue = deque(sorted(reached))
        end = -1
        while queue and end < 0:
            here = queue.popleft()
            for other in links.neighbour[links.start[here] : links.start[here + 1]].tolist():
                if other in came_from or taken[other] not in (FREE, label):
                    continue
                came_from[other] = here
                if taken[other] == label:
                    end = other
                    break
                queue.append(other)
        if end < 0:
            raise LockedApart(field="locked", label=label)
        while end >= 0:
            group.add(end)
            end = came_from[end]
        reached = _reached(links, group, next(iter(reached)))
    return np.array(sorted(group), dtype=np.int64)


def _reached(links: Links, group: set[int], begin: int) -> set[int]:
    found = {begin}
    queue = [begin]
    while queue:
        here = queue.pop()
        for other in links.neighbour[links.start[here] : links.start[here + 1]].tolist():
            if other in group and other not in found:
                found.add(other)
                queue.append(other)
    return found


def _problems(
    graph: UnitGraph, node: Ints, anchor: Ints, previous: Ints, passable: NDArray[np.bool_], pulls: Floats
) -> list[Problem]:
    free = np.flatnonzero(node >= 0)
    if len(free) == 0:
        return []
    pairs = node[graph.edges]
    inner = passable & (pairs >= 0).all(axis=1)
    crossing = np.flatnonzero(inner & (pairs[:, 0] != pairs[:, 1]))
    within_node = np.flatnonzero(inner & (pairs[:, 0] == pairs[:, 1]))
    size = graph.size
    adjacency = coo_array((np.ones(len(crossing)), (pairs[crossing, 0], pairs[crossing, 1])), shape=(size, size))
    _, piece = connected_components(adjacency, directed=False)
    nodes = np.flatnonzero(node == np.arange(size))
    along = np.empty(size, dtype=np.int64)
    along[hilbert_order(graph.xy)] = np.arange(size)
    nodes = nodes[np.lexsort((along[nodes], piece[nodes]))]
    place = np.full(size, FREE)
    place[nodes] = np.arange(len(nodes))
    of_unit = place[node[free]]
    order = np.argsort(of_unit, kind="stable")
    members = free[order]
    first = np.searchsorted(of_unit[order], np.arange(len(nodes) + 1))
    values = _values(graph, members, first, within_node, place[pairs[within_node, 0]], anchor[nodes] >= 0)
    crossed = [graph.border_m[crossing], (graph.border_m * graph.barrier)[crossing], pulls[crossing]]
    links, (border, barrier, across) = _borders(place[pairs[crossing]], crossed, len(nodes))
    whole = Problem(members, first, anchor[nodes], Units(links.start, links.neighbour, border, barrier, values,
                    graph.xy[nodes], previous[nodes]), across)  # fmt: skip
    ends = np.flatnonzero(np.diff(piece[nodes])) + 1
    return [_part(whole, low, high) for low, high in zip([0, *ends], [*ends, len(nodes)], strict=True)]


def _values(
    graph: UnitGraph, members: Ints, first: Ints, inner: Ints, inner_node: Ints, locked: NDArray[np.bool_]
) -> Floats:
    values = np.zeros((len(first) - 1, COLUMNS))
    for column, of_unit in (
        (WEIGHT, graph.weights),
        (WORK, graph.work),
        (AREA, graph.area_m2),
        (OUTLINE, graph.perimeter_m),
    ):
        values[:, column] = np.add.reduceat(of_unit[members], first[:-1])
    np.add.at(values[:, OUTLINE], inner_node, -2.0 * graph.border_m[inner])
    values[:, ANCHORS] = locked
    return values


def _borders(pairs: Ints, values: list[Floats], n: int) -> tuple[Links, list[Floats]]:
    """Borders between nodes with what is known of each; several between the same two add up."""
    pairs = np.sort(pairs, axis=1)
    keys, place = np.unique(pairs[:, 0] * n + pairs[:, 1], return_inverse=True)
    links = link(np.column_stack([keys // n, keys % n]), n)
    return links, [np.bincount(place, each, len(keys)).astype(np.float64)[links.edge] for each in values]


def _part(whole: Problem, low: int, high: int) -> Problem:
    """The nodes from low to high, which hang together with no others."""
    units, first = whole.units, whole.first
    begin, end = units.start[low], units.start[high]
    return Problem(
        whole.members[first[low] : first[high]],
        first[low : high + 1] - first[low],
        whole.anchor[low:high],
        Units(
            units.start[low : high + 1] - begin,
            units.neighbour[begin:end] - low,
            np.ascontiguousarray(units.border[begin:end]),
            np.ascontiguousarray(units.barrier[begin:end]),
            np.ascontiguousarray(units.values[low:high]),
            np.ascontiguousarray(units.xy[low:high]),
            units.home[low:high].copy(),
        ),
        whole.ties[begin:end],
    )
