"""The planning table (网格划分): units on a map, drawn into grids with every figure following."""

from typing import Any
from uuid import UUID

from flask import current_app, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy import Connection, Row
from werkzeug.wrappers import Response as AnyResponse

from geodata.plans.versions import list_versions
from geodata.tables.grids import KINDS
from gridmap.access import Permission
from gridmap.planning.approval import PlanState
from web import db
from web.access import requires
from web.days import asked_day
from web.i18n import language
from web.map_assets import grid_tiles, page_map
from web.maps import GridMap, LayerSwitch, Legend, LegendRow, VectorTileLayer, render
from web.plans.asked import asked_ground, asked_plan
from web.plans.blueprint import blueprint
from web.plans.table.words import help_keys, help_lines, table_words
from web.plans.view import plan_extent
from web.plans.words import STATE_WORDS
from web.scope import scope
from web.security import csp_nonce
from web.vendor import vendor_url

#: Our scripts in the order in which they need each other.
SCRIPTS = (
    "ground", "borders", "draft", "figures", "colours", "canvas", "drawing", "marks", "labels", "table", "grids", "dialogs", "panel", "card",
    "tools", "keyboard", "saving", "conflicts", "suggesting", "files", "comments",
)  # fmt: skip
_EXPORTS = {"CSV": "csv", "GeoJSON": "geojson", "GeoPackage": "gpkg"}


@blueprint.get("/<uuid:ref>")
@requires(Permission.VIEW_PLANS)
def table(ref: UUID) -> str | AnyResponse:
    """The table of a plan; for who may not draw, or once it is being decided about, to look at. While its units are made: how far that is."""
    conn = db.connection()
    row = asked_plan(conn, ref)
    if not row.version:
        return redirect(url_for("plans.making", ref=ref))
    may_draw = scope().may(Permission.DRAFT_PLANS) and row.status == PlanState.DRAFT
    return render_template(
        "plans/table.html",
        plan=row,
        parts=render(_map(conn, row), csp_nonce()),
        config=_config(row, may_draw=may_draw),
        read_only_words=None if may_draw else _read_only(row),
        versions=list_versions(conn, row.id),
        exports=[
            (kind, address)
            for kind, ending in _EXPORTS.items()
            if (address := _address("plans.file", ref=ref, version=row.version, ending=ending))
        ],
        kinds=KINDS,
        scripts=SCRIPTS,
        help_lines=help_lines(),
        help_keys=help_keys(),
    )


def _map(conn: Connection, row: Row[Any]) -> GridMap:
    made, _has_grids = page_map(conn, scope(), db.settings(), asked_day(), _("Planning table"), row.area_code)
    south, west, north, east = plan_extent(asked_ground(conn, row))
    made.settings["bounds"] = [[south, west], [north, east]]
    made.add_js_link("geoman", vendor_url("leaflet-geoman", "dist/leaflet-geoman.min.js"))
    made.add_css_link("geoman", vendor_url("leaflet-geoman", "dist/leaflet-geoman.css"))
    VectorTileLayer("grids", grid_tiles(), name=_("Present grids"), language=language(), show=False).add_to(made)
    rows = [
        LegendRow("plan-grid", _("Grid of the draft")),
        LegendRow("plan-unit", pgettext("plan of grids", "Unit")),
        LegendRow("plan-none", pgettext("unit", "In no grid")),
        LegendRow("plan-water", _("Water between units")),
        LegendRow("plan-rail", _("Railway between units")),
        LegendRow("plan-road", _("Large road between units")),
    ]
    made.add_child(
        Legend(row.name, rows, unit=_("Numbers on the map: households"), note=_("↑ above the bounds, ↓ below them"))
    )
    LayerSwitch().add_to(made)
    return made


def _config(row: Row[Any], *, may_draw: bool) -> dict[str, Any]:
    """What the scripts need to know."""
    address = {
        "ground": _address("plans.ground", ref=row.ref),
        "version": _address("plans.version", ref=row.ref, version=row.version),
        "version_pattern": _address("plans.version", ref=row.ref, version=0),
        "versions": _address("plans.save", ref=row.ref),
        "merge": _address("plans.merge", ref=row.ref),
        "suggestions": _address("plans.suggest", ref=row.ref),
        "import": _address("plans.import_file", ref=row.ref),
        "comments": _address("plans.comments", ref=row.ref),
        "comment": _address("plans.comment", ref=row.ref),
    }
    return {
        "plan": str(row.ref),
        "account": g.account.id,
        "may_draw": may_draw,
        "urls": address,
        "words": table_words(),
    }


def _address(endpoint: str, **values: Any) -> str | None:
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None


def _read_only(row: Row[Any]) -> str:
    if row.status != PlanState.DRAFT:
        state = STATE_WORDS[PlanState(row.status)]
        return str(_("To look at: the plan is “%(state)s” and cannot be changed now.", state=state))
    return str(_("To look at: your role does not draw plans."))
