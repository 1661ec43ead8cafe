"""Where the search begins: halves of halves, or the previous plan."""

from dataclasses import replace

import numpy as np

from gridmap.planning._kernel import AREA, WEIGHT
from gridmap.planning.dividing import FREE, Problem
from gridmap.planning.graph import Floats, Ints
from gridmap.planning.starting import _kernel

__all__ = ["begin_anew", "begin_from"]

_LEAST_SHARE = 1e-6  # of the whole, so that empty units count for something too
_STRETCH = 0.15  # of the ground when it is halved, so that another seed halves it otherwise
_GONE = -2  # home of units whose grid was merged into another


def begin_anew(problem: Problem, k: int, seed: int) -> Ints:
    """k grids in one piece each, of about equal weight, without regard to shapes; another seed draws other lines."""
    units = problem.units
    east, aslant = np.random.default_rng(seed).normal(0.0, _STRETCH, 2)
    stretched = units.xy @ np.array([[1.0 + east, aslant], [aslant, 1.0 - east]])
    weight = _never_empty(units.values[:, WEIGHT])
    label: Ints = _kernel.bisect(stretched, weight, _never_empty(units.values[:, AREA]), k)
    _kernel.mend(units.start, units.neighbour, units.border, weight, label, k)
    return label


def _never_empty(values: Floats) -> Floats:
    total = float(values.sum())
    more: Floats = values + _LEAST_SHARE * (total if total > 0.0 else 1.0) / len(values)
    return more


def begin_from(problem: Problem, k: int, seed: int) -> tuple[Problem, Ints, Ints]:
    """k grids as near to the previous ones as may be: units without a grid join one, light grids merge, heavy ones are halved.

    Gives the problem with ``home`` by the new labels, the label of each node, and the previous number of each label (-1: new).
    """
    home = problem.units.home
    names, place = np.unique(home[home >= 0], return_inverse=True)
    if len(names) == 0:
        return problem, begin_anew(problem, k, seed), np.full(k, FREE)
    label = np.full(problem.size, FREE)
    label[home >= 0] = place
    home = label.copy()
    weight = _never_empty(problem.units.values[:, WEIGHT])
    _mend(problem, label, len(names))
    while len(names) > k:
        kept = _merge_lightest(problem, label, weight, len(names))
        home = np.where(np.isin(home, kept), np.searchsorted(kept, home), np.where(home >= 0, _GONE, home))
        names = names[kept]
    while len(names) < k:
        _halve_heaviest(problem, label, weight, len(names))
        names = np.append(names, FREE)
    return replace(problem, units=problem.units._replace(home=home)), label, names


def _mend(problem: Problem, label: Ints, k: int) -> None:
    units = problem.units
    _kernel.mend(units.start, units.neighbour, units.border, _never_empty(units.values[:, WEIGHT]), label, k)


def _merge_lightest(problem: Problem, label: Ints, weight: Floats, k: int) -> Ints:
    """Merge the lightest grid into its lightest neighbour; labels close ranks. Gives the old labels that remain, in order."""
    units = problem.units
    heavy = np.bincount(label, weight, k)
    lightest = int(heavy.argmin())
    source = np.repeat(np.arange(problem.size), np.diff(units.start))
    beside = np.unique(label[units.neighbour[label[source] == lightest]])
    beside = beside[beside != lightest]
    label[label == lightest] = beside[heavy[beside].argmin()]
    kept: Ints = np.delete(np.arange(k), lightest)
    label[:] = np.searchsorted(kept, label)
    return kept


def _halve_heaviest(problem: Problem, label: Ints, weight: Floats, k: int) -> None:
    """Make label k of half of the heaviest grid that has two nodes."""
    heavy = np.bincount(label, weight, k)
    heavy[np.bincount(label, minlength=k) < 2] = -1.0
    nodes = np.flatnonzero(label == heavy.argmax())
    area = _never_empty(problem.units.values[nodes, AREA])
    half = _kernel.bisect(problem.units.xy[nodes], weight[nodes], area, 2)
    label[nodes[half == 1]] = k
    _mend(problem, label, k + 1)
