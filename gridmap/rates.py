"""Rates of small places, honest about how little they rest on."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def shrunken_rates(counts: ArrayLike, households: ArrayLike, *, per: float = 1000.0) -> NDArray[np.float64]:
    """Rates per ``per`` households, drawn towards the mean of all by as much as their own number is worth little.

    ``counts`` [n], ``households`` [n]; the empirical Bayes estimate of Marshall (1991), method of moments. NaN where there are no
    households or where they are unknown; with no difference beyond chance between the places all have the common rate.

    >>> shrunken_rates([0, 40, 20], [10, 2000, 1000]).round(2).tolist()
    [19.93, 19.93, 19.93]
    """
    cases, homes = np.asarray(counts, dtype=np.float64), np.asarray(households, dtype=np.float64)
    known = (homes > 0) & ~np.isnan(cases)
    found = np.full(cases.shape, np.nan)
    if not known.any():
        return found
    events, at_risk = cases[known], homes[known]
    mean = events.sum() / at_risk.sum()
    raw = events / at_risk
    within = mean / at_risk.mean()
    between = max(float(at_risk @ (raw - mean) ** 2 / at_risk.sum() - within), 0.0)
    weight: Any = between / (between + mean / at_risk) if mean > 0 else np.zeros(len(raw))
    found[known] = (mean + weight * (raw - mean)) * per
    return found
