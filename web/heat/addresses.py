"""Addresses that hold the filter, so that every figure leads to the page narrowed to it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from werkzeug.datastructures import MultiDict

from geodata.report_filter import ReportFilter

_YEAR = timedelta(days=365)


def chosen_filter(query: MultiDict[str, str], last_day: date | None) -> ReportFilter:
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


def heat_url(chosen: ReportFilter, endpoint: str = "heat.index", **changes: Any) -> str:
    """The address of a page or fragment with the filter, some of its parts changed."""
    return url_for(endpoint, **filter_query(replace(chosen, **changes)))


def tile_url(chosen: ReportFilter) -> str:
    """The heat tiles' address with {z}, {x}, {y} left in."""
    query = urlencode(chosen.without_bbox().query(), doseq=True)
    return "/tiles/heat/{z}/{x}/{y}.png" + (f"?{query}" if query else "")
