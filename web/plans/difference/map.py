"""The map of two versions of a plan: outlines of both, the ground and the buildings that change hands."""

from flask_babel import gettext as _
from sqlalchemy import Connection

from geodata.days import today
from web import db
from web.map_assets import page_map
from web.maps import Legend, LegendRow, MapParts, render
from web.maps.moves import MOVED_BUILDING, MOVED_GROUND, NEW_LINE, MovesLayer
from web.plans.pair import Pair
from web.plans.view import plan_extent
from web.scope import scope
from web.security import csp_nonce
from web.static_files import static_url


def change_map(conn: Connection, pair: Pair, url: str) -> MapParts:
    """The map of a comparison, whose content ``url`` gives."""
    settings = db.settings()
    day = today(settings.zone)
    extent = plan_extent(pair.ground)
    made, _any = page_map(
        conn, scope(), settings, day, _("What changes on the map"), pair.plan.area_code, opens_on=extent
    )
    made.add_js_link("moves", static_url("maps/moves.js"))
    made.add_child(MovesLayer(url))
    rows = [
        LegendRow(MOVED_GROUND, _("ground that changes hands")),
        LegendRow(MOVED_BUILDING, _("building that changes hands")),
        LegendRow(NEW_LINE, _("new boundaries")),
        LegendRow("old-line", _("old boundaries")),
    ]
    made.add_child(Legend(_("What changes"), rows))
    return render(made, csp_nonce())
