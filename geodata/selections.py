"""What a filter selects from a snapshot: positions and counts for maps and figures."""

import threading
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from geodata.days import day_number, numbered_day
from geodata.report_filter import PLACINGS, ReportFilter
from geodata.scope import UNIT_STATES, Scope, districts_of, grids_of_areas
from geodata.snapshots import Snapshot
from geodata.versions import version_of
from geodata.weekly import WeeklyCounts, split_by_week, weekly_counts, weeks_of
from gridmap.access import Reach
from gridmap.hotspot.heat_window import class_breaks, fitting_bandwidth_m, to_web_mercator
from gridmap.report import SOURCES, STATES

_KEPT = 64


@dataclass(frozen=True)
class Selection:
    """Reports of a snapshot that a filter chooses. ``rows`` are their positions in the snapshot's columns, or all (None).

    ``version`` names the answer: it changes when the reports, the grids of the area or the filter change. ``bandwidth_m`` is the
    heat map's, the same for every period and category of an area, so that its pictures can be compared.
    """

    snapshot: Snapshot
    rows: NDArray[np.int64] | None
    version: str
    bandwidth_m: float

    def column(self, name: str) -> NDArray[Any]:
        """A column of the snapshot for the chosen reports."""
        values: NDArray[Any] = self.snapshot.columns[name]
        return values if self.rows is None else values[self.rows]

    @cached_property
    def total(self) -> int:
        """Number of reports."""
        return len(self.snapshot) if self.rows is None else len(self.rows)

    @cached_property
    def places(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Fractions of the web map (x, y) of the reports that have a place."""
        x, y = self.column("x"), self.column("y")
        placed = ~np.isnan(x)
        return (x, y) if placed.all() else (x[placed], y[placed])

    @cached_property
    def without_place(self) -> int:
        """Reports without coordinates: in the counts, not on the map."""
        return self.total - len(self.places[0])

    @cached_property
    def not_on_site(self) -> dict[str, int]:
        """Reports whose coordinates do not say where something is, by kind (``PLACE_FLAGS``)."""
        counts = np.bincount(self.column("placing"), minlength=len(PLACINGS))
        return {name: int(counts[place]) for place, name in enumerate(PLACINGS) if place}

    @cached_property
    def without_grid(self) -> int:
        """Reports that no grid owns."""
        return int(np.count_nonzero(self.column("grid_id") < 0))

    @cached_property
    def latitude(self) -> float:
        """Middle latitude of all the snapshot's places in tenths of a degree: the scale of metres on the map."""
        return latitude_of(self.snapshot)

    @cached_property
    def density_classes(self) -> tuple[float, ...]:
        """Lower limits of the heat map's classes, points per km2: the same at every zoom."""
        return class_breaks(*self.places, bandwidth_m=self.bandwidth_m, latitude=self.latitude)

    @cached_property
    def weekly(self) -> WeeklyCounts:
        """Reports per week and grid."""
        return weekly_counts(self.column("day"), self.column("grid_id"))

    @cached_property
    def weekly_density_classes(self) -> tuple[float, ...]:
        """Lower limits of the heat map's classes for single weeks: those of the week with the highest peak, the same for every week."""
        x, y = self.column("x"), self.column("y")
        placed = np.flatnonzero(~np.isnan(x))
        found: tuple[float, ...] = ()
        for part in split_by_week(self.column("day")[placed]):
            rows = placed[part]
            classes = class_breaks(x[rows], y[rows], bandwidth_m=self.bandwidth_m, latitude=self.latitude)
            found = max(found, classes, key=lambda breaks: breaks[-1] if breaks else 0.0)
        return found

    def by_grid(self) -> dict[int, int]:
        """Reports per owning grid's key, without those that no grid owns."""
        owned = self.column("grid_id")
        counts = np.bincount(owned[owned >= 0])
        keys = np.flatnonzero(counts)
        return dict(zip(keys.tolist(), counts[keys].tolist(), strict=True))

    def newest(self, grid_ids: Collection[int] | None = None) -> NDArray[np.int64]:
        """Keys of the reports (only those that these grids own), latest day first, then the one filed last."""
        keys, days = self.column("report_id"), self.column("day")
        if grid_ids is not None:
            owned = np.isin(self.column("grid_id"), np.fromiter(grid_ids, np.int64, len(grid_ids)))
            keys, days = keys[owned], days[owned]
        found: NDArray[np.int64] = keys[np.lexsort((keys, days))[::-1]]
        return found

    def ids_from(self, start: date | None, least: int, *, newest_first: bool) -> NDArray[np.int64]:
        """Keys of the reports of whole days from ``start`` on (None: from the end of the data), going back or forth in time.

        There are at least ``least`` besides those of the day ``start`` itself, or all that there are.
        """
        days = self.column("day").astype(np.int64)
        if not newest_first:
            days = -days
        if start is not None:
            first = day_number(start) * (1 if newest_first else -1)
            rows = np.flatnonzero(days <= first)
        else:
            first = int(days.max()) + 1 if len(days) else 0
            rows = np.arange(len(days))
        behind = first - days[rows]
        enough = np.cumsum(np.bincount(behind[behind > 0])) >= least
        last = int(np.argmax(enough)) if enough.any() else len(enough)
        found: NDArray[np.int64] = self.column("report_id")[rows[behind <= last]]
        return found

    def by_category(self) -> list[tuple[str, int]]:
        """Reports per category, most first, then by name."""
        words = self.snapshot.header.categories
        counts = np.bincount(self.column("category"), minlength=len(words))
        return sorted(((words[i], int(n)) for i, n in enumerate(counts) if n), key=lambda pair: (-pair[1], pair[0]))

    def by_source(self) -> list[tuple[str, int]]:
        """Reports per channel, most first."""
        counts = np.bincount(self.column("source"), minlength=len(SOURCES))
        return sorted(((SOURCES[i], int(n)) for i, n in enumerate(counts) if n), key=lambda pair: (-pair[1], pair[0]))

    def by_week(self) -> list[tuple[date, int]]:
        """Reports per week by its Monday, oldest first, weeks without any included."""
        days = self.column("day")
        if len(days) == 0:
            return []
        weeks = weeks_of(days)
        first = int(weeks.min())
        counts = np.bincount(weeks - first)
        return [(numbered_day((first + i) * 7 - 3), int(n)) for i, n in enumerate(counts)]

    def by_month(self) -> list[tuple[date, int]]:
        """Reports per calendar month by its first day, oldest first, months without any included."""
        days = self.column("day")
        if len(days) == 0:
            return []
        months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        first = int(months.min())
        counts = np.bincount(months - first)
        return [(date(1970 + (first + i) // 12, (first + i) % 12 + 1, 1), int(n)) for i, n in enumerate(counts)]


_chosen: OrderedDict[str, Selection] = OrderedDict()
_there: OrderedDict[str, NDArray[np.int64]] = OrderedDict()
_lock = threading.Lock()


def choose(conn: Connection, scope: Scope, snapshot: Snapshot, chosen: ReportFilter) -> Selection:
    """The reports of a filter inside the scope, kept for the next request with the same scope, filter and data."""
    grids = version_of(conn, "grid") if chosen.area or scope.areas else 0
    key = f"{snapshot.token}/{grids}/{scope.key}/{sorted(chosen.query().items())}"
    with _lock:
        if (found := _chosen.get(key)) is not None:
            _chosen.move_to_end(key)
            return found
    found = Selection(snapshot, _rows(conn, scope, snapshot, chosen), key, _bandwidth_m(conn, scope, snapshot, chosen))
    with _lock:
        _keep(_chosen, key, found)
    return found


def _keep(kept: OrderedDict[str, Any], key: str, made: Any) -> None:
    """Keep something under a key that starts with its snapshot's token; what older snapshots gave goes, their columns with it."""
    token = key.partition("/")[0]
    for old in [other for other in kept if not other.startswith(token)]:
        del kept[old]
    kept[key] = made
    while len(kept) > _KEPT:
        kept.popitem(last=False)


def _bandwidth_m(conn: Connection, scope: Scope, snapshot: Snapshot, chosen: ReportFilter) -> float:
    """That of all reports of the area: choosing a week must not change how sharp the map is."""
    whole = ReportFilter(area=chosen.area)
    if chosen != whole:
        return choose(conn, scope, snapshot, whole).bandwidth_m
    rows = _rows(conn, scope, snapshot, whole)
    x, y = (snapshot.columns[name] if rows is None else snapshot.columns[name][rows] for name in ("x", "y"))
    placed = ~np.isnan(x)
    return fitting_bandwidth_m(x[placed], y[placed], latitude_of(snapshot))


def last_day(snapshot: Snapshot) -> date | None:
    """The latest day on which anything occurred, None without reports."""
    days = snapshot.columns["day"]
    return numbered_day(days.max()) if len(days) else None


def first_day(snapshot: Snapshot) -> date | None:
    """The earliest day on which anything occurred, None without reports."""
    days = snapshot.columns["day"]
    return numbered_day(days.min()) if len(days) else None


def latitude_of(snapshot: Snapshot) -> float:
    """Middle latitude of the places in tenths of a degree, 0 without any."""
    y = snapshot.columns["y"]
    found = float(np.nanmean(y)) if len(y) and not np.isnan(y).all() else 0.5
    return round(float(np.degrees(np.arctan(np.sinh((0.5 - found) * 2 * np.pi)))), 1)


def _rows(conn: Connection, scope: Scope, snapshot: Snapshot, chosen: ReportFilter) -> NDArray[np.int64] | None:
    """Positions of the chosen reports, None for all. The place comes first: what is left for the rest is mostly little."""
    there = _rows_there(conn, scope, snapshot, chosen.area)

    def column(name: str) -> NDArray[Any]:
        values: NDArray[Any] = snapshot.columns[name]
        return values if there is None else values[there]

    keep: list[NDArray[np.bool_]] = []
    if chosen.from_day:
        keep.append(column("day") >= day_number(chosen.from_day))
    if chosen.to_day:
        keep.append(column("day") < day_number(chosen.to_day))
    for name, words, wanted in (
        ("category", snapshot.header.categories, chosen.categories),
        ("source", SOURCES, chosen.sources),
        ("status", STATES, chosen.statuses),
    ):
        if wanted:
            keep.append(np.array([word in wanted for word in words], dtype=bool)[column(name)])
    if chosen.bbox:
        west, south, east, north = chosen.bbox
        (left, right), (bottom, top) = to_web_mercator(np.array([west, east]), np.array([south, north]))
        x, y = column("x"), column("y")
        keep.append((x >= left) & (x <= right) & (y >= top) & (y <= bottom))
    if chosen.lacking == "coordinates":
        keep.append(np.isnan(column("x")))
    if chosen.lacking == "grid":
        keep.append(column("grid_id") < 0)
    if chosen.placing:
        keep.append(column("placing") == PLACINGS.index(chosen.placing))
    if not keep:
        return there
    found = np.flatnonzero(np.logical_and.reduce(keep))
    return found if there is None else there[found]


def _rows_there(conn: Connection, scope: Scope, snapshot: Snapshot, area: str | None) -> NDArray[np.int64] | None:
    """Positions of the reports that the scope and the area hold, kept for other filters there; None for all."""
    if scope.reach is Reach.AREA and scope.areas is None and not area:
        return None
    key = f"{snapshot.token}/{version_of(conn, 'grid')}/{scope.key}/{area}"
    with _lock:
        if (kept := _there.get(key)) is not None:
            _there.move_to_end(key)
            return kept
    keep = _in_scope(conn, scope, snapshot)
    if area:
        keep.append(_in_areas(conn, snapshot, (area,)))
    found = np.flatnonzero(np.logical_and.reduce(keep))
    with _lock:
        _keep(_there, key, found)
    return found


def _in_scope(conn: Connection, scope: Scope, snapshot: Snapshot) -> list[NDArray[np.bool_]]:
    """What ``Scope.report_conditions`` says of rows. Who filed a report and its compound are no columns: nothing is chosen then."""
    columns = snapshot.columns
    if scope.reach is Reach.UNIT:
        kinds = np.isin(np.array(snapshot.header.categories, dtype=object), scope.categories)
        states = np.isin(np.array(STATES, dtype=object), UNIT_STATES)
        return [kinds[columns["category"]], states[columns["status"]]]
    if scope.reach is not Reach.AREA:
        return [np.zeros(len(snapshot), dtype=bool)]
    return [] if scope.held is None else [_in_areas(conn, snapshot, scope.held)]


def _in_areas(conn: Connection, snapshot: Snapshot, areas: tuple[str, ...]) -> NDArray[np.bool_]:
    """What ``reports_of_areas`` says of rows."""
    owned = snapshot.columns["grid_id"]
    found = np.isin(owned, np.array(grids_of_areas(conn, areas), dtype=np.int64))
    if districts := tuple(districts_of(areas)):
        intake = snapshot.columns["intake"]
        codes = [code for code in np.unique(intake) if str(code).startswith(districts)]
        found |= (owned < 0) & np.isin(intake, codes)
    return found


def recent_counts(
    conn: Connection,
    scope: Scope,
    snapshot: Snapshot,
    grid_code: str,
    today: date,
    periods: tuple[int, ...] = (30, 90, 365),
) -> list[tuple[int, int]]:
    """Reports of a grid inside the scope that occurred in the last so many days, today included, as (days, reports); 0 days are all time."""
    days = snapshot.columns["day"][_rows_there(conn, scope, snapshot, grid_code)]
    ahead = day_number(today)
    recent = [(period, int(np.count_nonzero((days > ahead - period) & (days <= ahead)))) for period in periods]
    return [*recent, (0, len(days))]
