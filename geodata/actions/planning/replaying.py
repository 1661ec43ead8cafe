"""Last year on the grids of a version (方案回放): load, peak day, walking, evenness, beside another version."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.actions.planning.layering import PlanLayer
from geodata.actions.planning.year import Year
from gridmap.assignment import GridIndex
from gridmap.planning.replay import Beside, Replay, beside, replay, starts_in

#: 1970 began on a Thursday; Monday is 0.
_FIRST_WEEKDAY: Final = 3
#: Boundaries of grids and of units are the same lines but for a tenth of a millimetre; a point there is in no gap.
_SEAM_M: Final = 0.001


@dataclass(frozen=True, slots=True)
class Replayed:
    """Two replays of the same year and what differs.

    ``weekdays``, a row a day from Monday on: ``events`` on all of the ground, ``busiest_before`` and ``busiest_after``, what the worker with most
    of them on that day of the week had, in the whole year.
    """

    before: Replay
    after: Replay
    both: Beside
    weekdays: pd.DataFrame


def replay_versions(year: Year, before: PlanLayer, after: PlanLayer) -> Replayed:
    """The year on both layers, one worker a grid, who sets out from a point inside. Straight lines: ways in streets are longer on both sides."""
    one, other = (_replay(year, layer) for layer in (before, after))
    weekday = (year.events.day.astype(np.int64) + _FIRST_WEEKDAY) % 7
    weekdays = pd.DataFrame(
        {
            "events": np.bincount(weekday, minlength=7),
            "busiest_before": _busiest(one, weekday),
            "busiest_after": _busiest(other, weekday),
        }
    )
    return Replayed(one, other, beside(one, other), weekdays)


def _replay(year: Year, layer: PlanLayer) -> Replay:
    return replay(
        year.events, GridIndex(layer.shapes), layer.codes, starts_in(layer.shapes), gap_limit_m=_SEAM_M
    )  # fmt: skip


def _busiest(found: Replay, weekday: NDArray[np.int64]) -> NDArray[np.int64]:
    grids = max(len(found.grids), 1)
    owned = found.owner >= 0
    counts = np.bincount(weekday[owned] * grids + found.owner[owned], minlength=7 * grids)
    most: NDArray[np.int64] = counts.reshape(7, grids).max(axis=1)
    return most
