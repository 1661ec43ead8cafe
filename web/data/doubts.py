"""Owners in doubt (归属存疑): one after another, each with its map; one click confirms or transfers."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy import Connection, Row
from werkzeug.wrappers import Response as AnyResponse

from geodata.actions.deciding import Decision, confirm_owner, take_back, transfer_owner
from geodata.days import today
from geodata.doubts import (
    STATES_SHOWN,
    count_doubts,
    disputed_borders,
    doubt_of_ref,
    grids_asked,
    list_doubts,
    tag_of_row,
)
from gridmap.access import Permission
from gridmap.errors import GridmapError
from web import db
from web.access import requires
from web.acting import actor
from web.cases.words import case_helpers, number_of
from web.data.blueprint import blueprint
from web.data.doubt_address import PERIODS, AskedDoubts
from web.doubt_words import EMPTY, STATE, choices_of, map_data, shares_in_words
from web.errors import status_of
from web.forms import field
from web.i18n import language
from web.map_assets import grid_layer, page_map
from web.map_words import percent, place_name
from web.maps import MapParts, render
from web.paging import A_PAGE, pager, whole_number
from web.scope import scope
from web.security import csp_nonce


@blueprint.get("/doubts")
@requires(Permission.PLACE_REPORTS)
def doubts() -> str:
    """The queue of a ``state``, decided in the last ``days``, ``between`` two grids; one ``report`` of it with its map."""
    return _page(AskedDoubts.parse(request.args))


@blueprint.get("/doubts/queue")
@requires(Permission.PLACE_REPORTS)
def doubts_queue() -> str:
    """The queue without the page around it. A fragment."""
    return render_template("data/doubt_queue.html", **_queue(AskedDoubts.parse(request.args)))


@blueprint.post("/doubts/<uuid:ref>/confirm")
@requires(Permission.PLACE_REPORTS)
def doubts_confirm(ref: UUID) -> AnyResponse:
    """The owner is right."""
    return _decide(ref, lambda conn: confirm_owner(conn, actor(), ref, field("seen")))


@blueprint.post("/doubts/<uuid:ref>/transfer")
@requires(Permission.PLACE_REPORTS)
def doubts_transfer(ref: UUID) -> AnyResponse:
    """It belongs to another grid."""
    return _decide(ref, lambda conn: transfer_owner(conn, actor(), ref, field("grid"), field("seen")))


@blueprint.post("/doubts/<uuid:ref>/take-back")
@requires(Permission.PLACE_REPORTS)
def doubts_take_back(ref: UUID) -> AnyResponse:
    """Undo one's own decision."""
    return _decide(ref, lambda conn: take_back(conn, actor(), ref))


def _decide(ref: UUID, work: Callable[[Connection], Decision]) -> AnyResponse:
    """Decide, and show the next question; what was refused is told beside the question as it is now."""
    asked = AskedDoubts.parse(request.form)
    try:
        with db.transaction() as conn:
            decision = work(conn)
    except GridmapError as error:
        if status_of(error) == 404:
            raise
        return _answer(AskedDoubts(asked.state, asked.days, asked.between, ref), error=error)
    if field("back") == "case":
        flash(_told(db.connection(), decision))
        return redirect(url_for("cases.one", ref=ref), 303)
    # The question after the one that was decided; one that was taken back is shown again.
    shown = asked.report if decision.state != "open" else ref
    state = "open" if decision.state == "open" else asked.state
    return _answer(AskedDoubts(state, asked.days, asked.between, shown), done=decision)


def _answer(asked: AskedDoubts, *, done: Decision | None = None, error: GridmapError | None = None) -> AnyResponse:
    """The queue for htmx, the page for browsers without scripts. htmx puts in nothing that is called an error."""
    if "HX-Request" in request.headers:
        response = make_response(render_template("data/doubt_queue.html", **_queue(asked, done=done, error=error)))
        response.headers["HX-Push-Url"] = url_for("data.doubts", **asked.query())
        return response
    if error is not None:
        return make_response(_page(asked, error), status_of(error))
    if done is not None:
        flash(_told(db.connection(), done))
    return redirect(url_for("data.doubts", **asked.query()), 303)


def _page(asked: AskedDoubts, error: GridmapError | None = None) -> str:
    conn = db.connection()
    borders = disputed_borders(conn, scope(), _since(asked))
    return render_template(
        "data/doubts.html",
        parts=_map(conn),
        borders=borders,
        border_grids=grids_asked(conn, [code for border in borders for code in border.codes], _today()),
        **_queue(asked, error=error),
    )


def _queue(asked: AskedDoubts, *, done: Decision | None = None, error: GridmapError | None = None) -> dict[str, Any]:
    conn, seen, since = db.connection(), scope(), _since(asked)
    start = whole_number("start", 0)
    rows = list_doubts(conn, seen, asked.chosen(since), start=start, limit=A_PAGE + 1)
    listed, more = rows[:A_PAGE], len(rows) > A_PAGE
    chosen = doubt_of_ref(conn, seen, asked.report) if asked.report else None
    chosen = chosen or (listed[0] if listed else None)
    return {
        "asked": asked,
        "counts": {state: count_doubts(conn, seen, asked.chosen(since, state)) for state in STATES_SHOWN},
        "rows": listed,
        "pager": pager(start + A_PAGE if more else None, "start"),
        "periods": PERIODS,
        "state_words": STATE,
        "empty_words": EMPTY,
        "between": grids_asked(conn, asked.between or (), _today()),
        "done": done,
        "told": _told(conn, done) if done else "",
        "percent": percent,
        "trouble": error.text(language()) if error else "",
        **_question(conn, chosen, listed),
        **case_helpers(),
    }


def _question(conn: Connection, row: Row[Any] | None, listed: list[Row[Any]]) -> dict[str, Any]:
    """One question: the grids to choose from, what was decided, which one comes next."""
    if row is None:
        return {"row": None, "seen": "", "next": None}
    named = grids_asked(conn, [code for code, _share in row.alternatives], _today())
    choices = choices_of(row, named)
    refs = [each.ref for each in listed]
    after = refs.index(row.ref) + 1 if row.ref in refs else 0
    return {
        "row": row,
        "choices": choices,
        "shares": shares_in_words(row, choices),
        "seen": tag_of_row(row),
        "inside": scope().holds(row.grid_code, row.community_code),
        "mine": row.decided_by is not None and row.decided_by == scope().account_id,
        "map_data": map_data(conn, row, choices, _today()),
        "next": refs[after] if after < len(refs) and refs[after] != row.ref else None,
    }


def _told(conn: Connection, done: Decision) -> str:
    """What was done, in words."""
    named = grids_asked(conn, [done.after] if done.after else [], _today())
    grid = place_name(named[done.after]) if done.after in named else done.after or pgettext("doubt", "no grid")
    number = number_of(done.ref)
    if done.state == "confirmed":
        return str(_("%(number)s is confirmed: it belongs to %(grid)s.", number=number, grid=grid))
    if done.state == "transferred":
        return str(_("%(number)s is transferred to %(grid)s.", number=number, grid=grid))
    return str(_("Taken back: %(number)s belongs to %(grid)s again and is in doubt.", number=number, grid=grid))


def _map(conn: Connection) -> MapParts:
    made, _has_grids = page_map(conn, scope(), db.settings(), _today(), _("The place and the grids that may hold it"))
    grid_layer().add_to(made)
    return render(made, csp_nonce())


def _today() -> date:
    return today(db.settings().zone)


def _since(asked: AskedDoubts) -> Any:
    return asked.since(_today(), db.settings().zone)
