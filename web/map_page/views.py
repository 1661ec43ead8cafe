from itertools import groupby
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from flask_babel import pgettext

from geodata.places import find_places, named_place, things_known
from geodata.searching import find_things
from geodata.service_points import service_kinds
from gridmap.access import Permission
from web import db
from web.access import requires
from web.days import asked_day, other_day
from web.i18n import language
from web.map_assets import grid_layer, grid_tiles, page_map
from web.map_page.blueprint import blueprint
from web.map_page.places import opened
from web.map_page.words import SERVICE, SERVICE_GROUP
from web.map_words import place_name
from web.maps import LayerSwitch, Legend, LegendRow, MapTools, VectorTileLayer, render
from web.scope import scope
from web.security import csp_nonce

_WORDS_MOST = 100
#: A printed sheet names so many of the account's areas.
_AREAS_NAMED = 3
_SERVICES_FROM_ZOOM = 13
_NAMES_FROM_ZOOM = 16
_GATES_FROM_ZOOM = 17


@blueprint.get("")
@requires(Permission.VIEW_MAP)
def index() -> str:
    """The map with grids and boundaries; an address may open a thing's card (``grid``, ``compound``, ``building``, ``service``, ``lon`` and ``lat``) or show an ``area``."""
    settings, conn = db.settings(), db.connection()
    at = asked_day()
    shown = opened(conn, scope(), request.args, at)
    made, has_grids = page_map(
        conn,
        scope(),
        settings,
        at,
        _("Map of grids"),
        request.args.get("area") or None,
        opens_on=shown.bounds if shown else None,
        compound_names=False,
    )
    divisions = VectorTileLayer(
        "divisions", "/tiles/divisions/{z}/{x}/{y}.mvt", name=_("Divisions"), language=language()
    )
    divisions.add_to(made)
    grids = grid_layer()
    grids.add_to(made)
    known = things_known(conn)
    areas = _rows(known, {"district": _("District"), "street": _("Street"), "community": _("Community")})
    if has_grids:
        areas.insert(0, LegendRow("grid", pgettext("kind of place", "Grid")))
    if areas:
        title = _("Grids in force") if other_day() is None else _("Grids of %(day)s", day=at.isoformat())
        made.add_child(Legend(title, areas, note=_("As of %(day)s", day=at.isoformat()), layer=grids))
    for style, word, rows, zoom in _point_layers(known):
        beside: dict[str, Any] = {"gridsUrl": grid_tiles()} if style == "compound_names" else {}
        layer = VectorTileLayer(
            style, "/tiles/services/{z}/{x}/{y}.mvt", name=word, language=language(), minZoom=zoom, **beside
        )
        layer.add_to(made)
        if rows:
            made.add_child(Legend(word, rows, layer=layer))
    words = {
        "compound": _("Compound"), "building": _("Building"), "green": _("Green"), "water": _("Water"), "rail": _("Railway"),
    }  # fmt: skip
    if below := _rows(known, words):
        made.add_child(Legend(_("Base map"), below))
    MapTools(_tool_words()).add_to(made)
    LayerSwitch().add_to(made)
    return render_template(
        "map_page/index.html",
        parts=render(made, csp_nonce()),
        has_grids=has_grids,
        at=at,
        shown=shown,
        area_names=_(", ").join(
            place_name(named_place(conn, scope(), code, at)) for code in (scope().areas or ())[:_AREAS_NAMED]
        ),
    )


def _point_layers(known: frozenset[str]) -> list[tuple[str, str, list[LegendRow], int]]:
    """Layers of points and names that there is something to show on: style, word, lines of the legend, first zoom."""
    found: list[tuple[str, str, list[LegendRow], int]] = []
    if "compound" in known:
        found.append(("compound_names", _("Compound names"), [], _NAMES_FROM_ZOOM))
    if "gate" in known:
        found.append(
            (
                "gates",
                _("Gates"),
                [
                    LegendRow("gate-vehicle", _("Gate for vehicles")),
                    LegendRow("gate-pedestrian", _("Gate for pedestrians")),
                ],
                _GATES_FROM_ZOOM,
            )
        )
    if "service_point" in known:
        kinds = {kind if kind in SERVICE else "other" for kind in service_kinds(db.connection())}
        rows = [LegendRow(group, str(word)) for group, (word, own) in SERVICE_GROUP.items() if kinds.intersection(own)]
        found.append(("services", _("Service points"), rows, _SERVICES_FROM_ZOOM))
    return found


def _tool_words() -> dict[str, str]:
    """What the tools on the map say."""
    return {
        "distance": _("Measure a distance"),
        "area": _("Measure an area"),
        "print": _("Print the map"),
        "hint": _("Click points on the map, or Enter for its middle. Backspace takes the last one back, Escape ends."),
        "undo": _("Take back the last point"),
        "close": _("End measuring"),
        "metres": _("m"),
        "kilometres": _("km"),
        "square_metres": _("m²"),
        "hectares": _("ha"),
        "square_kilometres": _("km²"),
        "scale": _("Scale about 1 : %(number)s", number="{number}"),
    }


def _rows(known: frozenset[str], words: dict[str, str]) -> list[LegendRow]:
    """Lines of a legend for what there is to see."""
    return [LegendRow(kind, word) for kind, word in words.items() if kind in known]


@blueprint.get("/search")
@requires(Permission.VIEW_MAP)
def search() -> str:
    """Grids, divisions, compounds, buildings and service points for the words in ``q``. A fragment of the page."""
    conn, at = db.connection(), asked_day()
    words = request.args.get("q", "").strip()[:_WORDS_MOST]
    things = find_things(conn, scope(), words, at)
    return render_template(
        "map_page/found.html",
        words=words,
        places=find_places(conn, scope(), words, at),
        things=[(kind, list(found)) for kind, found in groupby(things, key=lambda thing: thing.kind)],
    )
