"""Addresses to be placed (地址待定): one after the other, with candidates on a map; and the desk that looks for a caller's address."""

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from geodata.actions.placing import give_up_placing, place_at_candidate, place_at_point, tag_of_search
from geodata.actions.teaching import name_to_offer
from geodata.addresses.queue import Search, list_searches, next_search, search_counts, search_of_report
from geodata.compound_aliases import taught_by
from geodata.days import today
from gridmap.access import Permission
from gridmap.errors import GridmapError
from gridmap.report import CoordinateOutOfRange
from web import db
from web.access import requires
from web.acting import actor
from web.cases.words import case_helpers
from web.data.address_words import STATE, address_helpers
from web.data.blueprint import blueprint
from web.data.desk import desk_answers
from web.errors import status_of
from web.forms import argument, field
from web.i18n import language
from web.map_assets import grid_layer, page_map
from web.maps import LayerSwitch, MapParts, render
from web.paging import pager, whole_number
from web.scope import scope
from web.security import csp_nonce

#: Degrees around candidates that the map shows at first.
_AROUND = 0.0015


@blueprint.get("/addresses")
@requires(Permission.PLACE_REPORTS)
def addresses() -> str:
    """The desk, and the queue of a ``state`` (open, assigned, placed, unplaceable) with one ``order`` of it opened."""
    shown = _queue(_asked_state(), argument("order") or None)
    return render_template("data/addresses.html", parts=_map(shown["search"]), **desk_answers(), **shown)


@blueprint.get("/addresses/queue")
@requires(Permission.PLACE_REPORTS)
def addresses_queue() -> str:
    """The queue without the page around it."""
    return render_template("data/address_queue.html", **_queue(_asked_state(), argument("order") or None))


@blueprint.post("/addresses/<uuid:ref>/place")
@requires(Permission.PLACE_REPORTS)
def addresses_place(ref: UUID) -> AnyResponse:
    """Place a report at the candidate ``chosen``, or at ``lon`` and ``lat`` (WGS84) where none is chosen; ``teach`` the name it bears."""
    settings, chosen, teach = db.settings(), field("chosen"), field("teach") == "1"

    def place(conn: Connection) -> None:
        if chosen:
            number = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 4 else -1
            place_at_candidate(conn, settings, actor(), ref, field("seen"), number, teach=teach)
        else:
            lon, lat = _degrees("lon"), _degrees("lat")
            place_at_point(conn, settings, actor(), ref, field("seen"), lon, lat, teach=teach)

    return _decided(ref, place, _("Placed: %(address)s"))


@blueprint.post("/addresses/<uuid:ref>/give-up")
@requires(Permission.PLACE_REPORTS)
def addresses_give_up(ref: UUID) -> AnyResponse:
    """Say that a report cannot be placed, and ``why``."""

    def give_up(conn: Connection) -> None:
        give_up_placing(conn, db.settings(), actor(), ref, field("seen"), field("why", 500))

    return _decided(ref, give_up, _("Noted that it cannot be placed: %(address)s"))


def _decided(ref: UUID, decide: Any, words: str) -> AnyResponse:
    """Decide, and go on to the next open one; what was refused is told beside the order as it is now."""
    state = field("state") if field("state") in STATE else "open"
    conn = db.connection()
    before = search_of_report(conn, scope(), ref)
    try:
        with db.transaction() as conn:
            decide(conn)
    except GridmapError as error:
        return _answer(state, str(ref), error=error, typed=field("why", 500))
    if state == "open":
        following = next_search(db.connection(), scope(), before.report_id)
        return _answer(
            state, None if following is None else str(following), done=(words % {"address": before.address_text}, ref)
        )
    return _answer(
        search_of_report(db.connection(), scope(), ref).state,
        str(ref),
        done=(words % {"address": before.address_text}, ref),
    )


def _answer(
    state: str,
    order: str | None,
    *,
    done: tuple[str, UUID] | None = None,
    error: GridmapError | None = None,
    typed: str = "",
) -> AnyResponse:
    """The queue for htmx, the page for browsers without scripts. htmx puts in nothing that is called an error."""
    if "HX-Request" in request.headers:
        shown = _queue(state, order, done=done, error=error, typed=typed)
        return make_response(render_template("data/address_queue.html", **shown))
    if error is not None:
        shown = _queue(state, order, error=error, typed=typed)
        page = render_template("data/addresses.html", parts=_map(shown["search"]), **desk_answers(), **shown)
        return make_response(page, status_of(error))
    if done is not None:
        flash(done[0])
    return redirect(url_for("data.addresses", state=state, order=order), 303)


def _queue(
    state: str,
    order: str | None,
    *,
    done: tuple[str, UUID] | None = None,
    error: GridmapError | None = None,
    typed: str = "",
) -> dict[str, Any]:
    conn, seen = db.connection(), scope()
    page = list_searches(conn, seen, state, after=whole_number("after", 0))
    search = search_of_report(conn, seen, order) if order else page.rows[0] if page.rows else None
    return {
        "state": state,
        "counts": search_counts(conn, seen),
        "rows": page.rows,
        "pager": pager(page.next_place, "after"),
        "search": search,
        "seen": tag_of_search(search) if search else "",
        "candidates": _visible(search) if search else [],
        "teachable": name_to_offer(conn, db.settings(), search.address_text) if search else None,
        "taught": taught_by(conn, search.report_id) if search else None,
        "done": done,
        "trouble": error.text(language()) if error else "",
        "trouble_field": error.field if error else None,
        "typed": typed,
        **case_helpers(),
        **address_helpers(),
    }


def _visible(search: Search) -> list[tuple[int, dict[str, Any]]]:
    """Candidates inside the own area with their place in the list: what lies elsewhere can only be chosen by who sees both."""
    inside = scope().holds
    return [
        (number, each)
        for number, each in enumerate(search.candidates)
        if inside(each["grid_code"], each["community_code"])
    ]


def _map(search: Search | None) -> MapParts:
    settings, at = db.settings(), today(db.settings().zone)
    opens_on = None
    if search is not None and (places := [(each["lat"], each["lon"]) for _number, each in _visible(search)]):
        south, west = (min(values) - _AROUND for values in zip(*places, strict=True))
        north, east = (max(values) + _AROUND for values in zip(*places, strict=True))
        opens_on = (south, west, north, east)
    made, _has_grids = page_map(
        db.connection(), scope(), settings, at, _("Candidates, and a place to click"), opens_on=opens_on
    )
    grid_layer().add_to(made)
    LayerSwitch().add_to(made)
    return render(made, csp_nonce())


def _asked_state() -> str:
    asked = argument("state")
    return asked if asked in STATE else "open"


def _degrees(name: str) -> float:
    try:
        return float(field(name))
    except ValueError as error:
        raise CoordinateOutOfRange(field=name, value=field(name)) from error
