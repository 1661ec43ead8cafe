"""Correcting a case's place: a pin on the map, what it would change, and the word that does it."""

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Row
from werkzeug.wrappers import Response as AnyResponse

from geodata.actions.keeping_photos import photos_against
from geodata.actions.moving import NothingToMove, move_pin, preview_move, tag_of_place
from geodata.days import today
from geodata.reports import report_by_ref
from gridmap.access import Permission
from gridmap.errors import GridmapError
from web import db
from web.access import requires
from web.acting import actor
from web.cases.blueprint import blueprint
from web.cases.words import number_of
from web.errors import status_of
from web.forms import field, troubles
from web.i18n import language
from web.map_assets import grid_layer, page_map
from web.map_page.places import asked_place
from web.maps import MapParts, render
from web.maps.movable_pin import MovablePin
from web.scope import scope
from web.security import csp_nonce
from web.static_files import static_url

#: Degrees around the case that the map shows at first.
_AROUND = 0.002


@blueprint.get("/<uuid:ref>/move")
@requires(Permission.PLACE_REPORTS)
def move(ref: UUID) -> AnyResponse:
    """The map with the pin."""
    return _page(ref)


@blueprint.get("/<uuid:ref>/move/preview")
@requires(Permission.PLACE_REPORTS)
def move_preview(ref: UUID) -> str:
    """What moving the pin to ``lon``, ``lat`` (WGS84) would do. A fragment of the page."""
    row = report_by_ref(db.connection(), scope(), ref)
    try:
        found = preview_move(db.connection(), db.settings(), actor(), row, *asked_place(request.args))
    except GridmapError as error:
        return render_template("cases/move_preview.html", row=row, trouble=error.text(language()), move=None)
    # The grid is named also where it lies outside: whoever moves a case must know to whom.
    there = (found.place.lon, found.place.lat)
    photos = photos_against(db.connection(), db.settings(), row, at=there)
    return render_template(
        "cases/move_preview.html", row=row, trouble=None, move=found, place=found.place, photos=photos
    )


@blueprint.post("/<uuid:ref>/move")
@requires(Permission.PLACE_REPORTS)
def moved(ref: UUID) -> AnyResponse:
    """Move the pin; what somebody else changed meanwhile is not overwritten."""
    try:
        lon, lat = asked_place(request.form)
        with db.transaction() as conn:
            found = move_pin(conn, db.settings(), actor(), ref, field("seen"), lon, lat, field("why", 500))
    except GridmapError as error:
        db.forget()
        return _page(ref, error)
    place = found.place
    grid = place.grid.name or place.grid.code if place.grid else _("In no grid")
    flash(_("The place of case %(number)s is corrected; it belongs to: %(grid)s.", number=number_of(ref), grid=grid))
    return redirect(url_for("cases.index") if found.leaves else url_for("cases.one", ref=ref))


def _page(ref: UUID, error: GridmapError | None = None) -> AnyResponse:
    row = report_by_ref(db.connection(), scope(), ref)
    if row.lon is None:
        raise NothingToMove
    page = render_template(
        "cases/move.html",
        row=row,
        seen=tag_of_place(row),
        typed={name: field(name) or f"{getattr(row, name):.6f}" for name in ("lon", "lat")}
        | {"why": field("why", 500)},
        errors=troubles(error),
        parts=_map(row),
    )
    return make_response(page, status_of(error) if error else 200)


def _map(row: Row[Any]) -> MapParts:
    settings = db.settings()
    around = (row.lat - _AROUND, row.lon - _AROUND, row.lat + _AROUND, row.lon + _AROUND)
    at = today(settings.zone)
    made, _has_grids = page_map(db.connection(), scope(), settings, at, _("Click where the case is"), opens_on=around)
    made.add_js_link("movable_pin", static_url("maps/movable_pin.js"))
    grid_layer().add_to(made)
    MovablePin(row.lat, row.lon, grid_id=row.grid_id, words=_("Place of the case; arrow keys move it")).add_to(made)
    return render(made, csp_nonce())
