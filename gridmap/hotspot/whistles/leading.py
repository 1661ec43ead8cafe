"""Which complaints a whistle came before, and by how long."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridmap.errors import GridmapError
from gridmap.hotspot.plane import metres_per_degree
from gridmap.hotspot.whistles import _kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: A whistle in the same grid, or as near as this, speaks of the same place.
REACH_M: Final = 300.0
#: A whistle earlier than this has nothing to do with the complaint.
DAYS: Final = 14.0


class UnequalEvents(GridmapError):
    """Columns of events that differ in length."""

    code = "unequal_hotline_events"
    zh = "哨声或诉求数据的各列长度不一致：{lengths}。"
    en = "The columns of the whistles or complaints differ in length: {lengths}."


@dataclass(frozen=True, slots=True)
class Events:
    """Whistles or complaints: ``lon``, ``lat`` (degrees, NaN nowhere), ``grid`` and ``kind`` (numbers, -1 for none), ``day`` (float, parts
    of days count)."""

    lon: Floats
    lat: Floats
    grid: Ints
    kind: Ints
    day: Floats

    @classmethod
    def of(cls, lon: ArrayLike, lat: ArrayLike, grid: ArrayLike, kind: ArrayLike, day: ArrayLike) -> "Events":
        """From columns of one length. Errors: ``UnequalEvents``."""
        made = cls(
            np.asarray(lon, dtype=np.float64),
            np.asarray(lat, dtype=np.float64),
            np.asarray(grid, dtype=np.int64),
            np.asarray(kind, dtype=np.int64),
            np.asarray(day, dtype=np.float64),
        )
        lengths = {len(each) for each in (made.lon, made.lat, made.grid, made.kind, made.day)}
        if len(lengths) > 1:
            raise UnequalEvents(lengths=sorted(lengths))
        return made

    def __len__(self) -> int:
        return len(self.day)


def lead_times(whistles: Events, complaints: Events, *, reach_m: float = REACH_M, days: float = DAYS) -> Floats:
    """For each complaint how many days earlier the first whistle of its kind was, in the same grid or within ``reach_m``, at most ``days``
    before; NaN where there was none. The share that is not NaN is the share of complaints that a whistle led (哨在诉前).

    >>> at = ([111.7], [40.8], [3], [1])
    >>> lead_times(Events.of(*at, [10.0]), Events.of(*at, [12.5])).tolist()
    [2.5]
    """
    first = np.minimum(_in_grid(whistles, complaints, days), _near(whistles, complaints, reach_m, days))
    return np.where(np.isfinite(first), complaints.day - first, np.nan)


def _in_grid(whistles: Events, complaints: Events, days: float) -> Floats:
    """The day of the earliest whistle of the kind in a complaint's grid that is not too early, inf for none."""
    kinds = int(max(whistles.kind.max(initial=-1), complaints.kind.max(initial=-1))) + 2
    own = whistles.grid * kinds + whistles.kind
    kept = np.flatnonzero((whistles.grid >= 0) & ~np.isnan(whistles.day))
    order = kept[np.lexsort((whistles.day[kept], own[kept]))]
    key, start = np.unique(own[order], return_index=True)
    asked = np.where(complaints.grid >= 0, complaints.grid * kinds + complaints.kind, -1)
    found: Floats = _kernel.earliest_in_group(
        asked, complaints.day, key, np.append(start, len(order)), whistles.day[order], days
    )
    return found


def _near(whistles: Events, complaints: Events, reach: float, days: float) -> Floats:
    """The same for whistles within reach."""
    kept = np.flatnonzero(~(np.isnan(whistles.lon) | np.isnan(whistles.lat) | np.isnan(whistles.day)))
    if not (len(kept) and len(complaints)):
        return np.full(len(complaints), np.inf)
    east, north = metres_per_degree(float(whistles.lon[kept].mean()), float(whistles.lat[kept].mean()))
    x, y, when = whistles.lon[kept] * east, whistles.lat[kept] * north, whistles.day[kept]
    west, south = x.min(), y.min()
    asked_x, asked_y = complaints.lon * east, complaints.lat * north
    column, row = _cells(x - west, reach), _cells(y - south, reach)
    row_step = int(column.max()) + 4
    kind_step = row_step * (int(row.max()) + 4)
    cell = whistles.kind[kept] * kind_step + row * row_step + column
    order = np.lexsort((when, cell))
    key, start = np.unique(cell[order], return_index=True)
    found: Floats = _kernel.earliest_near(
        # Those far outside are brought to the rim: nothing is within their reach there either.
        np.where(np.isnan(asked_y), np.nan, asked_x),
        asked_y,
        complaints.kind,
        complaints.day,
        np.clip(_cells(asked_x - west, reach), -2, row_step - 3),
        np.clip(_cells(asked_y - south, reach), -2, kind_step // row_step - 3),
        key,
        np.append(start, len(order)),
        (x[order], y[order], when[order], row_step, kind_step),
        reach,
        days,
    )
    return found


def _cells(along: Any, reach: float) -> Ints:
    whole: Ints = np.floor(np.nan_to_num(along / reach)).astype(np.int64)
    return whole
