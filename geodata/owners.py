"""Owners: which grid each report belongs to, derived by the rule and kept in a side table with its history."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from geodata.days import today
from geodata.indexes import CityIndex, grid_index
from geodata.settings import Settings
from geodata.tables import grid
from gridmap.assignment import REASONS, Reason

_WORDS = np.array([str(reason) for reason in REASONS], dtype=object)


@dataclass(frozen=True, slots=True)
class DerivedOwners:
    """Owners aligned with the points asked for.

    ``grid_id`` is -1 where ``reason`` is none; ``distance_to_edge_m`` NaN where there is no grid; ``intake_district`` the
    district of the grid's community, or the city's code where there is none; ``index_version`` the version of the grids.
    """

    grid_id: NDArray[np.int64]
    reason: NDArray[np.object_]
    distance_to_edge_m: NDArray[np.float64]
    intake_district: NDArray[np.object_]
    index_version: int


def derive_owners(
    conn: Connection,
    settings: Settings,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    days: NDArray[np.object_] | date,
    *,
    threads: int = 2,
) -> DerivedOwners:
    """The owner of each point among the grids in force on its day.

    ``lon``, ``lat``: WGS84 degrees, NaN where a report has no coordinates. ``days``: the city's day on which each report was
    received, or one day for all.
    """
    n = len(lon)
    grid_id = np.full(n, -1, dtype=np.int64)
    reason = np.full(n, str(Reason.NONE), dtype=object)
    distance = np.full(n, np.nan)
    district = np.full(n, settings.city_code, dtype=object)
    version = 0
    for rows, index in _by_edition(conn, settings, days, n):
        version = index.version
        located = index.index.locate_explained(lon[rows], lat[rows], gap_limit_m=settings.gap_limit_m, threads=threads)
        found = located.position >= 0
        at = rows[found]
        position = located.position[found]
        grid_id[at] = index.grid_ids[position]
        reason[at] = _WORDS[located.reason[found]]
        distance[at] = located.distance_to_edge_m[found]
        districts = np.array([c[:6] if c else settings.city_code for c in index.communities], dtype=object)
        district[at] = districts[position]
    return DerivedOwners(grid_id, reason, distance, district, version)


def _by_edition(
    conn: Connection, settings: Settings, days: NDArray[np.object_] | date, n: int
) -> Iterator[tuple[NDArray[np.intp], CityIndex]]:
    """Rows with the index that holds on their day; days between two changes of grids share one."""
    if isinstance(days, date):
        yield np.arange(n), grid_index(conn, settings, days)
        return
    ordinals = pd.to_datetime(pd.Series(days)).dt.as_unit("s").astype("int64").to_numpy() // 86_400
    changes = np.array([(day - date(1970, 1, 1)).days for day in _change_days(conn)], dtype=np.int64)
    edition = np.searchsorted(changes, ordinals, side="right")
    for number in np.unique(edition):
        rows = np.flatnonzero(edition == number)
        last = date(1970, 1, 1) + pd.Timedelta(days=int(ordinals[rows].max()))
        # The newest edition is cached under today's date, like every other lookup.
        yield rows, grid_index(conn, settings, max(last, today(settings.zone)) if number == len(changes) else last)


def _change_days(conn: Connection) -> list[date]:
    lower, upper = func.lower(grid.c.valid), func.upper(grid.c.valid)
    days = select(lower.label("day")).union(select(upper)).subquery()
    return sorted(day for (day,) in conn.execute(select(days.c.day)) if day is not None)
