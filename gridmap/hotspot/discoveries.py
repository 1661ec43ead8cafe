"""Many tests at once: which of them may be called findings."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def discoveries(p: ArrayLike, alpha: float = 0.05) -> NDArray[np.bool_]:
    """Those of many tests whose p-values are called findings, so that at most ``alpha`` of the findings are expected to be chance
    (Benjamini and Hochberg 1995). NaN: not a test, never a finding.

    >>> discoveries([0.01, 0.02, 0.039, 0.2, float("nan")]).tolist()
    [True, True, False, False, False]
    """
    values: Any = np.asarray(p, dtype=np.float64)
    tested = np.sort(values[~np.isnan(values)])
    allowed = np.flatnonzero(tested <= alpha * np.arange(1, len(tested) + 1) / max(len(tested), 1))
    found: NDArray[np.bool_] = values <= (tested[allowed[-1]] if len(allowed) else -1.0)
    return found
