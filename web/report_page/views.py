from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from geodata.actions import KeyReused, locate_place
from geodata.actions.keeping_photos import photos_against
from geodata.days import today
from geodata.divisions import division_chain
from geodata.rate_limits import TooManyRequests
from geodata.reports import report_by_ref
from geodata.scope import EVERYTHING
from geodata.searching import find_things
from geodata.snapshots import open_snapshot
from gridmap.access import Permission
from gridmap.datum import STATED
from gridmap.errors import GridmapError
from web import db
from web.access import public, requires
from web.api.fields import query_number
from web.errors import status_of
from web.filing import check_may_file, check_source, file_for_caller, sources_of_caller
from web.i18n import language
from web.identity import web_session
from web.map_assets import grid_layer, page_map
from web.map_page.places import asked_place
from web.maps import LayerSwitch, MapParts, render
from web.report_page.blueprint import blueprint
from web.report_page.categories import usual_categories
from web.report_page.form import ReportForm
from web.report_page.photos import looked_at, placed_by_photo, with_sent_files
from web.scope import holds_place, scope
from web.security import csp_nonce, takes_photos
from web.static_files import static_url

#: Kinds of things whose middle is a place to report.
_CANDIDATES = ("compound", "building")


@blueprint.get("")
@public
def index() -> Response:
    """The form, empty but for what the address fills in: ``lon`` and ``lat`` (WGS84), ``address_text``, ``source``."""
    check_may_file()
    form = ReportForm.fresh(g.account.role if g.account else None)
    given: dict[str, Any] = {name: request.args.get(name, "")[:300] for name in ("lon", "lat", "address_text")}
    if (source := request.args.get("source", "")) in sources_of_caller():
        given["source"] = source
    return _page(replace(form, **given), None, 200)


@blueprint.post("")
@public
@takes_photos
def file() -> AnyResponse:
    """File what the form says, once; what is wrong is said at its field."""
    check_may_file()
    form, wrong = with_sent_files(ReportForm.parse(request.form))
    form = placed_by_photo(form)
    try:
        check_source(form.source)
        if wrong:
            raise wrong[0]
        filed = file_for_caller(form.draft(db.settings().zone))
    except GridmapError as error:
        # Changed after it was filed: most likely another report, which the next click files.
        again = replace(form, key=str(uuid4()), photos=()) if isinstance(error, KeyReused) else form
        return _page(again, error, status_of(error))
    return redirect(url_for("report_page.filed", ref=filed.ref), 303)


@blueprint.get("/filed/<uuid:ref>")
@public
def filed(ref: UUID) -> Response:
    """What happens next with a report, no more than its tracking page tells. Its address is as secret as that one's."""
    conn = db.connection()
    row = report_by_ref(conn, EVERYTHING, ref)
    response = make_response(
        render_template(
            "report_page/filed.html",
            row=row,
            community=division_chain(conn, row.community_code).get("community"),
            photos=photos_against(conn, db.settings(), row),
        )
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/owner")
@requires(Permission.FILE_REPORT)
def owner() -> str:
    """Which grid owns ``lon``, ``lat`` in ``datum``; what is wrong with them otherwise. A fragment of the form."""
    try:
        lon, lat = asked_place(request.args)
        place = locate_place(
            db.connection(), db.settings(), lon, lat,
            datum=request.args.get("datum", "wgs84"), accuracy_m=query_number("accuracy_m"),
        )  # fmt: skip
    except GridmapError as error:
        return render_template("report_page/owner.html", trouble=error.text(language()), place=None)
    return render_template("report_page/owner.html", trouble=None, place=place, inside=holds_place(place))


@blueprint.get("/places")
@requires(Permission.FILE_REPORT)
def places() -> str:
    """Compounds and buildings for the words of an address (``address_text``), to choose one's middle. A fragment of the form."""
    words = request.args.get("address_text", "")[:100]
    things = find_things(db.connection(), scope(), words, today(db.settings().zone))
    found = [thing for thing in things if thing.kind in _CANDIDATES]
    return render_template("report_page/places.html", found=found, words=words.strip())


def _page(form: ReportForm, error: GridmapError | None, status: int) -> Response:
    db.forget()
    snapshot = open_snapshot(db.engine(), db.settings())
    common, known = usual_categories(snapshot)
    page = render_template(
        "report_page/index.html",
        form=form,
        error=error,
        trouble=error.text(language()) if error else None,
        common=common,
        known=known,
        datums=STATED,
        sources=sources_of_caller(),
        parts=_map() if g.account else None,
        photos=looked_at(form),
        photos_most=db.settings().photos_most,
    )
    # The form's token against forgery belongs to a session, also without an account.
    web_session().keep()
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _map() -> MapParts:
    settings = db.settings()
    at = today(settings.zone)
    made: Any
    made, _has_grids = page_map(db.connection(), scope(), settings, at, _("Click where the problem is"))
    made.add_js_link("place_mark", static_url("maps/place_mark.js"))
    grid_layer().add_to(made)
    LayerSwitch().add_to(made)
    return render(made, csp_nonce())
