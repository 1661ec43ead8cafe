"""Grids from which people complain and hardly a whistle comes (有诉无哨)."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from gridmap.hotspot.discoveries import discoveries
from gridmap.hotspot.whistles.leading import UnequalEvents

Floats = NDArray[np.float64]

#: Fewer complaints say nothing about a grid.
LEAST_COMPLAINTS: Final = 5
#: This share of the grids called silent may be called so by chance.
FALSE_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Silence:
    """``expected`` float64[n]: whistles for as many complaints as a grid has, by the ratio of all other grids; ``p`` float64[n]: how likely
    so few are by chance, NaN where there are too few complaints; ``silent`` bool[n]; ``dispersion``: the variance between grids beyond
    chance, as a share of the square of what is expected (0: Poisson)."""

    expected: Floats
    p: Floats
    silent: NDArray[np.bool_]
    dispersion: float


def silent_grids(
    whistles: ArrayLike, complaints: ArrayLike, *, least: int = LEAST_COMPLAINTS, false_share: float = FALSE_SHARE
) -> Silence:
    """Grids with fewer whistles than their complaints let expect.

    ``whistles`` int[n], ``complaints`` int[n] of one period. The tail is Poisson's, or that of the negative binomial where the grids differ
    by more than chance (dispersion by moments); many grids are corrected for (see `discoveries`). Errors: ``UnequalEvents``.

    >>> found = silent_grids([10, 12, 0, 9, 11], [10, 11, 12, 10, 2])
    >>> found.silent.tolist(), found.expected.round(1).tolist()
    ([False, False, True, False, False], [9.1, 9.7, 15.3, 9.4, 1.4])
    """
    heard, asked = np.asarray(whistles, dtype=np.float64), np.asarray(complaints, dtype=np.float64)
    if heard.shape != asked.shape:
        raise UnequalEvents(lengths=[len(heard), len(asked)])
    others = asked.sum() - asked
    expected = np.divide(asked * (heard.sum() - heard), others, out=np.full(heard.shape, np.nan), where=others > 0)
    judged = (asked >= least) & (expected > 0)
    dispersion = _dispersion(heard[judged], expected[judged])
    p = np.full(heard.shape, np.nan)
    if dispersion > 0:
        size = 1.0 / dispersion
        p[judged] = stats.nbinom.cdf(heard[judged], size, size / (size + expected[judged]))
    else:
        p[judged] = stats.poisson.cdf(heard[judged], expected[judged])
    return Silence(expected, p, discoveries(p, false_share), dispersion)


def _dispersion(heard: Floats, expected: Floats) -> float:
    """Moments: the variance of a count is expected + dispersion x expected**2."""
    if len(heard) < 2:
        return 0.0
    return max(float(((heard - expected) ** 2 - expected).sum() / (expected**2).sum()), 0.0)
