"""Replay (方案回放): what happened last year, on the grids of a draft, beside the present ones.

Who would have had it, how much on which day, how far to walk, and how evenly it is spread.
"""

from gridmap.planning.replay.beside import Beside, beside
from gridmap.planning.replay.events import DayOutOfPeriod, Events, UnequalEvents
from gridmap.planning.replay.loads import Replay, replay
from gridmap.planning.replay.walking import starts_in, walking_m

__all__ = [
    "Beside",
    "DayOutOfPeriod",
    "Events",
    "Replay",
    "UnequalEvents",
    "beside",
    "replay",
    "starts_in",
    "walking_m",
]
