"""What happened on the ground of a plan in the last year, as places and days; nothing in it says who."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from geodata.days import day_number
from geodata.plans.ground import PlanGround
from geodata.report_filter import ReportFilter
from geodata.scope import Scope
from geodata.selections import choose
from geodata.snapshots import Snapshot
from gridmap.assignment import GridIndex
from gridmap.hotspot.heat_window import from_web_mercator
from gridmap.planning.replay import Events
from gridmap.report import SOURCES

#: The days of a replay, the last of which is the day before the one that asks.
DAYS: Final = 365
#: What is told apart: orders of the hotline (12345工单), what a worker found on patrol or on a visit (敲门问需), all other reports.
CHANNELS: Final = ("hotline", "patrol", "case")
_CHANNEL_OF: Final = np.array([CHANNELS.index(word) if word in CHANNELS else 2 for word in SOURCES], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Year:
    """``first`` and ``last`` day, both included; the events; the unit that holds each of them."""

    first: date
    last: date
    events: Events
    unit: NDArray[np.int64]

    @property
    def after(self) -> date:
        """The day after the last."""
        return self.last + timedelta(days=1)

    def owners(self, label: NDArray[np.int64]) -> NDArray[np.int64]:
        """The grid of each event, given that of each unit (-1 none)."""
        return label[self.unit]


def year_of(conn: Connection, scope: Scope, snapshot: Snapshot, ground: PlanGround, today: date) -> Year:
    """The reports that the caller may see and that lie on the plan's ground, of the last 365 days before today, in order of their keys."""
    first = today - timedelta(days=DAYS)
    west, south, east, north = shapely.total_bounds(ground.shapes).tolist()
    chosen = choose(conn, scope, snapshot, ReportFilter(bbox=(west, south, east, north), from_day=first, to_day=today))
    lon, lat = from_web_mercator(chosen.column("x"), chosen.column("y"))
    unit = GridIndex(ground.shapes).locate(lon, lat)
    here = unit >= 0
    events = Events(
        lon[here],
        lat[here],
        chosen.column("day")[here].astype("datetime64[D]"),
        _CHANNEL_OF[chosen.column("source")[here]],
        CHANNELS,
        first=np.datetime64(day_number(first), "D"),
        last=np.datetime64(day_number(today) - 1, "D"),
    )
    return Year(first, today - timedelta(days=1), events, unit[here])
