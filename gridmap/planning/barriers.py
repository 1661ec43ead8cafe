"""What it costs a grid to reach across roads, rails and water."""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: Cost of a metre of border inside a grid, by what runs along it: 1 is as bad as a metre of outline. Classes of roads are
#: OpenStreetMap's; those not named here cost as little as the alleys of a compound.
BARRIER_COSTS: Final = {
    "water": 2.0, "rail": 2.0, "motorway": 2.0, "trunk": 1.5, "primary": 1.0, "secondary": 0.6, "tertiary": 0.3,
    "unclassified": 0.1, "residential": 0.1, "road": 0.1,
}  # fmt: skip


def barrier_costs(classes: Iterable[str]) -> NDArray[np.float64]:
    """Costs for `partition` from the classes of borders; links of roads cost as their roads.

    >>> barrier_costs(["", "primary_link", "water", "footway"]).tolist()
    [0.0, 1.0, 2.0, 0.0]
    """
    return np.array([BARRIER_COSTS.get(each.removesuffix("_link"), 0.0) for each in classes], dtype=np.float64)
