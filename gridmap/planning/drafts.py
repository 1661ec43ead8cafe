"""Numbers of grids: those that go on keep theirs."""

from dataclasses import dataclass

import numpy as np

from gridmap.planning.dividing import FREE, Division
from gridmap.planning.graph import Ints
from gridmap.planning.solving import Solution


@dataclass(frozen=True, slots=True)
class Draft:
    """A grid before it has its number: ``name`` is the number that it should have (-1: any), ``locked`` because a lock says so."""

    units: Ints
    name: int
    locked: bool


def draft(division: Division, solutions: list[Solution], previous: Ints) -> list[Draft]:
    """All grids, the fixed ones first."""
    drafts = [_fixed(grid.units, grid.label, previous) for grid in division.fixed]
    for problem, solution in zip(division.problems, solutions, strict=True):
        label = problem.spread(solution.label)
        order = np.argsort(label, kind="stable")
        names, locked = solution.names.copy(), np.zeros(solution.k, dtype=bool)
        anchored = problem.anchor >= 0
        names[solution.label[anchored]] = problem.anchor[anchored]
        locked[solution.label[anchored]] = True
        groups = np.split(problem.members[order], np.cumsum(np.bincount(label, minlength=solution.k))[:-1])
        drafts += [Draft(units, int(names[i]), bool(locked[i])) for i, units in enumerate(groups)]
    return drafts


def _fixed(units: Ints, label: int, previous: Ints) -> Draft:
    return Draft(units, label if label != FREE else int(previous[units[0]]), label != FREE)


def number(drafts: list[Draft], n: int) -> tuple[Ints, list[int]]:
    """Labels 0 to k - 1 of n units, and the locked numbers that could not be kept because there are fewer grids.

    A number goes to the grid that has a lock on it, else to the largest one that should have it; the others take what is free.
    """
    k = len(drafts)
    chosen = np.full(k, FREE)
    taken: set[int] = set()
    for i in sorted(range(k), key=lambda i: (not drafts[i].locked, -len(drafts[i].units), i)):
        name = drafts[i].name
        if 0 <= name < k and name not in taken:
            chosen[i] = name
            taken.add(name)
    free = iter(sorted(set(range(k)) - taken))
    labels = np.empty(n, dtype=np.int64)
    for i, grid in enumerate(drafts):
        if chosen[i] < 0:
            chosen[i] = next(free)
        labels[grid.units] = chosen[i]
    return labels, [grid.name for grid, label in zip(drafts, chosen, strict=True) if grid.locked and grid.name != label]
