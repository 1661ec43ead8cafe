"""Coverage on the map: grids by size against their bounds, and the findings."""

import json

from flask import Response, jsonify, render_template, request, url_for
from flask_babel import gettext as _

from geodata.coverage.figures import grid_sizes
from geodata.coverage.findings import finding_shapes
from gridmap.access import Permission
from gridmap.coverage import BOUNDS, Size
from web import db
from web.access import requires
from web.areas import area_choice, asked_area
from web.coverage.blueprint import FINDING_WORDS, blueprint, square_metres
from web.coverage.state import renewal_state
from web.days import asked_day, other_day
from web.map_assets import grid_layer, grid_tiles, page_map
from web.maps import GridChoropleth, LayerSwitch, Legend, LegendRow, render
from web.maps.shapes import ShapeLayer
from web.scope import scope
from web.security import csp_nonce
from web.static_files import static_url

#: Orange and purple are told apart by everybody, and by their lightness on grey paper; the middle is pale.
SIZE_COLOURS = {Size.BELOW: "#f1a340", Size.WITHIN: "#e8e6ea", Size.ABOVE: "#7b5aa6"}
FINDING_COLOURS = {
    "gap": "#b2182b", "overlap": "#08519c", "outside": "#54278f", "building_in_none": "#b2182b", "building_in_several": "#08519c",
}  # fmt: skip
_MOST_SHAPES = 3000


@blueprint.get("/map")
@requires(Permission.VIEW_COVERAGE)
def on_map() -> str:
    """The map of an area with findings of a ``kind``, or all of the ground."""
    settings, conn, area = db.settings(), db.connection(), asked_area()
    at = asked_day()
    made, has_grids = page_map(conn, scope(), settings, at, _("Coverage"), area)
    made.add_js_link("shapes", static_url("maps/shapes.js"))
    sizes = GridChoropleth(
        grid_tiles(), url_for("coverage.sizes", area=area), name=_("Households against the bounds"), colours=tuple(SIZE_COLOURS.values())
    )  # fmt: skip
    sizes.add_to(made)
    grid_layer().add_to(made)
    kind = request.args.get("kind") or None
    shapes = ShapeLayer(url_for("coverage.shapes", area=area, kind=kind), name=_("Findings"), colours=FINDING_COLOURS)
    shapes.add_to(made)
    note = _("As of %(day)s", day=at.isoformat())
    made.add_child(
        Legend(_("Households against the bounds"), _size_rows(), unit=_("general grids"), note=note, layer=sizes)
    )
    made.add_child(Legend(_("Findings"), _finding_rows(kind), note=note, layer=shapes))
    LayerSwitch().add_to(made)
    return render_template(
        "coverage/map.html", parts=render(made, csp_nonce()), has_grids=has_grids, **area_choice(area), area_code=area, kind=kind,
        state=renewal_state(conn, other_day()),
    )  # fmt: skip


@blueprint.get("/sizes.json")
@requires(Permission.VIEW_COVERAGE)
def sizes() -> Response:
    """Keys of grids by size: below, within, above; hatched are those without bounds."""
    grids = grid_sizes(db.connection(), scope(), asked_day(), asked_area())
    found = {size: [each.id for each in grids if each.size is size] for size in Size}
    return jsonify({"classes": [found[size] for size in SIZE_COLOURS], "hatched": found[Size.UNBOUNDED]})


@blueprint.get("/shapes.json")
@requires(Permission.VIEW_COVERAGE)
def shapes() -> Response:
    """Findings as GeoJSON with their words; those of the ground unless a ``kind`` is asked for."""
    asked_day()
    kind = request.args.get("kind") or None
    rows = finding_shapes(db.connection(), scope(), kind, asked_area(), limit=_MOST_SHAPES, on_day=other_day())
    features = [
        {
            "type": "Feature",
            "geometry": json.loads(row.geojson),
            "properties": {"kind": row.kind, "words": _told(row)},
        }
        for row in rows
        if row.geojson and (kind or not row.kind.startswith("building"))
    ]
    return jsonify({"type": "FeatureCollection", "features": features})


def _told(row: object) -> list[str]:
    """Lines of the popup: kind, grids, ground."""
    grids = " · ".join(code for code in (row.grid_a, row.grid_b) if code)  # type: ignore[attr-defined]
    area = row.area_m2  # type: ignore[attr-defined]
    ground = [] if area is None else [_("%(area)s m²", area=square_metres(area))]
    return [str(FINDING_WORDS[row.kind]), *([grids] if grids else []), *ground]  # type: ignore[attr-defined]


def _size_rows() -> list[LegendRow]:
    low, high = BOUNDS["general"].lower, BOUNDS["general"].upper
    return [
        LegendRow(SIZE_COLOURS[Size.ABOVE], _("above %(high)s households", high=high)),
        LegendRow(SIZE_COLOURS[Size.WITHIN], _("%(low)s to %(high)s households", low=low, high=high)),
        LegendRow(SIZE_COLOURS[Size.BELOW], _("below %(low)s households", low=low)),
        LegendRow("hatched", _("no bounds for this kind")),
    ]


def _finding_rows(kind: str | None) -> list[LegendRow]:
    kinds = [kind] if kind in FINDING_WORDS else ["gap", "overlap", "outside"]
    return [LegendRow(FINDING_COLOURS[each], str(FINDING_WORDS[each])) for each in kinds]
