"""Replay (方案回放): what happened last year, on the grids of a draft, beside the present ones.

Who would have had it, how much on which day, how far to walk, and how evenly it is spread.
"""

from gridmap.planning.replay.beside import Beside, beside
from gridmap.planning.replay.events import DayOutOfPeriod, Events, UnequalEvents, UnknownKind
from gridmap.planning.replay.loads import Replay, replay
from gridmap.planning.replay.walking import starts_in, walking_m, warm_up

__all__ = [
    "Beside",
    "DayOutOfPeriod",
    "Events",
    "Replay",
    "UnequalEvents",
    "UnknownKind",
    "beside",
    "replay",
    "starts_in",
    "walking_m",
    "warm_up",
]
