from datetime import timedelta

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from geodata.accounts import Account
from geodata.audit import note
from geodata.demo_accounts import offered_accounts
from geodata.rate_limits import TooManyRequests
from web import db
from web.access import public
from web.auth.attempt import try_sign_in
from web.i18n import language
from web.identity import web_session
from web.logs import request_id
from web.role_words import role_word

blueprint = Blueprint("auth", __name__)


@blueprint.get("/sign-in")
@public
def sign_in() -> AnyResponse:
    """The form; somebody who is signed in goes on."""
    if g.account is not None:
        return redirect(safe_next(request.args.get("next")))
    return _form(200)


@blueprint.post("/sign-in")
@public
def sign_in_submitted() -> AnyResponse:
    """Check, start a session under a new word, go on to where one wanted to go."""
    name, password = request.form.get("name", ""), request.form.get("password", "")
    try:
        account = try_sign_in(name, password)
    except TooManyRequests as error:
        response = _form(429, error.text(language()))
        response.headers["Retry-After"] = str(error.retry_after_s)
        return response
    if account is None:
        return _form(401, _("The name or the password is wrong. Passwords distinguish capital and small letters."))
    _start_session(account)
    return redirect(safe_next(request.form.get("next")))


@blueprint.post("/sign-out")
@public
def sign_out() -> AnyResponse:
    """End the session; by POST, so that no picture on another page signs anybody out."""
    if g.account is not None and not g.by_token:
        with db.transaction() as conn:
            note(conn, "signed_out", account_id=g.account.id, request_id=request_id())
            web_session().sign_out()
        flash(_("You are signed out."))
    return redirect(url_for("auth.sign_in"))


def safe_next(address: str | None) -> str:
    """A page of ours to go on to; anything that could lead elsewhere is the home page.

    Browsers read a backslash as a slash and drop tabs and line ends, so an address with one of them is refused as a whole.
    """
    home = url_for("home")
    if not address or not address.startswith("/") or any(letter in "\\" or ord(letter) < 0x21 for letter in address):
        return home
    # After the one slash at its start an address is a path: nothing but a second slash makes a host of what follows.
    return home if address.startswith("//") else address


def _start_session(account: Account) -> None:
    with db.transaction() as conn:
        web_session().sign_in(account.id, timedelta(hours=db.settings().session_hours))
        note(conn, "signed_in", account_id=account.id, request_id=request_id())


def _form(status: int, trouble: str | None = None) -> Response:
    back = request.values.get("next", "")
    offer = offered_accounts(db.connection())
    page = render_template(
        "sign_in.html", trouble=trouble, next=back, name=request.form.get("name", ""), offer=offer, role_word=role_word
    )
    web_session().keep()  # here, where a database that is away becomes an answer
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
