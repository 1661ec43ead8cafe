"""The day whose grids are shown: ``at=2026-03-01`` in the address, today without it. One reader for pages, tiles and the interface."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Flask, g, request

from geodata.days import today
from geodata.report_filter import parse_day
from gridmap.errors import GridmapError
from web import db

#: What shows grids or divisions as of a day; links among these keep it.
DATED = frozenset(
    {
        "api.grid", "api.grids", "api.lineage", "api.locate", "areas.index", "coverage.findings", "coverage.grids", "coverage.index",
        "coverage.on_map", "coverage.shapes", "coverage.sizes", "coverage.state", "data.grid", "data.grids", "figures.export", "figures.index", "heat.figures", "heat.grids", "heat.index",
        "heat.latest", "map_page.building", "map_page.card", "map_page.compound", "map_page.grid", "map_page.index", "map_page.search",
        "map_page.service", "tiles.vector",
    }
)  # fmt: skip
#: Before this day there is no edition of anything, and beyond so many days nothing is planned.
FIRST = date(1990, 1, 1)
_AHEAD = timedelta(days=3653)


class DayOutOfRange(GridmapError):
    """A day for which there are no editions to ask for."""

    code = "day_out_of_range"
    zh = "日期“{value}”超出可查询的范围（{first} 至 {last}）。"
    en = "The day “{value}” is out of range: {first} to {last}."


def asked_day() -> date:
    """The day that the address asks for, the city's today without one. Errors: ``BadDay``, ``DayOutOfRange``."""
    here = today(db.settings().zone)
    day = parse_day(request.args.get("at", "").strip(), "at")
    if day is None:
        return here
    if not FIRST <= day <= here + _AHEAD:
        raise DayOutOfRange(
            field="at", value=day.isoformat(), first=FIRST.isoformat(), last=(here + _AHEAD).isoformat()
        )
    g.other_day = day if day != here else None
    return day


def other_day() -> date | None:
    """The day that this page shows, None when it is today."""
    found: date | None = g.get("other_day")
    return found


def init_app(app: Flask) -> None:
    """Links of a page that shows another day lead to that day, and every template can say which one it is."""
    app.url_defaults(_keep_day)
    app.context_processor(lambda: {"other_day": other_day(), "today_url": _today_url})


def _keep_day(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint in DATED and "at" not in values and (day := other_day()) is not None:
        values["at"] = day.isoformat()


def _today_url() -> str:
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name != "at"]
    return request.path + (f"?{urlencode(pairs)}" if pairs else "")
