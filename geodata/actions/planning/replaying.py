"""Last year on the grids of a version (方案回放): load, peak day, walking, evenness, beside another version."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geodata.actions.planning.layering import PlanLayer
from geodata.actions.planning.year import Year
from gridmap.assignment import GridIndex
from gridmap.planning.replay import Beside, Replay, beside, replay, starts_in

#: From Monday on. 1970 began on a Thursday.
_FIRST_WEEKDAY = 3


@dataclass(frozen=True, slots=True)
class Replayed:
    """Two replays of the same year and what differs; ``weekdays`` int64[7], events from Monday to Sunday on all of the ground."""

    before: Replay
    after: Replay
    both: Beside
    weekdays: NDArray[np.int64]


def replay_versions(year: Year, before: PlanLayer, after: PlanLayer) -> Replayed:
    """The year on both layers, one worker a grid, who sets out from a point inside. Straight lines: ways in streets are longer on both sides."""
    one, other = (_replay(year, layer) for layer in (before, after))
    weekday = (year.events.day.astype("datetime64[D]").astype(np.int64) + _FIRST_WEEKDAY) % 7
    return Replayed(one, other, beside(one, other), np.bincount(weekday, minlength=7))


def _replay(year: Year, layer: PlanLayer) -> Replay:
    return replay(year.events, GridIndex(layer.shapes), layer.codes, starts_in(layer.shapes))
