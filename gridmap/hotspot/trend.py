"""Whether a series rises or falls, without asking how it does so."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erfc

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trend:
    """``s``: pairs that rise less pairs that fall; ``variance`` of s by chance; ``z`` and two-sided ``p``; one each a series."""

    s: Floats
    variance: Floats
    z: Floats
    p: Floats


def mann_kendall(series: ArrayLike) -> Trend:
    """The test of Mann (1945) and Kendall (1975), corrected for ties and for continuity.

    ``series`` [steps] or [steps, n], each column apart; steps whose value is NaN are left out of their series. Without two different
    values nothing is said: z is 0 and p is 1.

    >>> found = mann_kendall([1, 2, 3, 5, 4, 7, 6, 8, 9, 10])
    >>> int(found.s[0]), float(found.variance[0]), round(float(found.p[0]), 5)
    (41, 125.0, 0.00035)
    """
    values = np.asarray(series, dtype=np.float64)
    values = values.reshape(len(values), -1)
    steps, count = values.shape
    s, ties = np.zeros(count), np.zeros(count)
    for step in range(steps):
        later = values[step + 1 :] - values[step]
        s += np.nansum(np.sign(later), axis=0)
        # Each member of a group of t equals t others with itself: the sum over its members of (t - 1)(2t + 5) is the group's part.
        alike = (values == values[step]).sum(axis=0)
        ties += np.where(alike > 0, (alike - 1.0) * (2.0 * alike + 5.0), 0.0)
    n = (~np.isnan(values)).sum(axis=0)
    variance = np.maximum((n * (n - 1.0) * (2.0 * n + 5.0) - ties) / 18.0, 0.0)
    z = np.zeros(count)
    np.divide(s - np.sign(s), np.sqrt(variance), out=z, where=variance > 0)
    return Trend(s, variance, z, erfc(np.abs(z) / np.sqrt(2.0)))
