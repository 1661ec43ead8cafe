"""Whether counts of two periods of equal length differ by more than chance, said in five classes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Fewer reports than this expected in each period: nothing can be said.
LEAST_EXPECTED = 5.0
#: Beyond this many standard deviations one place in about a hundred without any change would be called changed.
CLEAR_Z = 2.576

TOO_FEW = -1
MUCH_FEWER, FEWER, SAME, MORE, MUCH_MORE = range(5)


def change_classes(now: Any, before: Any) -> NDArray[np.int8]:
    """A class per place for its reports ``now`` [n] and ``before`` [n] in periods of equal length.

    Without any change both counts are Poisson with one mean, so that ``(now - before) / sqrt(now + before)`` is about standard
    normal. ``SAME`` holds what stays within ``CLEAR_Z``; beyond it ``MORE`` and ``FEWER``, or ``MUCH_MORE`` from the double and
    ``MUCH_FEWER`` from the half on. ``TOO_FEW`` where the mean of both is below ``LEAST_EXPECTED``.

    >>> change_classes([30, 60, 12, 4, 2, 10], [28, 20, 45, 3, 8, 0]).tolist()
    [2, 4, 0, -1, 2, 4]
    """
    new, old = np.asarray(now, dtype=np.float64), np.asarray(before, dtype=np.float64)
    total = new + old
    z = (new - old) / np.sqrt(np.maximum(total, 1.0))
    found = np.full(total.shape, SAME, dtype=np.int8)
    found[z > CLEAR_Z] = MORE
    found[z < -CLEAR_Z] = FEWER
    found[(z > CLEAR_Z) & (new >= 2 * old)] = MUCH_MORE
    found[(z < -CLEAR_Z) & (2 * new <= old)] = MUCH_FEWER
    found[total < 2 * LEAST_EXPECTED] = TOO_FEW
    return found
