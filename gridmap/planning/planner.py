"""Plans: units to grids that are contiguous, within bounds and compact."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridmap.planning.demand import Share, share_of, share_out
from gridmap.planning.dividing import Problem, divide
from gridmap.planning.drafts import draft, number
from gridmap.planning.flags import Flag, Message, find_flags, say
from gridmap.planning.graph import read_graph
from gridmap.planning.options import (
    read_bounds,
    read_grid_count,
    read_labels,
    read_locked,
    read_ties,
    read_within,
    seed_of,
)
from gridmap.planning.solving import Progress, Search, Solution, solve
from gridmap.planning.wishes import Wishes, effort_of


@dataclass(frozen=True, slots=True)
class Plan:
    """``labels`` int32[n], 0 to ``k`` - 1; ``flags``: every grid outside the bounds, with the reason; ``messages``: what a planner should know."""

    labels: NDArray[np.int32]
    k: int
    flags: tuple[Flag, ...]
    messages: tuple[Message, ...]


def partition(
    weights: ArrayLike,
    edges: ArrayLike,
    border_m: ArrayLike,
    area_m2: ArrayLike,
    perimeter_m: ArrayLike,
    xy: ArrayLike,
    *,
    target: ArrayLike = 400,
    lower: ArrayLike = 300,
    upper: ArrayLike = 500,
    k: int | None = None,
    within: ArrayLike | None = None,
    locked: ArrayLike | None = None,
    previous: ArrayLike | None = None,
    barrier_cost: ArrayLike | None = None,
    mode: str = "fast",
    rng: int | np.random.Generator | None = None,
    work: ArrayLike | None = None,
    ties: ArrayLike | None = None,
    wishes: Wishes | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> NDArray[np.int32]:
    """The grid of each unit, int32[n] from 0 to k - 1: `plan` without what is to be said about it."""
    return plan(
        weights, edges, border_m, area_m2, perimeter_m, xy,
        target=target, lower=lower, upper=upper, k=k, within=within, locked=locked, previous=previous,
        barrier_cost=barrier_cost, mode=mode, rng=rng, work=work, ties=ties, wishes=wishes, threads=threads, progress=progress,
    ).labels  # fmt: skip


def plan(
    weights: ArrayLike,
    edges: ArrayLike,
    border_m: ArrayLike,
    area_m2: ArrayLike,
    perimeter_m: ArrayLike,
    xy: ArrayLike,
    *,
    target: ArrayLike = 400,
    lower: ArrayLike = 300,
    upper: ArrayLike = 500,
    k: int | None = None,
    within: ArrayLike | None = None,
    locked: ArrayLike | None = None,
    previous: ArrayLike | None = None,
    barrier_cost: ArrayLike | None = None,
    mode: str = "fast",
    rng: int | np.random.Generator | None = None,
    work: ArrayLike | None = None,
    ties: ArrayLike | None = None,
    wishes: Wishes | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Divide n units into grids: each in one piece, within the bounds (inclusive), compact, of about equal weight.

    ``weights`` (n) households; ``edges`` int (m, 2), i < j, once each, with ``border_m`` (m) shared; ``area_m2``, ``perimeter_m`` (n),
    the unit's whole outline; ``xy`` (n, 2) in metres of one plane. ``k``: so many grids, otherwise the plan says how many.
    ``within`` (n): the community of each unit, which no grid crosses. ``target``, ``lower``, ``upper`` may be given for each unit (n), where
    communities differ (rural ones, say): the same throughout each of them. ``locked`` (n): the label that a unit must have, -1 for none;
    or a mask of units that keep their label of ``previous``. Locked units of one label that reach ``lower`` are a complete grid and stay as
    they are; lighter ones may grow. ``previous`` (n): the labels that there are; as few households as possible change hands, and
    a grid that goes on keeps its label where that is below k. ``barrier_cost`` (m): the cost of a metre of this border inside a grid,
    0 for none; infinite where no grid may reach across. ``work`` (n): a second weight to even out. ``ties`` int (t, 2): the
    number of a building head and a unit with a building of theirs; units of one head keep together where they can. ``mode``: fast, balanced, tight, or border
    (the least border between grids, shapes and evenness disregarded). The same ``rng`` (a seed or a generator) gives the same
    plan, with any number of ``threads``. ``progress`` is called with the share done, from any thread; what it raises ends the search.

    A unit heavier than ``upper`` is a grid of its own, flagged. Raises `InvalidUnits` for what is no description of units,
    `InfeasibleDemand` for what no plan can be.

    >>> line = dict(edges=[(0, 1), (1, 2), (2, 3)], border_m=[100] * 3, area_m2=[1e4] * 4, perimeter_m=[400] * 4)
    >>> plan([200, 200, 200, 200], xy=[(0, 0), (100, 0), (200, 0), (300, 0)], **line).labels.tolist()
    [0, 0, 1, 1]
    """
    graph = read_graph(weights, edges, border_m, area_m2, perimeter_m, xy, barrier_cost, work)
    inside = read_within(within, graph.size)
    bounds, count = read_bounds(target, lower, upper, inside), read_grid_count(k)
    before = read_labels("previous", previous, graph.size)
    held = read_locked(locked, before, graph.size)
    search = Search(wishes or Wishes(), effort_of(mode), bool((before >= 0).any()))
    division = divide(graph, inside, held, before, read_ties(ties, graph.size), bounds)
    shares = [share_of(problem, bounds.of(problem.members[0])) for problem in division.problems]
    if count is not None:
        shares = share_out(division.problems, shares, count, len(division.fixed), graph.size)
    solutions = _solve_all(division.problems, shares, search, seed_of(rng), threads, progress)
    drafts = draft(division, solutions, before)
    labels, renumbered = number(drafts, graph.size)
    flags = find_flags(labels, graph.weights, len(drafts), bounds, division, shares)
    messages = say(flags, graph.weights, len(drafts), division, shares, renumbered)
    return Plan(labels.astype(np.int32), len(drafts), flags, messages)


def _solve_all(
    problems: list[Problem],
    shares: list[Share],
    search: Search,
    seed: int,
    threads: int | None,
    progress: Progress | None,
) -> list[Solution]:
    """Solve every problem, several at once. Each has chance of its own, so that the threads make no difference."""
    total = max(1, sum(problem.size for problem in problems))
    done = np.zeros(len(problems))

    def solve_one(i: int) -> Solution:
        def tell(share: float) -> None:
            done[i] = share * problems[i].size
            if progress is not None:
                progress(float(done.sum()) / total)

        tell(0.0)  # what it raises ends the problems that have not begun, too
        found = solve(problems[i], shares[i], search, seed + 7919 * i, tell)
        tell(1.0)
        return found

    workers = min(len(problems), threads or os.cpu_count() or 1)
    if workers < 2:
        return [solve_one(i) for i in range(len(problems))]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(solve_one, range(len(problems))))


def warm_up() -> None:
    """Compile or load the search, so that the first plan does not wait for it."""
    row = [[0, 1], [1, 2], [2, 3]]
    plan([200] * 4, row, [100.0] * 3, [1e4] * 4, [400.0] * 4, [[0, 0], [100, 0], [200, 0], [300, 0]])
