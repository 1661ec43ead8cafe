"""One point explained: its owner, why, and how sure that is when the position is not exact."""

from dataclasses import dataclass, field
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gridmap.assignment._kernel import metres_per_degree
from gridmap.assignment.reason import Reason
from gridmap.errors import GridmapError

SURE_SHARE: Final = 0.8
"""An owner with a smaller share than this is ambiguous."""

LEAST_SHARE: Final = 0.001
"""Grids with a smaller share are not named."""

SAMPLES: Final = 4096
"""Positions that shares are counted by."""

_GOLDEN_ANGLE: Final = np.pi * (3.0 - np.sqrt(5.0))
# An accuracy is the radius that holds 68 % of positions: of a round normal distribution, 1.5096 standard deviations.
RADIUS_IN_DEVIATIONS: Final = float(np.sqrt(-2.0 * np.log(1.0 - 0.68)))

Floats = NDArray[np.float64]


class InvalidAccuracy(GridmapError):
    """An accuracy that is no distance."""

    code = "invalid_accuracy"
    zh = "定位精度应为不小于0的米数，而不是 {value}。"
    en = "The accuracy must be a distance of 0 m or more, not {value}."


@dataclass(frozen=True)
class Explanation:
    """The owner of one point.

    `position` of the grid, -1 for none; its `code`, None without; `reason`; `distance_to_edge_m` from the point to the
    owner's edge (0 on an edge; the gap's width to the owner for ``gap``; None without an owner). With an accuracy,
    `alternatives` are the grids that may hold the true position, the owner among them, with their shares of the
    probability, largest first; empty when the owner is sure and no second grid has a share of 0.1 %. Grids without codes
    go by their position as text. `share` is the owner's, or that of no grid for a point without one; None without an
    accuracy. `ambiguous` when it is under the limit that was asked for (0.8).
    """

    position: int
    code: str | None
    reason: Reason
    distance_to_edge_m: float | None
    alternatives: list[tuple[str, float]] = field(default_factory=list)
    ambiguous: bool = False
    share: float | None = None


def checked_accuracy(accuracy_m: float | None) -> float:
    """Metres, 0 for an exact position. Raises `InvalidAccuracy`."""
    if accuracy_m is None:
        return 0.0
    if not (np.isfinite(accuracy_m) and accuracy_m >= 0):
        raise InvalidAccuracy(value=accuracy_m, field="accuracy_m")
    return float(accuracy_m)


def likely_positions(lon: float, lat: float, accuracy_m: float) -> tuple[Floats, Floats]:
    """4,096 equally likely positions of a point measured at (lon, lat), degrees, the same each time.

    `accuracy_m` is the radius within which the true position lies with 68 %, as phones report it, of a normal
    distribution alike in all directions. The positions lie on a sunflower spiral (Vogel 1979) whose radii are the
    quantiles of that distribution: shares of half planes are within 0.2 % of the exact ones.
    """
    east, north = unit_positions(SAMPLES)
    deviation_m = accuracy_m / RADIUS_IN_DEVIATIONS
    east_m, north_m = metres_per_degree(lat)
    return lon + deviation_m / east_m * east, lat + deviation_m / north_m * north


@cache
def unit_positions(samples: int) -> tuple[Floats, Floats]:
    """Equally likely positions of a round normal distribution with standard deviation 1 around the origin: east, north."""
    rank = (np.arange(samples) + 0.5) / samples
    radius = np.sqrt(-2.0 * np.log1p(-rank))
    angle = np.arange(samples) * _GOLDEN_ANGLE
    positions = radius * np.cos(angle), radius * np.sin(angle)
    for values in positions:
        values.setflags(write=False)
    return positions
