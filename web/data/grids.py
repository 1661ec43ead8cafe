"""Grids: find one, edit its name and kind, go on to its worker."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from geodata.actions.edit_grid import edit_grid, tag_of_grid
from geodata.coverage.figures import GridSize, grid_sizes, households_shown
from geodata.grid_workers import workers_from
from geodata.grids import grid_by_code
from gridmap.access import Permission
from gridmap.coverage import Size
from gridmap.errors import GridmapError
from web import db
from web.access import requires
from web.acting import actor
from web.areas import area_choice, asked_area
from web.data.blueprint import blueprint
from web.days import asked_day
from web.errors import status_of
from web.forms import argument, field, troubles
from web.map_words import GRID_KIND
from web.paging import part_of
from web.scope import scope


@blueprint.get("/grids")
@requires(Permission.MANAGE_DATA)
def grids() -> str:
    """Grids in force inside the own area: search ``q``, ``kind``, ``show`` (without_worker, outside), ``area``."""
    area, at = asked_area(), asked_day()
    conn = db.connection()
    part = part_of([each for each in grid_sizes(conn, scope(), at, area) if _fits(each)])
    return render_template(
        "data/grids.html",
        **area_choice(area),
        part=part,
        pager=part.pager,
        told=households_shown(grid_sizes(conn, scope(), at), part.rows),
        kinds=GRID_KIND,
        query=request.args,
        may_hand_over=_may_hand_over(),
    )


@blueprint.get("/grids/<code>")
@requires(Permission.MANAGE_DATA)
def grid(code: str) -> str:
    """The form for one grid."""
    return _form(code)


@blueprint.post("/grids/<code>")
@requires(Permission.MANAGE_DATA)
def grid_edited(code: str) -> AnyResponse:
    """Change name and kind; what somebody else changed meanwhile is not overwritten."""
    try:
        with db.transaction() as conn:
            changed = edit_grid(
                conn, actor(), code, field("seen"), name=field("name"), name_en=field("name_en"), kind=field("kind")
            )
    except GridmapError as error:
        return make_response(_form(code, error), status_of(error))
    flash(_("The grid is saved.") if changed else _("Nothing was different: nothing was changed."))
    return redirect(url_for("data.grid", code=code))


def _form(code: str, error: GridmapError | None = None) -> str:
    conn, at = db.connection(), asked_day()
    found = grid_by_code(conn, scope(), code, at)
    # After a refused edit the form holds what was typed, beside what is there now.
    typed = {name: field(name) for name in ("name", "name_en", "kind")} if error else {}
    return render_template(
        "data/grid.html",
        found=found,
        typed={"name": found.name, "name_en": found.name_en or "", "kind": found.kind, **typed},
        seen=tag_of_grid(found),
        errors=troubles(error),
        kinds=GRID_KIND,
        workers=workers_from(conn, code, at),
        may_hand_over=_may_hand_over(),
    )


def _may_hand_over() -> bool:
    return scope().may(Permission.HAND_OVER)


def _fits(each: GridSize) -> bool:
    words, kind, show = argument("q", 100).lower(), argument("kind"), argument("show")
    names = (each.name, each.name_en or "", each.code, each.community or "", each.worker or "")
    return (
        (not words or any(words in name.lower() for name in names))
        and (not kind or each.kind == kind)
        and (show != "without_worker" or each.worker is None)
        and (show != "outside" or each.size in (Size.BELOW, Size.ABOVE))
    )
