from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, g, jsonify, render_template, request
from flask_babel import gettext as _

from geodata.actions import locate_place
from geodata.days import today
from geodata.places import grid_facts, named_place
from geodata.report_filter import ReportFilter
from geodata.reports import list_reports
from geodata.selections import Selection, choose, last_day
from geodata.snapshots import Snapshot, open_snapshot
from gridmap.access import Permission, may
from gridmap.report import SOURCES
from web import db
from web.access import requires
from web.areas import area_choice
from web.heat.addresses import chosen_filter, filter_query, heat_url, tile_url
from web.heat.figures import category_bars, grid_bars, grid_breaks, grid_classes, periods, source_bars, time_bars
from web.i18n import language
from web.map_assets import page_map
from web.map_page.places import asked_place
from web.map_words import helpers, thousands
from web.maps import GridChoropleth, HeatTileLayer, LayerSwitch, Legend, LegendRow, MapParts, VectorTileLayer, render
from web.scope import check_place, scope
from web.security import csp_nonce
from web.tiles.picture import COLOURS
from web.words import source_word

blueprint = Blueprint("heat", __name__, url_prefix="/heat")
blueprint.context_processor(helpers)

#: Reports in the list behind a figure.
LATEST = 20
_GRIDS = "/tiles/grids/{z}/{x}/{y}.mvt"


@blueprint.get("")
@requires(Permission.VIEW_FIGURES)
def index() -> str:
    """The heatmap of the filter in the address, with its figures."""
    snapshot, chosen, selection = _asked()
    settings, conn = db.settings(), db.connection()
    unit, times = time_bars(selection, chosen)
    parts, has_grids = _map(chosen, selection, last_day(snapshot))
    at = today(settings.zone)
    return render_template(
        "heat/index.html",
        parts=parts,
        has_grids=has_grids,
        has_reports=len(snapshot) > 0,
        chosen=chosen,
        selection=selection,
        data_day=last_day(snapshot),
        known_categories=sorted(snapshot.header.categories),
        known_sources=SOURCES,
        categories=category_bars(selection, chosen),
        sources=source_bars(selection, chosen, source_word),
        unit=unit,
        times=times,
        grids=grid_bars(conn, selection),
        may_list=may(g.account.role, Permission.VIEW_REPORTS),
        heat_url=heat_url,
        filter_query=filter_query(chosen),
        periods=periods(chosen, last_day(snapshot)),
        **area_choice(chosen.area),
        at=at,
    )


@blueprint.get("/grids.json")
@requires(Permission.VIEW_FIGURES)
def grids() -> Response:
    """Keys of grids per class of the choropleth, lowest class first."""
    _snapshot, _chosen, selection = _asked()
    tag = sha256(selection.version.encode()).hexdigest()[:20]
    if tag in request.if_none_match:
        response = Response(status=304)
    else:
        response = jsonify({"classes": grid_classes(selection.by_grid()), "hatched": []})
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@blueprint.get("/list")
@requires(Permission.VIEW_FIGURES)
def latest() -> str:
    """The latest reports of the filter in one grid: of the place ``lon``, ``lat``, or of ``area``. A fragment of the page."""
    _snapshot, chosen, _selection = _asked()
    settings, conn = db.settings(), db.connection()
    facts = None
    if "lon" in request.args:
        lon, lat = asked_place(request.args)
        place = locate_place(conn, settings, lon, lat)
        check_place(place)
        if place.grid_id is None:
            return render_template("heat/list.html", facts=None, outside=True, rows=[], count=0, chosen=chosen)
        facts = grid_facts(conn, [place.grid_id])[place.grid_id]
        chosen = replace(chosen, area=facts.code)
    count = choose(conn, scope(), _snapshot, chosen).total
    page = list_reports(conn, scope(), chosen, settings.zone, limit=LATEST)
    return render_template(
        "heat/list.html",
        facts=facts,
        area=named_place(conn, scope(), chosen.area, today(settings.zone)) if chosen.area and facts is None else None,
        outside=False,
        rows=page.rows,
        count=count,
        chosen=chosen,
        heat_url=heat_url,
        latest=LATEST,
    )


def _asked() -> tuple[Snapshot, ReportFilter, Selection]:
    snapshot = open_snapshot(db.engine(), db.settings())
    chosen = chosen_filter(request.args, last_day(snapshot))
    return snapshot, chosen, choose(db.connection(), scope(), snapshot, chosen)


def _map(chosen: ReportFilter, selection: Selection, data_day: date | None) -> tuple[MapParts, bool]:
    settings, conn = db.settings(), db.connection()
    made, has_grids = page_map(conn, scope(), settings, today(settings.zone), _("Issue heatmap"), chosen.area)
    values_url = heat_url(chosen, "heat.grids")
    choropleth = GridChoropleth(_GRIDS, values_url, name=_("Reports per grid"), colours=COLOURS, show=False)
    choropleth.add_to(made)
    heat = HeatTileLayer(tile_url(chosen), name=_("Density of reports")).add_to(made)
    VectorTileLayer("grids", _GRIDS, name=_("Grids"), language=language()).add_to(made)
    note = _("Data to %(day)s", day=data_day.isoformat()) if data_day else ""
    breaks = selection.density_classes
    unit = _("reports per km², smoothed over %(metres)d m", metres=round(selection.bandwidth_m))
    _add_legend(made, _("Density of reports"), unit, breaks, note, heat)
    counts = grid_breaks(selection.by_grid())
    _add_legend(made, _("Reports per grid"), _("reports"), counts, note, choropleth)
    LayerSwitch().add_to(made)
    return render(made, csp_nonce()), has_grids


def _add_legend(made: Any, title: str, unit: str, breaks: tuple[float, ...], note: str, layer: Any) -> None:
    """Classes from the highest down, each with its range."""
    rows = []
    for i in reversed(range(len(breaks))):
        low = _number(breaks[i])
        words = f"≥ {low}" if i == len(breaks) - 1 else f"{low} – {_number(breaks[i + 1])}"
        rows.append(LegendRow(COLOURS[i], words))
    if not rows:
        rows = [LegendRow("none", _("no reports"))]
    made.add_child(Legend(title, rows, unit=unit, note=note, layer=layer))


def _number(value: float) -> str:
    return thousands(int(value)) if value >= 1 else f"{value:g}"
