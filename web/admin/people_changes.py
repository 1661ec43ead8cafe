"""What else is done to an account: its password, its end."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from geodata.account_list import managed_account
from geodata.actions.managing import change_password, end_account
from geodata.secret_words import new_password
from gridmap.access import Permission
from gridmap.errors import GridmapError
from web import db
from web.access import requires
from web.acting import actor
from web.admin.blueprint import blueprint
from web.admin.people import show_password
from web.errors import status_of
from web.forms import argument, troubles


@blueprint.get("/people/password")
@requires(Permission.MANAGE_ACCOUNTS)
def people_password() -> str:
    """The form for another password."""
    by = actor()
    return _form(managed_account(db.connection(), by.scope, argument("name", 80), by.day).name)


@blueprint.post("/people/password")
@requires(Permission.MANAGE_ACCOUNTS)
def people_set_password() -> AnyResponse:
    """Set a password, typed or made; the account's sessions end."""
    name, typed = argument("name", 80), request.form.get("password", "")
    password = typed or new_password()
    try:
        with db.transaction() as conn:
            change_password(conn, actor(), name, password)
    except GridmapError as error:
        return make_response(_form(name, error), status_of(error))
    if not typed:
        return show_password(name, password)
    flash(_("The password is set; the account's sessions have ended."))
    return redirect(url_for("admin.people_edit", name=name))


@blueprint.post("/people/disable")
@requires(Permission.MANAGE_ACCOUNTS)
def people_disable() -> AnyResponse:
    """End an account: sessions and tokens end at once, its history stays."""
    name = argument("name", 80)
    with db.transaction() as conn:
        end_account(conn, actor(), name)
    flash(_("The account is disabled; its sessions and tokens have ended."))
    return redirect(url_for("admin.people_edit", name=name))


def _form(name: str, error: GridmapError | None = None) -> str:
    return render_template("admin/password.html", name=name, errors=troubles(error))
