"""``/admin/people``: accounts with their rights: listed, added, changed."""

from collections import defaultdict
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Row
from werkzeug.wrappers import Response as AnyResponse

from geodata.account_areas import areas_of
from geodata.account_list import AccountFilter, list_accounts, managed_account
from geodata.accounts import EVERYWHERE, Account
from geodata.actions.acting import Actor
from geodata.actions.managing import Rights, change_account, make_account, rights_of
from geodata.secret_words import new_password
from geodata.sessions import count_sessions_of
from geodata.units import open_units
from gridmap.access import GRANTS, Permission, Role
from gridmap.errors import GridmapError
from web import db
from web.access import requires
from web.acting import actor
from web.admin.area_choice import area_choices
from web.admin.blueprint import blueprint
from web.errors import status_of
from web.forms import argument, field, fields, troubles
from web.paging import A_PAGE, pager
from web.role_words import role_word

_STATES = ("enabled", "disabled")


@blueprint.get("/people")
@requires(Permission.MANAGE_ACCOUNTS)
def people() -> str:
    """Accounts inside the caller's area, by name, a page at a time."""
    by, conn = actor(), db.connection()
    chosen = AccountFilter(
        argument("q", 100), argument("role"), argument("state") if argument("state") in _STATES else ""
    )
    page = list_accounts(conn, by.scope, by.day, chosen, limit=A_PAGE, cursor=argument("cursor") or None)
    return render_template(
        "admin/people.html",
        page=page,
        pager=pager(page.next_cursor),
        chosen=chosen,
        areas=areas_by_account(by, page.rows),
        roles=role_choices(by),
        everywhere=EVERYWHERE,
    )


@blueprint.get("/people/new")
@requires(Permission.MANAGE_ACCOUNTS)
def people_new() -> str:
    """The form for a new account."""
    return _form(actor(), Rights("", ""), None)


@blueprint.post("/people/new")
@requires(Permission.MANAGE_ACCOUNTS)
def people_add() -> AnyResponse:
    """Make the account; a password that nobody typed is made and shown this once."""
    by, name, wanted = actor(), field("name", 80), _asked()
    typed = request.form.get("password", "")
    password = typed or new_password()
    try:
        with db.transaction() as conn:
            made = make_account(conn, by, name, password, wanted)
    except GridmapError as error:
        return make_response(_form(by, wanted, None, error, name=name), status_of(error))
    if typed:
        flash(_("The account %(name)s is ready.", name=made.name))
        return redirect(url_for("admin.people_edit", name=made.name))
    return show_password(made.name, password)


@blueprint.get("/people/edit")
@requires(Permission.MANAGE_ACCOUNTS)
def people_edit() -> str:
    """The form of one account."""
    by = actor()
    found = managed_account(db.connection(), by.scope, argument("name", 80), by.day)
    return _form(by, rights_of(db.connection(), found, by), found)


@blueprint.post("/people/edit")
@requires(Permission.MANAGE_ACCOUNTS)
def people_change() -> AnyResponse:
    """Change role, areas, unit, shown name or person."""
    by, name, wanted = actor(), argument("name", 80), _asked()
    try:
        with db.transaction() as conn:
            ended = change_account(conn, by, name, wanted, field("seen"))
    except GridmapError as error:
        found = managed_account(db.connection(), by.scope, name, by.day)
        return make_response(_form(by, wanted, found, error), status_of(error))
    flash(_("Saved. The account's sessions have ended, because what it may see has changed.") if ended else _("Saved."))
    return redirect(url_for("admin.people_edit", name=name))


def show_password(name: str, password: str) -> Response:
    """The page that shows a password once; nothing keeps it."""
    response = make_response(render_template("admin/password_made.html", name=name, password=password))
    response.headers["Cache-Control"] = "no-store"
    return response


def role_choices(by: Actor) -> list[tuple[str, str]]:
    """Roles that the actor may give, with their words: those of units reach over the whole city."""
    return [(str(role), role_word(role)) for role in Role if by.scope.everywhere or not GRANTS[role].by_unit]


def areas_by_account(by: Actor, rows: list[Row[Any]]) -> dict[int, list[Row[Any]]]:
    """Areas of the actor's day by account."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in areas_of(db.connection(), [row.id for row in rows], by.day):
        found[row.account_id].append(row)
    return found


def _asked() -> Rights:
    role = field("role")
    by_unit = role in tuple(Role) and GRANTS[Role(role)].by_unit
    return Rights(
        field("display_name", 80),
        role,
        () if by_unit else fields("areas"),
        field("unit") if by_unit else "",
        field("person"),
    )


def _form(by: Actor, shown: Rights, found: Account | None, error: GridmapError | None = None, *, name: str = "") -> str:
    conn = db.connection()
    return render_template(
        "admin/person.html",
        account_shown=found,
        name=found.name if found else name,
        rights=shown,
        seen=rights_of(conn, found, by).tag if found else "",
        errors=troubles(error, area="areas"),
        roles=role_choices(by),
        by_unit=[str(role) for role in Role if GRANTS[role].by_unit],
        units=[(row.code, row.name) for row in open_units(conn, by.day)] if by.scope.everywhere else [],
        sessions=count_sessions_of(conn, found.id) if found else 0,
        myself=found is not None and found.id == by.account_id,
        **area_choices(by.scope, by.day, shown.areas),
    )
