"""How many grids each problem gets."""

import heapq
import math
from dataclasses import dataclass, replace

import numpy as np

from gridmap.planning.bounds import Bounds
from gridmap.planning.dividing import Problem
from gridmap.planning.errors import BoundsExclude, FewerGridsThanPieces, MoreGridsThanUnits

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Share:
    """The grids of one problem: ``k`` to begin with, at least ``least`` and at most ``most``, each within ``bounds``.

    ``possible`` is False where no number of grids brings all within the bounds: then ``k`` misses them least.
    """

    k: int
    least: int
    most: int
    possible: bool
    bounds: Bounds

    def alternatives(self) -> list[int]:
        """``k`` first, then its neighbours that may do as well."""
        return [self.k, *(k for k in (self.k + 1, self.k - 1) if self.least <= k <= self.most)]


def share_of(problem: Problem, bounds: Bounds) -> Share:
    """Grids for one problem: as many as it had when the bounds leave room for that, otherwise as the target says."""
    home = problem.units.home
    keep = len(np.unique(home[home >= 0]))
    weight, anchors = problem.weight, max(1, problem.anchors)
    least = max(anchors, math.ceil(weight / bounds.upper - _ROUNDING))
    most = min(problem.size, math.floor(weight / bounds.lower + _ROUNDING))
    if least > most:
        k = min(_nearest(weight, bounds, anchors), problem.size)
        return Share(k, k, k, possible=False, bounds=bounds)
    k = keep if keep and _roomy(weight / keep, bounds) else round(weight / bounds.target)
    return Share(min(max(k, least), most), least, most, possible=True, bounds=bounds)


def _nearest(weight: float, bounds: Bounds, least: int) -> int:
    """The number of grids that misses the bounds by the smallest share."""
    few = max(least, math.floor(weight / bounds.lower + _ROUNDING))
    many = max(least, math.ceil(weight / bounds.upper - _ROUNDING))
    above, below = weight / few / bounds.upper, bounds.lower * many / max(weight, _ROUNDING)
    return few if above <= below else many


def _roomy(mean: float, bounds: Bounds) -> bool:
    """Whether a mean leaves room for the drift of single grids: a fifth of the way from the target to either bound is kept free."""
    low = bounds.lower + 0.2 * (bounds.target - bounds.lower)
    high = bounds.upper - 0.2 * (bounds.upper - bounds.target)
    return low <= mean <= high


def share_out(problems: list[Problem], shares: list[Share], k: int, fixed: int, units: int) -> list[Share]:
    """Shares that add up to k grids with the fixed ones, as near to the target as they can be; `InfeasibleDemand` where they cannot."""
    free = [
        share if share.possible else replace(share, least=1, most=problem.size)
        for share, problem in zip(shares, problems, strict=True)
    ]
    least, most = fixed + sum(share.least for share in free), fixed + sum(share.most for share in free)
    pieces = fixed + sum(max(1, problem.anchors) for problem in problems)
    if k > units:
        raise MoreGridsThanUnits(field="k", k=k, units=units)
    if k < pieces:
        raise FewerGridsThanPieces(field="k", k=k, least=pieces)
    if not least <= k <= most:
        weight = sum(problem.weight for problem in problems)
        lowest, highest = min(share.bounds.lower for share in free), max(share.bounds.upper for share in free)
        raise BoundsExclude(field="k", weight=weight, k=k, lower=lowest, upper=highest, least=least, most=most)
    counts = [share.k for share in free]
    missing = k - fixed - sum(counts)
    step = 1 if missing > 0 else -1
    queue = [
        (_misses(problems[i], counts[i] + step, free[i].bounds), i)
        for i in range(len(problems))
        if _may(free[i], counts[i] + step)
    ]
    heapq.heapify(queue)
    for _ in range(abs(missing)):
        _, i = heapq.heappop(queue)
        counts[i] += step
        if _may(free[i], counts[i] + step):
            heapq.heappush(queue, (_misses(problems[i], counts[i] + step, free[i].bounds), i))
    return [replace(share, k=count, least=count, most=count) for count, share in zip(counts, free, strict=True)]


def _may(share: Share, count: int) -> bool:
    return share.least <= count <= share.most


def _misses(problem: Problem, count: int, bounds: Bounds) -> float:
    return abs(problem.weight / count / bounds.target - 1.0)
