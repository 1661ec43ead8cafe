"""``/me``: what everybody sees and changes of the own account."""

from datetime import timedelta

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from geodata.account_areas import areas_of
from geodata.accounts import EVERYWHERE
from geodata.actions.own_account import change_own_password
from geodata.days import today
from geodata.deputies import deputies_of
from geodata.sessions import count_sessions_of, end_sessions_of
from geodata.tokens import tokens_of
from gridmap.access import GRANTS, Permission
from gridmap.errors import GridmapError
from web import db, token_forms
from web.access import requires
from web.acting import actor
from web.auth.attempt import try_sign_in
from web.errors import status_of
from web.forms import troubles
from web.identity import web_session
from web.map_words import day_before
from web.role_words import role_word
from web.scope import scope


class WrongPassword(GridmapError):
    """The present password was typed wrongly."""

    code = "wrong_password"
    zh = "当前密码不正确。"
    en = "The present password is wrong."


blueprint = Blueprint("account", __name__, url_prefix="/me")


@blueprint.get("")
@requires(Permission.VIEW_MAP)
def index() -> str:
    """Role, areas, who stands in for whom, sessions."""
    conn, day = db.connection(), today(db.settings().zone)
    return render_template(
        "account/index.html",
        role=role_word(g.account.role),
        by_unit=GRANTS[g.account.role].by_unit,
        categories=scope().categories,
        areas=areas_of(conn, [g.account.id], day),
        deputies=deputies_of(conn, g.account.id, day),
        sessions=count_sessions_of(conn, g.account.id),
        everywhere=EVERYWHERE,
        day_before=day_before,
    )


@blueprint.post("/sessions/end")
@requires(Permission.VIEW_MAP)
def end_sessions() -> AnyResponse:
    """End every session but this one."""
    with db.transaction() as conn:
        ended = end_sessions_of(conn, g.account.id, but="" if g.by_token else web_session().word or "")
        actor().note(conn, "sessions_ended", g.account.name, sessions=ended)
    flash(_("%(count)s other sessions have ended.", count=ended))
    return redirect(url_for("account.index"))


@blueprint.get("/password")
@requires(Permission.VIEW_MAP)
def password() -> str:
    """The form for another password."""
    return _password_form()


@blueprint.post("/password")
@requires(Permission.VIEW_MAP)
def change_password() -> AnyResponse:
    """Change the password; other sessions end, this one goes on under a new word."""
    try:
        # Counted like a sign-in: an open session must not be a place to try passwords.
        if try_sign_in(g.account.name, request.form.get("old", "")) is None:
            raise WrongPassword(field="old")
        with db.transaction() as conn:
            change_own_password(
                conn, actor(), g.account, request.form.get("password", ""), request.form.get("again", "")
            )
            if not g.by_token:
                web_session().sign_in(g.account.id, timedelta(hours=db.settings().session_hours))
    except GridmapError as error:
        return make_response(_password_form(error), status_of(error))
    flash(_("The password is changed; your other sessions have ended."))
    return redirect(url_for("account.index"))


@blueprint.get("/tokens")
@requires(Permission.VIEW_MAP)
def tokens() -> str:
    """One's own tokens and the form for another."""
    return _tokens_page()


@blueprint.post("/tokens")
@requires(Permission.VIEW_MAP)
def tokens_add() -> AnyResponse:
    """Give a token and show it this once."""
    try:
        with db.transaction() as conn:
            word = token_forms.give(conn, actor(), g.account)
    except GridmapError as error:
        return make_response(_tokens_page(error=error), status_of(error))
    response = make_response(_tokens_page(word=word))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/tokens/revoke")
@requires(Permission.VIEW_MAP)
def tokens_revoke() -> AnyResponse:
    """End a token."""
    with db.transaction() as conn:
        token_forms.revoke(conn, actor(), g.account)
    flash(_("The token is revoked."))
    return redirect(url_for("account.tokens"))


def _password_form(error: GridmapError | None = None) -> str:
    return render_template("account/password.html", errors=troubles(error))


def _tokens_page(*, word: str = "", error: GridmapError | None = None) -> str:
    return render_template(
        "account/tokens.html",
        tokens=tokens_of(db.connection(), [g.account.id]),
        days=token_forms.DAYS,
        word=word,
        errors=troubles(error),
        action=url_for("account.tokens_add"),
        revoke_action=url_for("account.tokens_revoke"),
    )
