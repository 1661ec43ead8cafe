"""The tables of the page: what charts draw, what is read aloud, what is exported."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Connection

from geodata.report_filter import ReportFilter
from geodata.selections import Selection
from geodata.volumes import area_volumes, by_weekday
from gridmap.errors import GridmapError
from gridmap.privacy import is_few, protected, shown
from web.days import asked_day
from web.heat_address import filter_query
from web.map_words import place_name
from web.scope import scope
from web.words import source_word

#: A rate over fewer households is not told.
LEAST_HOUSEHOLDS = 50
TABLES = ("areas", "categories", "sources", "months", "weekdays")


class UnknownTable(GridmapError):
    """A table that the page does not have."""

    code = "unknown_table"
    zh = "没有名为“{value}”的表，可用：{allowed}。"
    en = "There is no table “{value}”; use one of {allowed}."


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its words, reports, share of all in per cent, and the filter of exactly these reports (None: no filter says it).

    ``households`` and ``rate`` (reports per 1,000 households) only where areas are compared, in words; ``below`` leads to the areas below.
    """

    words: str
    reports: int
    share: float
    chosen: ReportFilter | None = None
    households: str = ""
    rate: float | None = None
    below: str | None = None

    @property
    def list_url(self) -> str | None:
        """The list of these reports."""
        return list_url(self.chosen) if self.chosen else None

    @property
    def map_url(self) -> str | None:
        """The heatmap of these reports."""
        return url_for("heat.index", **filter_query(self.chosen)) if self.chosen else None


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its lines; ``upright`` where they are moments in order; ``total`` of its households, where it has any."""

    name: str
    title: str
    heading: str
    lines: list[Line]
    upright: bool = False
    households: bool = False
    note: str = ""


def all_tables(conn: Connection, selection: Selection, chosen: ReportFilter) -> list[Table]:
    """Every table, those of areas and time first."""
    return [table_named(name, conn, selection, chosen) for name in TABLES]


def table_named(name: str, conn: Connection, selection: Selection, chosen: ReportFilter) -> Table:
    """One table. Errors: ``UnknownTable``."""
    if name == "areas":
        return _areas(conn, selection, chosen)
    if name == "categories":
        lines = _lines(selection, selection.by_category(), lambda word: replace(chosen, categories=(word,)))
        return Table(name, _("By category"), _("Category"), lines)
    if name == "sources":
        lines = _lines(selection, selection.by_source(), lambda code: replace(chosen, sources=(code,)), source_word)
        return Table(name, _("By source"), _("Source"), lines)
    if name == "months":
        return _months(selection, chosen)
    if name == "weekdays":
        lines = [
            Line(words, count, _share(count, selection))
            for words, count in zip(_weekdays(), by_weekday(selection), strict=True)
        ]
        return Table(name, _("By day of the week"), _("Day of the week"), lines, upright=True)
    raise UnknownTable(field="table", value=name, allowed=", ".join(TABLES))


def _areas(conn: Connection, selection: Selection, chosen: ReportFilter) -> Table:
    rows = area_volumes(conn, scope(), selection, chosen.area, asked_day())
    told = protected([row.households or 0 for row in rows])
    lines = []
    for row, households in zip(rows, told, strict=True):
        rate = 1000 * row.reports / households if households and households >= LEAST_HOUSEHOLDS else None
        below = None if row.kind == "grid" else url_for("figures.index", **filter_query(replace(chosen, area=row.code)))
        words = "—" if row.households is None else _hidden(row.households) if households is None else f"{households:,}"
        area = replace(chosen, area=row.code)
        lines.append(Line(place_name(row), row.reports, _share(row.reports, selection), area, words, rate, below))
    if rest := selection.total - sum(row.reports for row in rows):
        # Only where nothing else is missing does the filter "in no grid" choose exactly the rest.
        exact = rest == selection.without_grid
        unowned = replace(chosen, lacking="grid") if exact else None
        lines.append(Line(_("In no grid of these"), rest, _share(rest, selection), unowned, "—"))
    note = _(
        "Reports per 1,000 households are not shown for areas with fewer than %(least)s households.",
        least=LEAST_HOUSEHOLDS,
    )
    return Table("areas", _("By area"), _("Division or grid"), lines, households=True, note=note)


def _hidden(households: int) -> str:
    return shown(households) if is_few(households) else _("not shown")


def _months(selection: Selection, chosen: ReportFilter) -> Table:
    lines = []
    for first, count in selection.by_month():
        after = (first + timedelta(days=32)).replace(day=1)
        start, end = max(first, chosen.from_day or first), min(after, chosen.to_day or after)
        words = first.strftime("%Y-%m")
        if (start, end) != (first, after):
            words = _("%(month)s (in part)", month=words)
        month = replace(chosen, from_day=start, to_day=end)
        lines.append(Line(words, count, _share(count, selection), month))
    return Table("months", _("By month"), _("Month"), lines, upright=True)


def _lines(
    selection: Selection,
    pairs: Sequence[tuple[str, int]],
    chosen: Callable[[str], ReportFilter],
    words: Callable[[str], str] = str,
) -> list[Line]:
    return [Line(words(code), count, _share(count, selection), chosen(code)) for code, count in pairs]


def _share(count: int, selection: Selection) -> float:
    return 100 * count / selection.total if selection.total else 0.0


def _weekdays() -> list[str]:
    return [
        _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
    ]  # fmt: skip


def list_url(chosen: ReportFilter, **more: str) -> str:
    """The list of a filter's reports."""
    query: dict[str, Any] = {**chosen.query(), **more}
    return url_for("cases.index", **query)


def period_words(chosen: ReportFilter, first: date | None, last: date | None) -> str:
    """First and last day of what is counted."""
    start = chosen.from_day or first
    end = chosen.to_day - timedelta(days=1) if chosen.to_day else last
    return str(_("%(first)s to %(last)s", first=start, last=end) if start and end else _("all time"))
