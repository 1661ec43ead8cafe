"""Piles: coordinates that many reports share, what lies there, and whether it is a real place after all."""

from uuid import UUID

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from geodata.days import today
from geodata.positions.piles import call_real, flag_counts, list_piles, pile_by_ref, reports_of_pile
from gridmap.access import Permission
from web import db
from web.access import requires
from web.acting import actor
from web.cases.words import case_helpers
from web.data.blueprint import blueprint, check_whole_city
from web.forms import field
from web.map_assets import grid_layer, page_map
from web.maps import MapParts, render
from web.maps.place_mark import PlaceMark
from web.paging import A_PAGE, pager, whole_number
from web.scope import scope
from web.security import csp_nonce
from web.static_files import static_url

#: What lies at a pile, by kind.
THING_WORDS = {
    "service_point": _l("service point"),
    "division": _l("middle of the area"),
    "compound": _l("in the compound"),
    "building": _l("at the building"),
}
_AROUND = 0.002


@blueprint.get("/piles")
@requires(Permission.MANAGE_DATA)
def sources_piles() -> str:
    """All piles, largest first, and how many reports have rounded coordinates."""
    check_whole_city()
    conn = db.connection()
    return render_template(
        "data/piles.html", piles=list_piles(conn), flags=flag_counts(conn), thing_words=THING_WORDS, **case_helpers()
    )


@blueprint.get("/piles/<uuid:ref>")
@requires(Permission.MANAGE_DATA)
def sources_pile(ref: UUID) -> str:
    """One pile: where it lies, and its reports, newest first."""
    check_whole_city()
    conn = db.connection()
    row = pile_by_ref(conn, ref)
    rows, following = reports_of_pile(conn, row.id, limit=A_PAGE, after=whole_number("cursor", 0))
    return render_template(
        "data/pile.html",
        row=row,
        rows=rows,
        pager=pager(following),
        parts=_map(row.lon, row.lat),
        thing_words=THING_WORDS,
        **case_helpers(),
    )


@blueprint.post("/piles/<uuid:ref>")
@requires(Permission.MANAGE_DATA)
def sources_pile_real(ref: UUID) -> AnyResponse:
    """Say that a pile is a real place (``real``: 1), or take that back."""
    check_whole_city()
    real = field("real") == "1"
    with db.transaction() as conn:
        call_real(conn, ref, real, g.account.id)
        actor().note(conn, "pile_called_real" if real else "pile_no_longer_real", str(ref))
    flash(_("Its reports count on site again.") if real else _("Its reports are taken out at the next judgement."))
    return redirect(url_for("data.sources_pile", ref=ref))


def _map(lon: float, lat: float) -> MapParts:
    settings = db.settings()
    around = (lat - _AROUND, lon - _AROUND, lat + _AROUND, lon + _AROUND)
    made, _has_grids = page_map(
        db.connection(), scope(), settings, today(settings.zone), _("Place of the pile"), opens_on=around
    )
    made.add_js_link("place_mark", static_url("maps/place_mark.js"))
    grid_layer().add_to(made)
    PlaceMark(lat, lon).add_to(made)
    return render(made, csp_nonce())
