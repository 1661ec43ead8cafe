"""Bounds on the weight of grids."""

from dataclasses import dataclass

from gridmap.planning.graph import Floats


@dataclass(frozen=True, slots=True)
class Bounds:
    """Weight of a grid, the bounds included."""

    target: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class UnitBounds:
    """Bounds of the grids that each unit may be in, arrays (n): the same for all units of a community."""

    target: Floats
    lower: Floats
    upper: Floats

    def of(self, unit: int) -> Bounds:
        """Bounds of the grid that has this unit."""
        return Bounds(float(self.target[unit]), float(self.lower[unit]), float(self.upper[unit]))
