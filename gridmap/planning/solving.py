"""One problem: units that hang together, to become k grids."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gridmap.planning import _kernel
from gridmap.planning._kernel import ANCHORS, AREA, WEIGHT, WORK, Aims
from gridmap.planning.demand import Share
from gridmap.planning.dividing import FREE, Problem
from gridmap.planning.graph import Floats, Ints
from gridmap.planning.starting import begin_anew, begin_from
from gridmap.planning.wishes import Effort, Stage, Wishes

Progress = Callable[[float], None]

_SMALL = 300  # units; problems up to this size are begun several times
_BIAS_M = 1.0  # added to the length of a border when a tree chooses
# Temperatures at which recuts and moves are accepted, at first and at last.
_RECUT_HOT, _RECUT_COLD = 0.2, 0.008
_MOVE_HOT, _MOVE_COLD = 0.03, 0.003
_REPLANNING_HEAT = 0.3
_MENDING_ROUNDS = 12
_MEND = Stage(recuts=40, moves=20, heat=0.3, focus=0.9, three=0.4)
_NOTHING = 1e-9
# Scores, near 1 a grid: of a barrier of cost 1 as long as the outline of a square grid, and of a building head kept in one grid.
_BARRIER, _TIE = 2.0, 0.3


@dataclass(frozen=True, slots=True)
class Search:
    """What holds for all problems of a plan."""

    wishes: Wishes
    effort: Effort
    replanning: bool


@dataclass(frozen=True, slots=True)
class Solution:
    """Labels of a problem's nodes, 0 to k - 1; ``names`` (k): the label of the previous plan, or -1; ``missed`` is the weight outside the bounds, ``score`` the smaller the better."""

    label: Ints
    k: int
    names: Ints
    missed: float
    score: float

    def better_than(self, other: "Solution | None") -> bool:
        """Nearer to the bounds, and among equals with the better score."""
        if other is None:
            return True
        return (round(self.missed, 6), self.score) < (round(other.missed, 6), other.score)


def solve(problem: Problem, share: Share, search: Search, seed: int, progress: Progress) -> Solution:
    """The best plan found for one problem; other numbers of grids are tried when the first leaves grids outside the bounds."""
    best: Solution | None = None
    for k in share.alternatives():
        found = _solve_for(problem, k, share, search, seed, progress)
        if found.better_than(best):
            best = found
        if found.missed <= _NOTHING or not share.possible:
            break
    assert best is not None
    return best


def _solve_for(problem: Problem, k: int, share: Share, search: Search, seed: int, progress: Progress) -> Solution:
    aims = _aims(problem, k, share, search)
    problem = _priced(problem, aims, search.wishes)
    if k == 1:
        home = problem.units.home[problem.units.home >= 0]
        name = np.bincount(home).argmax() if len(home) else FREE
        return _measured(problem, np.zeros(problem.size, dtype=np.int64), np.array([name]), aims, 0.0)
    effort = search.effort
    starts = effort.small_starts if problem.size <= _SMALL and not search.replanning else 1
    best: Solution | None = None
    for start in range(starts):
        found = _one_start(problem, k, aims, search, seed + 1000 * start, progress)
        if found.better_than(best):
            best = found
    assert best is not None
    return best


def _one_start(problem: Problem, k: int, aims: Aims, search: Search, seed: int, progress: Progress) -> Solution:
    effort = search.effort
    if search.replanning:
        problem, label, names = begin_from(problem, k, seed)
    else:
        label, names = begin_anew(problem, k, seed), np.full(k, FREE)
    best = _measured(problem, label, names, aims, math.inf)
    heat = _REPLANNING_HEAT if search.replanning else 1.0
    for turn, stage in enumerate(effort.stages):
        found = _run(problem, best, aims, replace(stage, heat=heat * stage.heat), seed + turn)
        # Scores of stages that weigh deviations differently do not compare: the later stage counts.
        later = found.better_than(best) if effort.least_border else found.missed <= best.missed
        best = found if later or turn == 0 else best
        progress((turn + 1) / len(effort.stages))
    for turn in range(_MENDING_ROUNDS):
        if best.missed <= _NOTHING:
            break
        mend = replace(_MEND, recuts=_MEND.recuts * (1 + turn // 2))
        found = _run(problem, best, aims, mend, seed + 100 + turn)
        if found.better_than(best):
            best = found
    return best


def _run(problem: Problem, last: Solution, aims: Aims, stage: Stage, seed: int) -> Solution:
    label = last.label.copy()
    score = _kernel.search(
        problem.units, aims._replace(steep=aims.steep * stage.steep), label, last.k, seed % 2**32,
        stage.recuts * last.k, stage.moves * problem.size,
        _RECUT_HOT * stage.heat, _RECUT_COLD, _MOVE_HOT * stage.heat, _MOVE_COLD, stage.focus, stage.three, _BIAS_M,
    )  # fmt: skip
    return _measured(problem, label, last.names, aims, score)


def _measured(problem: Problem, label: Ints, names: Ints, aims: Aims, score: float) -> Solution:
    k = len(names)
    weight = np.bincount(label, problem.units.values[:, WEIGHT], k)
    anchors = np.bincount(label, problem.units.values[:, ANCHORS], k)
    missed = np.maximum(aims.lower - weight, 0.0) + np.maximum(weight - aims.upper, 0.0)
    return Solution(label, k, names, float(missed.sum() + 1e6 * np.maximum(anchors - 1.0, 0.0).sum()), score)


def _priced(problem: Problem, aims: Aims, wishes: Wishes) -> Problem:
    """The problem with what borders inside a grid cost, in metres of barrier: what the planner weighs of them, less what ties save."""
    metres_a_tie = _TIE * wishes.keep_ties / aims.barrier if aims.barrier > 0.0 else 0.0
    cost = wishes.barriers * problem.units.barrier - metres_a_tie * problem.ties
    return replace(problem, units=problem.units._replace(barrier=cost))


def _aims(problem: Problem, k: int, share: Share, search: Search) -> Aims:
    """What grids of a problem are judged by: as `Wishes`, in numbers near 1 a grid."""
    values: Floats = problem.units.values
    wishes, effort, bounds = search.wishes, search.effort, share.bounds
    mean = max(problem.weight / k, _NOTHING)
    outline_m = 4.0 * math.sqrt(max(values[:, AREA].sum() / k, _NOTHING))
    aims = Aims(
        mean=mean,
        lower=bounds.lower if share.possible else min(bounds.lower, 0.9 * mean),
        upper=bounds.upper if share.possible else max(bounds.upper, 1.1 * mean),
        tolerance=effort.tolerance,
        mean_work=max(values[:, WORK].sum() / k, _NOTHING),
        even=0.3 * wishes.even,
        steep=wishes.even,
        outside=50.0,
        even_work=2.0 * wishes.even_work,
        compact=0.3 * wishes.compact,
        border=0.0,
        barrier=_BARRIER / outline_m,
        change=0.0,
    )
    if effort.least_border:
        return aims._replace(even=0.0, steep=0.0, even_work=0.0, compact=0.0, barrier=0.0, border=1.0 / outline_m)
    if search.replanning:  # within the bounds, what is even and round counts for less than what stays
        stays = 1.0 / (1.0 + 20.0 * wishes.few_changes)
        return aims._replace(
            even=stays * aims.even, steep=stays * aims.steep, even_work=stays * aims.even_work,
            compact=stays * aims.compact, change=2.0 * wishes.few_changes,
        )  # fmt: skip
    return aims
