"""One case with all that is known of it."""

from typing import Any
from uuid import UUID

from flask import render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection, Row

from geodata.addresses.queue import search_state
from geodata.case_details import same_kind_nearby
from geodata.days import today
from geodata.divisions import division_chain
from geodata.hotline import order_of_report
from geodata.owners.ownership import Ownership
from geodata.people import posts_of_areas
from geodata.positions.piles import flag_of
from geodata.reports import events_of, report_by_ref
from geodata.scope import Scope
from gridmap.access import Permission
from web import db
from web.access import requires
from web.cases.blueprint import blueprint
from web.cases.doubt import doubt_words
from web.cases.listing import communities_of
from web.cases.ownership import ownership_words
from web.cases.photos import photo_marks, photos_of_case
from web.map_assets import grid_layer, page_map
from web.maps import MapParts, render
from web.maps.photo_marks import PhotoMark
from web.maps.place_mark import PlaceMark
from web.scope import scope
from web.security import csp_nonce
from web.static_files import static_url

NEARBY_M = 100
NEARBY_DAYS = 30
#: Degrees around a case that its map shows at first: some 300 m each way.
_AROUND = 0.002


@blueprint.get("/<uuid:ref>")
@requires(Permission.VIEW_REPORTS)
def one(ref: UUID) -> str:
    """A case inside the scope."""
    conn, seen = db.connection(), scope()
    at = today(db.settings().zone)
    row = report_by_ref(conn, seen, ref)
    workers = posts_of_areas(conn, seen, [row.grid_code], at) if row.grid_code else []
    nearby = same_kind_nearby(conn, seen, row, metres=NEARBY_M, days=NEARBY_DAYS)
    photos = photos_of_case(conn, row)
    events = events_of(conn, row.id)
    asked = ownership_words(conn, row, events)
    return render_template(
        "cases/one.html",
        row=row,
        chain=division_chain(conn, row.community_code),
        workers=[post for post in workers if post.kind in ("grid_worker", "deputy_worker")],
        **asked,
        **doubt_words(conn, row),
        events=events,
        order=order_of_report(conn, row.id),
        flag=flag_of(conn, row.id),
        may_see_piles=seen.may(Permission.MANAGE_DATA) and seen.everywhere,
        placing_url=_placing_url(conn, seen, row),
        nearby=nearby,
        communities=communities_of(conn, nearby),
        nearby_m=NEARBY_M,
        nearby_days=NEARBY_DAYS,
        **photos,
        parts=_map(conn, row, asked["ownership"], photo_marks(photos["photos"])) if row.lon is not None else None,
        may_heat=seen.may(Permission.VIEW_FIGURES),
    )


def _placing_url(conn: Connection, seen: Scope, row: Row[Any]) -> str | None:
    """Where the report's address is placed, for those who place; None when it came with coordinates."""
    state = search_state(conn, row.id) if seen.may(Permission.PLACE_REPORTS) else None
    return None if state is None else url_for("data.addresses", state=state, order=row.ref)


def _map(conn: Connection, row: Row[Any], ownership: Ownership, photos: list[PhotoMark]) -> MapParts:
    """The place, its owner as it was on the day that decided, the way to its edge."""
    settings = db.settings()
    around = (row.lat - _AROUND, row.lon - _AROUND, row.lat + _AROUND, row.lon + _AROUND)
    at = today(settings.zone)
    made, _has_grids = page_map(conn, scope(), settings, at, _("Place of the case"), opens_on=around)
    made.add_js_link("place_mark", static_url("maps/place_mark.js"))
    made.add_js_link("photo_marks", static_url("maps/photo_marks.js"))
    edition = ownership.edition
    grid_layer(ownership.day if edition and not edition.in_force else None).add_to(made)
    edge = edition.edge if edition else None
    PlaceMark(row.lat, row.lon, accuracy_m=row.accuracy_m, grid_id=row.grid_id, edge=edge).add_to(made)
    for mark in photos:
        mark.add_to(made)
    return render(made, csp_nonce())
