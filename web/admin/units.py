"""``/admin/units``: units and what they are responsible for."""

from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from geodata.actions.managing_units import change, make
from geodata.reports import categories
from geodata.tables.units import UNIT_KINDS
from geodata.units import (
    UnitFacts,
    UnknownUnit,
    duties_of_nobody,
    duties_of_several,
    facts_of,
    known_duties,
    list_units,
)
from gridmap.access import Permission
from gridmap.errors import GridmapError
from web import db
from web.access import requires
from web.acting import actor
from web.admin.blueprint import blueprint
from web.errors import NotFound, status_of
from web.forms import argument, day_field, field, fields, troubles
from web.paging import A_PAGE, pager

KIND = {
    "department": _l("Department"),
    "utility": _l("Public utility"),
    "property_company": _l("Property company"),
    "owners_body": _l("Owners' body"),
    "other": _l("Other unit"),
}


@blueprint.get("/units")
@requires(Permission.MANAGE_ACCOUNTS)
def units() -> str:
    """Units by code, what nobody is responsible for, and what several are."""
    conn, by = db.connection(), actor()
    words = argument("q", 100)
    rows, next_cursor = list_units(conn, words, limit=A_PAGE, cursor=argument("cursor") or None)
    return render_template(
        "admin/units.html",
        rows=rows,
        pager=pager(next_cursor),
        words=words,
        kinds=KIND,
        nobody=duties_of_nobody(conn, categories(conn), by.day),
        several=duties_of_several(conn, by.day),
        may_change=by.scope.everywhere,
        today=by.day,
    )


@blueprint.get("/units/new")
@requires(Permission.MANAGE_ACCOUNTS)
def units_new() -> str:
    """The form for a new unit."""
    return _form(UnitFacts("", "", "department"), None)


@blueprint.post("/units/new")
@requires(Permission.MANAGE_ACCOUNTS)
def units_add() -> AnyResponse:
    """Make the unit."""
    return _save(None)


@blueprint.get("/units/edit")
@requires(Permission.MANAGE_ACCOUNTS)
def units_edit() -> str:
    """The form of one unit."""
    found = _known(argument("code", 80))
    return _form(found, found)


@blueprint.post("/units/edit")
@requires(Permission.MANAGE_ACCOUNTS)
def units_change() -> AnyResponse:
    """Write the unit."""
    return _save(_known(argument("code", 80)))


def _save(before: UnitFacts | None) -> AnyResponse:
    shown = _asked(before)
    try:
        closed_on = day_field("closed_on")
        wanted = UnitFacts(**{**shown, "closed_on": closed_on})
        with db.transaction() as conn:
            if before is None:
                make(conn, actor(), wanted)
            else:
                change(conn, actor(), before.code, wanted, field("seen"))
    except GridmapError as error:
        return make_response(_form(UnitFacts(**shown), before, error), status_of(error))
    flash(_("Saved."))
    return redirect(url_for("admin.units_edit", code=wanted.code))


def _asked(before: UnitFacts | None) -> dict[str, Any]:
    texts = {name: field(name) for name in ("name", "name_en", "kind", "phone", "address")}
    return {**texts, "code": before.code if before else field("code", 80), "duties": fields("duties", 120)}


def _known(code: str) -> UnitFacts:
    try:
        return facts_of(db.connection(), code)
    except UnknownUnit as error:
        raise NotFound from error


def _form(shown: UnitFacts, before: UnitFacts | None, error: GridmapError | None = None) -> str:
    conn = db.connection()
    return render_template(
        "admin/unit.html",
        unit=shown,
        before=before,
        errors=troubles(error, unit="duties"),
        kinds=[(kind, KIND[kind]) for kind in UNIT_KINDS],
        known=sorted({*categories(conn), *known_duties(conn), *shown.duties}),
        may_change=actor().scope.everywhere,
    )
