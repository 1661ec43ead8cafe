from dataclasses import replace
from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, g, jsonify, render_template, request
from sqlalchemy import Row

from geodata.actions import locate_place
from geodata.grids import other_editions
from geodata.places import FoundPlace, grid_facts, named_place
from geodata.report_filter import ReportFilter
from geodata.reports import reports_by_id
from geodata.selections import choose, last_day
from geodata.snapshots import Snapshot, open_snapshot
from gridmap.access import Permission, may
from gridmap.errors import GridmapError
from gridmap.report import SOURCES
from web import db
from web.access import requires
from web.areas import area_choice
from web.days import asked_day
from web.heat.changes import compare
from web.heat.figures import category_bars, grid_bars, source_bars, time_bars
from web.heat.legends import FEW, grid_legend
from web.heat.page_map import heat_map
from web.heat.shading import is_whole, shade
from web.heat_address import MEASURES, HeatAddress, chosen_filter, week_words
from web.map_page.places import asked_place
from web.map_words import day_before, helpers
from web.periods import periods
from web.scope import check_place, scope
from web.words import source_word

blueprint = Blueprint("heat", __name__, url_prefix="/heat")
blueprint.context_processor(helpers)

#: Reports of a list shown at a time.
LIST_ROWS = 20


class UnknownClass(GridmapError):
    """A class of colours that the map does not have."""

    code = "unknown_class"
    zh = "图例中没有“{value}”这一级。"
    en = "The legend has no class “{value}”."


@blueprint.get("")
@requires(Permission.VIEW_FIGURES)
def index() -> str:
    """The heatmap of the address, with its figures."""
    snapshot, asked = _asked()
    parts, has_grids = heat_map(snapshot, asked)
    return render_template(
        "heat/index.html",
        parts=parts,
        has_grids=has_grids,
        has_reports=len(snapshot) > 0,
        known_categories=sorted(snapshot.header.categories),
        known_sources=SOURCES,
        measures=MEASURES,
        periods=periods(asked.chosen, asked.last_day, lambda first, after: asked.url(from_day=first, to_day=after)),
        week_list=[{"week": week_words(week), "words": _week_span(replace(asked, week=week))} for week in asked.weeks],
        week_words=week_words,
        **_figures(snapshot, asked),
        **area_choice(asked.chosen.area),
    )


@blueprint.get("/figures")
@requires(Permission.VIEW_FIGURES)
def figures() -> str:
    """The figures beside the map. A fragment of the page."""
    snapshot, asked = _asked()
    return render_template("heat/figures.html", **_figures(snapshot, asked), area=_named_area(asked.chosen))


@blueprint.get("/grids.json")
@requires(Permission.VIEW_FIGURES)
def grids() -> Response:
    """Keys of grids per class of colour, lowest class first, and of those that are hatched."""
    snapshot, asked = _asked()
    shading = shade(snapshot, asked)
    response = jsonify({"classes": shading.classes, "hatched": shading.hatched})
    response.set_etag(sha256(response.get_data()).hexdigest()[:20])
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response


@blueprint.get("/list")
@requires(Permission.VIEW_FIGURES)
def latest() -> str:
    """The reports behind a colour, latest first: of the grid at ``lon``, ``lat``, of ``area``, of a ``class`` of the legend.

    ``after`` so many, only further rows. A fragment of the page.
    """
    snapshot, asked = _asked()
    conn = db.connection()
    facts, chosen = None, asked.shown
    if "lon" in request.args:
        if (facts := _grid_at_place()) is None:
            return render_template("heat/list.html", outside=True)
        asked = asked.changed(area=facts.code)
        chosen = asked.shown
    grids_wanted, class_words = _of_class(snapshot, asked)
    keys = choose(conn, scope(), snapshot, chosen).newest(grids_wanted)
    after = min(request.args.get("after", 0, type=int) or 0, len(keys))
    rows = reports_by_id(conn, scope(), keys[max(after, 0) : max(after, 0) + LIST_ROWS].tolist())
    also = {"class": request.args["class"]} if "class" in request.args else None
    return render_template(
        "heat/list_rows.html" if after else "heat/list.html",
        facts=facts,
        area=_named_area(chosen) if facts is None else None,
        outside=False,
        rows=rows,
        count=len(keys),
        after=after + len(rows),
        asked=asked,
        chosen=chosen,
        class_words=class_words,
        list_url=asked.url("heat.latest", also),
        more_url=asked.url("heat.latest", {**(also or {}), "after": str(after + len(rows))}),
    )


def _asked() -> tuple[Snapshot, HeatAddress]:
    snapshot = open_snapshot(db.engine(), db.settings())
    return snapshot, HeatAddress.parse(request.args, chosen_filter(request.args, last_day(snapshot)), snapshot)


def _figures(snapshot: Snapshot, asked: HeatAddress) -> dict[str, Any]:
    """What the template of the figures shows."""
    conn = db.connection()
    selection = choose(conn, scope(), snapshot, asked.shown)
    unit, times = time_bars(choose(conn, scope(), snapshot, asked.chosen), asked)
    return {
        "asked": asked,
        "chosen": asked.shown,
        "selection": selection,
        "comparison": compare(conn, snapshot, asked),
        "is_whole": is_whole(asked),
        "categories": category_bars(selection, asked),
        "sources": source_bars(selection, asked, source_word),
        "unit": unit,
        "times": times,
        "grids": grid_bars(conn, selection),
        "may_list": may(g.account.role, Permission.VIEW_REPORTS),
    }


def _named_area(chosen: ReportFilter) -> FoundPlace | None:
    return named_place(db.connection(), scope(), chosen.area, asked_day()) if chosen.area else None


def _grid_at_place() -> Row[Any] | None:
    conn = db.connection()
    lon, lat = asked_place(request.args)
    place = locate_place(conn, db.settings(), lon, lat, at=asked_day())
    check_place(place)
    return None if place.grid_id is None else grid_facts(conn, [place.grid_id])[place.grid_id]


def _of_class(snapshot: Snapshot, asked: HeatAddress) -> tuple[list[int] | None, str]:
    """Keys of the grids that have the colour asked for, and what the legend says of it; None when no colour is. Errors: ``UnknownClass``."""
    if (value := request.args.get("class")) is None:
        return None, ""
    shading = shade(snapshot, asked)
    words = {row.choice: row.words for row in grid_legend(asked, shading).rows if row.choice}
    if value not in words:
        raise UnknownClass(field="class", value=value)
    chosen = set(shading.hatched if value == FEW else shading.classes[int(value)])
    editions = other_editions(db.connection(), asked_day())
    return [*chosen, *(old for old, now in editions.items() if now in chosen)], words[value]


def _week_span(asked: HeatAddress) -> str:
    """First and last day of the week on the map."""
    shown = asked.shown
    assert shown.from_day
    assert shown.to_day
    return f"{shown.from_day} – {day_before(shown.to_day)}"
