"""People to whole households whose sum is that of the people."""

import numpy as np
from numpy.typing import ArrayLike

from gridmap.planning.units.errors import WeightsWrong
from gridmap.planning.units.ground import Ints


def households_of_people(people: ArrayLike, people_per_household: float = 2.5) -> Ints:
    """Whole households of buildings (n) from people, by largest remainders.

    Their sum is that of the people over ``people_per_household``, rounded (a half up). Each building has the quotient rounded down; what is left goes one by
    one to the largest remainders, of equal ones to the first rows. Errors: ``WeightsWrong`` names a row that is missing or negative.

    >>> households_of_people([3, 3, 3, 1]).tolist()
    [1, 1, 1, 1]
    """
    given = np.asarray(people, dtype=np.float64)
    if not (np.isfinite(people_per_household) and people_per_household > 0):
        raise WeightsWrong(
            field="people_per_household",
            reason_zh="每户人数应大于 0",
            reason="people per household must be more than 0",
        )
    for bad, zh, en in (
        (~np.isfinite(given), "缺少数值", "the value is missing"),
        (given < 0, "不能为负数", "it is negative"),
    ):
        if bad.any():
            raise WeightsWrong(field="people", row=int(np.flatnonzero(bad)[0]), reason_zh=zh, reason=en)
    exact = given / people_per_household
    whole = np.floor(exact)
    left = int(np.floor(given.sum() / people_per_household + 0.5)) - int(whole.sum())
    first = np.argsort(-np.round(exact - whole, 9), kind="stable")[: max(left, 0)]
    whole[first] += 1
    found: Ints = whole.astype(np.int64)
    return found
