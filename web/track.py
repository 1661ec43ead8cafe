"""The tracking page: what somebody without an account sees of the report that they filed. Its address is the secret."""

from uuid import UUID

from flask import Blueprint, Response, make_response, render_template

from geodata.divisions import division_chain
from geodata.photos import photos_of_report
from geodata.reports import report_by_ref
from geodata.scope import EVERYTHING
from web import db
from web.access import public
from web.photos import small_picture
from web.words import status_word

blueprint = Blueprint("track", __name__)


@blueprint.get("/track/<uuid:ref>")
@public
def show(ref: UUID) -> Response:
    """State, times, category, grid and community, small pictures of the reporter's own photos; no text, coordinates, addresses or names of people."""
    conn = db.connection()
    report = report_by_ref(conn, EVERYTHING, ref)
    chain = division_chain(conn, report.community_code)
    page = render_template(
        "track.html",
        report=report,
        community=chain.get("community"),
        status=status_word(report.status),
        pictures=[small_picture(row) for row in photos_of_report(conn, report.id)],
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    # The address is the key to the page: it is not to travel on as a referrer, nor into a search engine.
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
