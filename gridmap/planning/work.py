"""Hours of work that units ask of a grid worker in a year, and how they are told without telling who lives there."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridmap.privacy import FEW, hidden_places

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: A household is visited twice a year, one with somebody in a care group every month; a case takes an hour.
HOURS_PER_HOUSEHOLD: Final = 0.5
HOURS_PER_CARE_HOUSEHOLD: Final = 6.0
HOURS_PER_CASE: Final = 1.0


def work_hours(households: ArrayLike, care: ArrayLike, cases: ArrayLike) -> Floats:
    """Hours a year of each unit: its ``households``, those of care groups among them, ``cases`` of the last year.

    >>> work_hours([400], [12], [40]).tolist()
    [306.0]
    """
    of_care = np.asarray(care, dtype=np.float64) * (HOURS_PER_CARE_HOUSEHOLD - HOURS_PER_HOUSEHOLD)
    hours: Floats = np.asarray(households) * HOURS_PER_HOUSEHOLD + of_care + np.asarray(cases) * HOURS_PER_CASE
    return hours


def told_hours(households: ArrayLike, care: ArrayLike, cases: ArrayLike, community: ArrayLike) -> Floats:
    """The same as others may read it: from the hours of a unit nobody learns that it has one to four care households, or none.

    Units with fewer than ``FEW`` care households, and those whose number would give them away by the community's sum, all have the
    same care households for each household: as many as they have together, so that the sum of a community stays. Communities where
    that would be fewer than ``FEW`` share one rate among them; it is 0 where they have fewer than ``FEW`` together.

    >>> told_hours([100, 100, 200], [0, 4, 20], [0, 0, 0], ["a", "a", "a"]).tolist()
    [83.0, 83.0, 166.0]
    """
    homes, known = np.asarray(households, dtype=np.float64), np.asarray(care, dtype=np.int64)
    names, place = np.unique(np.asarray(community, dtype=object).astype(str), return_inverse=True)
    veiled = known == 0
    veiled[list(hidden_places(known.tolist(), place.tolist()))] = True
    sums = np.bincount(place[veiled], known[veiled], len(names))
    lived = np.bincount(place[veiled], homes[veiled], len(names))
    few = sums < FEW
    together = sums[few].sum()
    rate = np.where(few, together if together >= FEW else 0.0, sums) / np.maximum(
        np.where(few, lived[few].sum(), lived), 1.0
    )
    return work_hours(homes, np.where(veiled, rate[place] * homes, known), cases)
