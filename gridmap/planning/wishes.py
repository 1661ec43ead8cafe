"""What a planner weighs, and how long the search may take."""

from dataclasses import dataclass
from typing import Final

from gridmap.planning.errors import UnknownMode


@dataclass(frozen=True, slots=True)
class Wishes:
    """Sliders; 1 is the usual weight, 0 none. All weigh against each other within the bounds, never against them.

    ``even``: equal households. ``even_work``: equal work (needs ``work``). ``compact``: round shapes. ``barriers``: borders along
    roads and rivers (needs ``barrier_cost``). ``few_changes``: households stay in their grid (needs ``previous``).
    """

    even: float = 1.0
    even_work: float = 0.0
    compact: float = 1.0
    barriers: float = 1.0
    few_changes: float = 1.0


@dataclass(frozen=True, slots=True)
class Effort:
    """How much a mode searches: ``recuts`` a grid and ``moves`` a unit in each of so many ``rounds``, from so many ``starts``.

    ``small_starts`` for problems of at most 300 units. ``tolerance``: the deviation from the mean that costs nothing.
    """

    recuts: int
    moves: int
    rounds: int
    starts: int
    small_starts: int
    tolerance: float
    least_border: bool = False


MODES: Final = {
    "fast": Effort(recuts=80, moves=80, rounds=1, starts=1, small_starts=1, tolerance=0.05),
    "balanced": Effort(recuts=300, moves=200, rounds=1, starts=1, small_starts=3, tolerance=0.05),
    "tight": Effort(recuts=1000, moves=300, rounds=2, starts=1, small_starts=4, tolerance=0.035),
    "border": Effort(recuts=3000, moves=2000, rounds=2, starts=1, small_starts=4, tolerance=1.0, least_border=True),
}


def effort_of(mode: str) -> Effort:
    """The effort of a mode by its name."""
    if mode not in MODES:
        raise UnknownMode(field="mode", mode=mode, modes=", ".join(MODES))
    return MODES[mode]
