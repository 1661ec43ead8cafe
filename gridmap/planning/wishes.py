"""What a planner weighs, and how long the search may take."""

from dataclasses import dataclass
from typing import Final

from gridmap.planning.errors import UnknownMode


@dataclass(frozen=True, slots=True)
class Wishes:
    """Sliders; 1 is the usual weight, 0 none. All weigh against each other within the bounds, never against them.

    ``even``: equal households. ``even_work``: equal work (needs ``work``). ``compact``: round shapes. ``barriers``: borders along
    roads and rivers (needs ``barrier_cost``). ``few_changes``: households stay in their grid (needs ``previous``). ``keep_ties``: the
    buildings of one building head stay in one grid (needs ``ties``).
    """

    even: float = 1.0
    even_work: float = 0.0
    compact: float = 1.0
    barriers: float = 1.0
    few_changes: float = 1.0
    keep_ties: float = 1.0


@dataclass(frozen=True, slots=True)
class Stage:
    """One round of search: ``recuts`` a grid, then ``moves`` a unit, accepted as at a temperature that sinks from ``heat``.

    ``steep``: how much a deviation beyond the tolerance weighs. ``focus``: share of recuts at grids beyond it. ``three``: share of
    recuts of three grids.
    """

    recuts: int
    moves: int
    heat: float = 1.0
    steep: float = 50.0
    focus: float = 0.3
    three: float = 0.1


@dataclass(frozen=True, slots=True)
class Effort:
    """How much a mode searches: ``stages`` one after another, from ``small_starts`` beginnings where there are at most 300 units.

    ``tolerance``: the deviation from the mean that costs little. ``least_border``: nothing counts but the border between grids.
    """

    stages: tuple[Stage, ...]
    small_starts: int
    tolerance: float = 0.04
    least_border: bool = False


MODES: Final = {
    "fast": Effort((Stage(recuts=100, moves=20),), small_starts=1),
    "balanced": Effort((Stage(recuts=400, moves=100),), small_starts=3),
    "tight": Effort(
        (
            Stage(recuts=2400, moves=300),
            Stage(recuts=600, moves=300, heat=0.1, steep=300.0, focus=0.7),
            Stage(recuts=300, moves=100, heat=0.05, steep=1000.0, focus=0.95),
        ),
        small_starts=4,
        tolerance=0.046,
    ),
    "border": Effort((Stage(recuts=3000, moves=1000), Stage(recuts=1000, moves=1000, heat=0.5)), small_starts=12, least_border=True),
}  # fmt: skip


def effort_of(mode: str) -> Effort:
    """The effort of a mode by its name."""
    if mode not in MODES:
        raise UnknownMode(field="mode", mode=mode, modes=", ".join(MODES))
    return MODES[mode]
