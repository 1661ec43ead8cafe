"""Find clusters in space and time, and say how likely chance alone is."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridmap.hotspot.scan import _kernel
from gridmap.hotspot.scan.chance import Chance, largest_by_chance
from gridmap.hotspot.scan.errors import BadScanInput
from gridmap.hotspot.scan.expectation import Expected, expected
from gridmap.hotspot.scan.windows import Best, RecentWindows, Windows, WindowsOfAnyTime, recent_counts
from gridmap.hotspot.scan.zones import Zones, zones

Counts = NDArray[np.int64]

#: Ratios below this are rounding, not clusters.
_NOTHING = 1e-9
#: Observed ratios count as reached by replicates that differ in rounding alone.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Cluster:
    """Places (positions, the middle one first) and steps (both inclusive) with more cases than expected.

    ``llr`` the log-likelihood ratio; ``p_value`` the share of replicates, this one among them, with a largest ratio as high;
    ``recurrence_interval`` in steps, when it is looked for at every step.
    """

    members: tuple[int, ...]
    first_step: int
    last_step: int
    observed: int
    expected: float
    relative_risk: float
    llr: float
    p_value: float

    @property
    def recurrence_interval(self) -> float:
        """Steps between two clusters as strong that chance alone would bring."""
        return 1.0 / self.p_value


def space_time_scan(
    cases: ArrayLike,
    xy: ArrayLike,
    *,
    model: str = "permutation",
    population: Any = None,
    max_radius: float | None = None,
    max_places: int | None = None,
    max_population_share: float = 0.5,
    max_steps: int = 1,
    prospective: bool = True,
    replicates: int = 999,
    rng: int | np.random.Generator | None = None,
    threads: int = 2,
) -> list[Cluster]:
    """Clusters of cases in space and time that share no place, the highest ratio first (Kulldorff 1997, 2001; Kulldorff et al. 2005).

    ``cases`` int[steps, places], the oldest step first; ``xy`` [places, 2] in one Euclidean unit, that of ``max_radius``. Windows are the
    nearest places around each place (those at one distance enter together) over up to ``max_steps`` steps that end with the last one
    (``prospective``) or with any. A zone holds at most ``max_places`` places and ``max_population_share`` of the population (under
    permutation: of the cases). ``model`` and ``population`` as in `expectation.expected`. ``rng``: the same seed gives the same answer,
    whatever ``threads``. Relative risk: inside over outside under poisson, observed over expected else.
    Errors: ``BadScanInput`` names the argument; ``CasesWithoutPopulation``, ``ScanTooLarge``.
    """
    counts, places = _checked(cases, xy)
    _check_limits(max_radius, max_places, max_population_share, max_steps, replicates, threads)
    if counts.size == 0:
        return []
    under = expected(model, counts, population)
    if counts.sum() == 0:
        return []
    longest = min(max_steps, len(counts))
    around = zones(places, under.mass, max_radius=max_radius, max_places=max_places, max_share=max_population_share)
    kind = RecentWindows if prospective else WindowsOfAnyTime
    windows: Windows = kind(around, under.mean, under.total, longest)
    best = windows.best(recent_counts(counts, windows.steps))
    found = _apart(best, around)
    if not len(found):
        return []
    ratios = best.ratio[found[:, 0], found[:, 1]]
    chance = Chance.of(model, counts, under, windows.steps, replicates, rng)
    largest = largest_by_chance(windows, chance, float(ratios.min()) * (1 - 2 * _ROUNDING), threads)
    reached = (largest[None, :] >= ratios[:, None] * (1 - _ROUNDING)).sum(axis=1)
    p_values = (1 + reached) / (replicates + 1)
    return [
        _cluster(model, counts, under, best, around, centre, last, float(p))
        for (centre, last), p in zip(found.tolist(), p_values, strict=True)
    ]


def _apart(best: Best, around: Zones) -> Counts:
    """Zones (middle, number of places less one) that share no place, the highest ratio first; of equal ones that with fewer places."""
    centre, last = np.nonzero(best.ratio > _NOTHING)
    order = np.lexsort((centre, last, -best.ratio[centre, last]))
    candidates = np.column_stack([centre, last])[order]
    used = np.zeros(len(around.reach), dtype=np.bool_)
    chosen: Counts = candidates[_kernel.apart(candidates, around.order, used)]
    return chosen


def _cluster(
    model: str, counts: Counts, under: Expected, best: Best, around: Zones, centre: int, last: int, p_value: float
) -> Cluster:
    members = around.order[centre, : last + 1]
    last_step = len(counts) - 1 - int(best.ends[centre, last])
    first_step = last_step - int(best.length[centre, last]) + 1
    inside = (slice(first_step, last_step + 1), members)
    observed, mean = int(counts[inside].sum()), float(under.mean[inside].sum())
    risk = observed / mean
    if model == "poisson":
        rest, rest_mean = under.total - observed, under.total - mean
        risk = risk / (rest / rest_mean) if rest > 0 else float("inf")
    llr = float(best.ratio[centre, last])
    return Cluster(tuple(members.tolist()), first_step, last_step, observed, mean, risk, llr, p_value)


def _checked(cases: ArrayLike, xy: ArrayLike) -> tuple[Counts, NDArray[np.float64]]:
    given, places = np.asarray(cases), np.asarray(xy, dtype=np.float64)
    if given.ndim != 2:
        raise BadScanInput(name="cases", reason="[steps, places]")
    counts = given.astype(np.int64)
    if not np.array_equal(counts, given) or (counts < 0).any():
        raise BadScanInput(name="cases", reason="0, 1, 2, …")
    if places.shape != (counts.shape[1], 2) or not np.isfinite(places).all():
        raise BadScanInput(name="xy", reason=f"[{counts.shape[1]}, 2]")
    return counts, places


def _check_limits(
    radius: float | None, places: int | None, share: float, steps: int, replicates: int, threads: int
) -> None:
    for name, good, reason in (
        ("max_radius", radius is None or radius >= 0, "≥ 0"),
        ("max_places", places is None or places >= 1, "≥ 1"),
        ("max_population_share", 0 < share <= 1, "0 – 1"),
        ("max_steps", steps >= 1, "≥ 1"),
        ("replicates", replicates >= 0, "≥ 0"),
        ("threads", threads >= 1, "≥ 1"),
    ):
        if not good:
            raise BadScanInput(name=name, reason=reason)
