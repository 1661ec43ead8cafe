"""What the heatmap shows, as it stands in the address: the filter, the measure, the week of the slider, the comparison."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from sqlalchemy import Connection

from geodata.report_filter import EXACT, ReportFilter
from geodata.scope import Scope
from geodata.selections import Selection, choose, first_day, last_day
from geodata.snapshots import Snapshot
from geodata.weekly import WEEK, monday_of, mondays
from gridmap.errors import GridmapError

#: How reports are drawn: smoothed per area, counted per grid, per 1,000 households.
MEASURES = ("density", "count", "rate")
#: What a period is compared with: the one directly before it, or the same weeks a year before.
COMPARISONS = ("before", "year")
_YEAR = timedelta(days=365)
#: A year of whole weeks, so that each weekday meets its like.
_YEAR_OF_WEEKS = 52 * WEEK


class UnknownMeasure(GridmapError):
    """A measure that no map has."""

    code = "unknown_measure"
    zh = "未知的指标“{value}”，可用：{allowed}。"
    en = "Unknown measure “{value}”; use one of {allowed}."


class UnknownComparison(GridmapError):
    """A comparison that there is none."""

    code = "unknown_comparison"
    zh = "未知的对比方式“{value}”，可用：{allowed}。"
    en = "Unknown comparison “{value}”; use one of {allowed}."


class BadWeek(GridmapError):
    """A week that is none."""

    code = "bad_week"
    zh = "周“{value}”无效，应写作 2026-W40。"
    en = "“{value}” is not a week; write 2026-W40."


@dataclass(frozen=True, slots=True)
class HeatAddress:
    """``chosen`` is the filter with its period; ``week`` the Monday of the slider's week, None outside the slider.

    ``inexact``: the density takes in reports whose coordinates do not say where something is. ``first_day`` and ``last_day`` are those
    of the data, None without reports.
    """

    chosen: ReportFilter
    measure: str = MEASURES[0]
    week: date | None = None
    compare: str | None = None
    inexact: bool = False
    first_day: date | None = None
    last_day: date | None = None

    @classmethod
    def parse(cls, query: Mapping[str, Any], chosen: ReportFilter, snapshot: Snapshot) -> "HeatAddress":
        """Read what an address says beside its filter. A week outside the period becomes its nearest.

        Errors: ``UnknownMeasure``, ``UnknownComparison``, ``BadWeek``, each with its field.
        """
        measure = query.get("measure", "") or MEASURES[0]
        if measure not in MEASURES:
            raise UnknownMeasure(field="measure", value=measure, allowed=", ".join(MEASURES))
        compare = query.get("compare", "") or None
        if compare and compare not in COMPARISONS:
            raise UnknownComparison(field="compare", value=compare, allowed=", ".join(COMPARISONS))
        inexact = query.get("inexact", "") == "1"
        found = cls(chosen, measure, None, compare, inexact, first_day(snapshot), last_day(snapshot))
        week, weeks = parse_week(query.get("week", "")), found.weeks
        return replace(found, week=min(max(week, weeks[0]), weeks[-1])) if week and weeks else found

    @property
    def period(self) -> tuple[date, date] | None:
        """First day and the day behind the last, where the filter or the data end; None without reports."""
        if self.first_day is None or self.last_day is None:
            return None
        return self.chosen.from_day or self.first_day, self.chosen.to_day or self.last_day + timedelta(days=1)

    @property
    def weeks(self) -> list[date]:
        """Mondays of the slider's weeks: those that the period touches, as far as there are data."""
        if self.period is None or self.first_day is None or self.last_day is None:
            return []
        first, after = max(self.period[0], self.first_day), min(self.period[1], self.last_day + timedelta(days=1))
        return mondays(first, after) if first < after else []

    @property
    def last_whole_week(self) -> date | None:
        """Where the slider starts: the last of the weeks with seven days of data inside the period, else the last."""
        weeks = self.weeks
        if not weeks or self.period is None or self.last_day is None:
            return None
        after = min(self.period[1], self.last_day + timedelta(days=1))
        return weeks[-1] if weeks[-1] + WEEK <= after or len(weeks) == 1 else weeks[-2]

    @property
    def shown(self) -> ReportFilter:
        """The filter of what is on the map: the week's days inside the period, or the whole period."""
        if self.week is None:
            return self.chosen
        first, after = self.chosen.from_day or self.week, self.chosen.to_day or self.week + WEEK
        return replace(self.chosen, from_day=max(self.week, first), to_day=min(self.week + WEEK, after))

    @property
    def on_site(self) -> ReportFilter:
        """The filter of what the density draws: what is shown, without piles and rounded coordinates unless they are asked for."""
        return self._on_site(self.shown)

    @property
    def usual_on_site(self) -> ReportFilter:
        """The same of what the slider's classes come from."""
        return self._on_site(self.usual)

    def _on_site(self, chosen: ReportFilter) -> ReportFilter:
        return chosen if self.inexact or chosen.placing else replace(chosen, placing=EXACT)

    @property
    def usual(self) -> ReportFilter:
        """The filter that the slider's classes come from: the last 52 whole weeks that have data, whatever the period."""
        if self.last_day is None:
            return replace(self.chosen, from_day=None, to_day=None)
        after = monday_of(self.last_day + timedelta(days=1))
        return replace(self.chosen, from_day=after - _YEAR_OF_WEEKS, to_day=after)

    @property
    def compared(self) -> tuple[ReportFilter, ReportFilter] | None:
        """What is on the map without days that have no data yet, and the same length of time before; None without both ends."""
        now = self.shown
        if not (self.compare and now.from_day and now.to_day and self.last_day):
            return None
        now = replace(
            now, to_day=max(min(now.to_day, self.last_day + timedelta(days=1)), now.from_day + timedelta(days=1))
        )
        assert now.from_day
        assert now.to_day
        back = now.to_day - now.from_day if self.compare == "before" else _YEAR_OF_WEEKS
        return now, replace(now, from_day=now.from_day - back, to_day=now.to_day - back)

    def query(self) -> dict[str, Any]:
        """The address's parts as ``parse`` reads them back."""
        found: dict[str, Any] = filter_query(self.chosen)
        if self.measure != MEASURES[0]:
            found["measure"] = [self.measure]
        if self.week:
            found["week"] = [week_words(self.week)]
        if self.compare:
            found["compare"] = [self.compare]
        if self.inexact:
            found["inexact"] = ["1"]
        return found

    def changed(self, **changes: Any) -> "HeatAddress":
        """Some parts changed, of the filter or beside it; another period leaves the slider."""
        of_filter = {field.name for field in fields(ReportFilter)} & changes.keys()
        chosen = replace(self.chosen, **{name: changes.pop(name) for name in of_filter})
        if {"from_day", "to_day"} & of_filter:
            changes.setdefault("week", None)
        return replace(self, chosen=chosen, **changes)

    def url(self, endpoint: str = "heat.index", also: Mapping[str, Any] | None = None, **changes: Any) -> str:
        """The address of a page or fragment, some parts changed, ``also`` other parameters of the fragment."""
        return url_for(endpoint, **self.changed(**changes).query(), **(also or {}))

    def tile_url(self) -> str:
        """The heat tiles' address with {z}, {x}, {y} left in."""
        pairs = self._on_site(self.chosen).without_bbox().query()
        pairs |= {"week": [week_words(self.week)]} if self.week else {}
        pairs |= {"inexact": ["1"]} if self.inexact else {}
        query = urlencode(pairs, doseq=True)
        return "/tiles/heat/{z}/{x}/{y}.png" + (f"?{query}" if query else "")


def density_breaks(
    conn: Connection, scope: Scope, snapshot: Snapshot, asked: HeatAddress, selection: Selection
) -> tuple[float, ...]:
    """Lower limits of the heat tiles' classes for what is drawn (``selection``): single weeks all have the same ones."""
    if asked.week is None:
        return selection.density_classes
    return choose(conn, scope, snapshot, asked.usual_on_site).weekly_density_classes


def chosen_filter(query: Mapping[str, Any], last_day: date | None) -> ReportFilter:
    """The filter of an address. Without a period it is the last twelve months that have reports; ``period=all`` is all time."""
    chosen = ReportFilter.parse(query)
    if chosen.from_day or chosen.to_day or last_day is None or query.get("period") == "all":
        return chosen
    return replace(chosen, from_day=last_day - _YEAR + timedelta(days=1), to_day=last_day + timedelta(days=1))


def filter_query(chosen: ReportFilter) -> dict[str, Any]:
    """The filter as ``chosen_filter`` reads it back."""
    found: dict[str, Any] = chosen.query()
    if not (chosen.from_day or chosen.to_day):
        found["period"] = ["all"]
    return found


def parse_week(value: str) -> date | None:
    """The Monday of an ISO week such as 2026-W40; None when blank. Errors: ``BadWeek``."""
    if not value:
        return None
    try:
        year, _, week = value.partition("-W")
        found = date.fromisocalendar(int(year), int(week), 1)
    except ValueError as error:
        raise BadWeek(field="week", value=value) from error
    if not 1900 <= found.year <= 2999:
        raise BadWeek(field="week", value=value)
    return found


def week_words(monday: date) -> str:
    """A week as the address says it.

    >>> week_words(date(2026, 9, 28))
    '2026-W40'
    """
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"
