from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import pgettext

from geodata.actions import locate_place
from geodata.days import today
from geodata.places import find_places, grid_facts, things_at, things_known
from geodata.selections import recent_counts
from geodata.snapshots import open_snapshot
from gridmap.access import Permission
from web import db
from web.access import requires
from web.i18n import language
from web.map_assets import page_map
from web.map_page.places import asked_place
from web.map_words import helpers
from web.maps import LayerSwitch, Legend, LegendRow, VectorTileLayer, render
from web.scope import check_place, scope
from web.security import csp_nonce

blueprint = Blueprint("map_page", __name__, url_prefix="/map")

blueprint.context_processor(helpers)

_WORDS_MOST = 100


@blueprint.get("")
@requires(Permission.VIEW_MAP)
def index() -> str:
    """The map with grids and boundaries."""
    settings, conn = db.settings(), db.connection()
    at = today(settings.zone)
    made, has_grids = page_map(conn, scope(), settings, at, _("Map of grids"))
    VectorTileLayer("divisions", "/tiles/divisions/{z}/{x}/{y}.mvt", name=_("Divisions"), language=language()).add_to(
        made
    )
    grids = VectorTileLayer("grids", "/tiles/grids/{z}/{x}/{y}.mvt", name=_("Grids"), language=language())
    grids.add_to(made)
    known = things_known(conn)
    areas = _rows(known, {"district": _("District"), "street": _("Street"), "community": _("Community")})
    if has_grids:
        areas.insert(0, LegendRow("grid", pgettext("kind of place", "Grid")))
    if areas:
        made.add_child(Legend(_("Grids in force"), areas, note=_("As of %(day)s", day=at.isoformat()), layer=grids))
    words = {
        "compound": _("Compound"), "building": _("Building"), "green": _("Green"), "water": _("Water"), "rail": _("Railway"),
    }  # fmt: skip
    if below := _rows(known, words):
        made.add_child(Legend(_("Base map"), below))
    LayerSwitch().add_to(made)
    return render_template("map_page/index.html", parts=render(made, csp_nonce()), has_grids=has_grids, at=at)


def _rows(known: frozenset[str], words: dict[str, str]) -> list[LegendRow]:
    """Lines of a legend for what there is to see."""
    return [LegendRow(kind, word) for kind, word in words.items() if kind in known]


@blueprint.get("/card")
@requires(Permission.VIEW_MAP)
def card() -> str:
    """What is at a place: ``lon`` and ``lat`` in WGS84 degrees. A fragment of the page."""
    settings, conn = db.settings(), db.connection()
    lon, lat = asked_place(request.args)
    place = locate_place(conn, settings, lon, lat)
    check_place(place)
    facts, counts = None, []
    if place.grid_id is not None:
        facts = grid_facts(conn, [place.grid_id])[place.grid_id]
        counts = recent_counts(open_snapshot(db.engine(), settings), place.grid_id, place.at)
    return render_template(
        "map_page/card.html",
        place=place,
        facts=facts,
        counts=counts,
        things=things_at(conn, place.lon, place.lat),
        gap_limit_m=settings.gap_limit_m,
    )


@blueprint.get("/search")
@requires(Permission.VIEW_MAP)
def search() -> str:
    """Grids and divisions for the words in ``q``. A fragment of the page."""
    words = request.args.get("q", "")[:_WORDS_MOST]
    found = find_places(db.connection(), scope(), words, today(db.settings().zone))
    return render_template("map_page/found.html", words=words.strip(), found=found)
