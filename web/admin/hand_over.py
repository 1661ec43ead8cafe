"""``/admin/hand-over``: another worker for a grid."""

from datetime import date
from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from geodata.actions.hand_over import HandOver
from geodata.actions.hand_over import hand_over as hand_grid_over
from geodata.grid_workers import staff_near, tag_of, work_of, workers_from
from geodata.grids import grid_by_code, grids_in_force
from geodata.places import find_places
from geodata.scope import Scope
from gridmap.access import Permission
from gridmap.errors import GridmapError
from gridmap.privacy import shown
from gridmap.report import OPEN
from web import db
from web.access import requires
from web.acting import actor
from web.admin.blueprint import blueprint
from web.errors import status_of
from web.forms import argument, day_field, field, troubles

#: So many grids are listed without a search: those of a community.
_LISTED = 40
_FIELDS = ("person", "name", "phone", "account", "day")


@blueprint.get("/hand-over")
@requires(Permission.HAND_OVER)
def hand_over() -> str:
    """The grid's present worker, what goes along, and the form; without a grid a search for one."""
    return _page(argument("grid", 40))


@blueprint.post("/hand-over")
@requires(Permission.HAND_OVER)
def hand_over_done() -> AnyResponse:
    """Hand the grid over."""
    by, code = actor(), argument("grid", 40)
    try:
        asked = HandOver(
            code,
            day_field("day") or by.day,
            field("seen"),
            field("person", 40),
            field("name", 80),
            field("phone", 40),
            field("account", 80),
        )
        with db.transaction() as conn:
            changed = hand_grid_over(conn, by, asked)
    except GridmapError as error:
        return make_response(_page(code, error), status_of(error))
    flash(_("Handed over from %(day)s on.", day=asked.day) if changed else _("That is so already."))
    return redirect(url_for("admin.hand_over", grid=code))


def _found(conn: Connection, scope: Scope, words: str, day: date) -> list[Any]:
    return [place for place in find_places(conn, scope, words, day) if place.kind == "grid"]


def _few_grids(conn: Connection, scope: Scope, day: date) -> list[Any]:
    """All grids of an account that has so few that they make a list; nothing of a larger area, where one has to search."""
    found = [] if scope.everywhere else grids_in_force(conn, scope, day, limit=_LISTED + 1)
    return found if len(found) <= _LISTED else []


def _page(code: str, error: GridmapError | None = None) -> str:
    by, conn = actor(), db.connection()
    if not code:
        words = argument("q", 100)
        found = _found(conn, by.scope, words, by.day) if words else _few_grids(conn, by.scope, by.day)
        return render_template("admin/hand_over_search.html", words=words, found=found)
    grid = grid_by_code(conn, by.scope, code, by.day)
    workers = workers_from(conn, grid.code, by.day)
    return render_template(
        "admin/hand_over.html",
        grid=grid,
        workers=workers,
        seen=tag_of(workers),
        open_states=",".join(OPEN),
        work=work_of(conn, grid.id, by.day),
        shown=shown,
        staff=staff_near(conn, grid.community_code, by.day),
        today=by.day,
        errors=troubles(error, area="account", unit="account"),
        given={name: field(name) for name in _FIELDS},
    )
