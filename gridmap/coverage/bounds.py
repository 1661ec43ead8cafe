"""How many households a grid of a kind should have: the one table of bounds."""

from dataclasses import dataclass
from enum import StrEnum


class Size(StrEnum):
    """A grid's number of households against the bounds of its kind."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"
    UNBOUNDED = "unbounded"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Fewest and most households, both inclusive; None where there is no such limit."""

    lower: int | None = None
    upper: int | None = None

    def size(self, households: int) -> Size:
        """Where a number of households lies.

        >>> Bounds(300, 500).size(299), Bounds(300, 500).size(500), Bounds().size(7)
        (<Size.BELOW: 'below'>, <Size.WITHIN: 'within'>, <Size.UNBOUNDED: 'unbounded'>)
        """
        if self.lower is None and self.upper is None:
            return Size.UNBOUNDED
        if self.lower is not None and households < self.lower:
            return Size.BELOW
        if self.upper is not None and households > self.upper:
            return Size.ABOVE
        return Size.WITHIN


#: A general grid has 300 to 500 households. Parks, malls and schools have few homes or none, villages and pastures follow their
#: settlement: no rule says how many.
BOUNDS: dict[str, Bounds] = {
    "general": Bounds(300, 500),
    "special": Bounds(),
    "rural": Bounds(),
    "pastoral": Bounds(),
}


def bounds_of(kind: str) -> Bounds:
    """The bounds of a kind of grid; a kind that the table does not name has none."""
    return BOUNDS.get(kind, Bounds())


def size_of(kind: str, households: int) -> Size:
    """A grid's size against the bounds of its kind."""
    return bounds_of(kind).size(households)
