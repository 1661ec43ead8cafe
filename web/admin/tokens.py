"""``/admin/tokens``: tokens of accounts inside the caller's area."""

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from geodata.account_list import AccountFilter, list_accounts, managed_account
from geodata.accounts import Account
from geodata.actions.deputising import AccountEnded
from geodata.tokens import tokens_of
from gridmap.access import Permission
from gridmap.errors import GridmapError
from web import db, token_forms
from web.access import requires
from web.acting import actor
from web.admin.blueprint import blueprint
from web.errors import status_of
from web.forms import argument, troubles

_FOUND_MOST = 20


@blueprint.get("/tokens")
@requires(Permission.MANAGE_ACCOUNTS)
def tokens() -> str:
    """A search for an account; with ``name`` its tokens and the form for another."""
    if argument("name", 80):
        return _page(_account())
    by, words = actor(), argument("q", 100)
    found = (
        list_accounts(db.connection(), by.scope, by.day, AccountFilter(words), limit=_FOUND_MOST).rows if words else []
    )
    return render_template("admin/tokens_search.html", words=words, found=found)


@blueprint.post("/tokens")
@requires(Permission.MANAGE_ACCOUNTS)
def tokens_add() -> AnyResponse:
    """Give a token and show it this once."""
    found = _account()
    try:
        with db.transaction() as conn:
            if found.disabled_at is not None:
                raise AccountEnded(name=found.name)
            word = token_forms.give(conn, actor(), found)
    except GridmapError as error:
        return make_response(_page(found, error=error), status_of(error))
    response = make_response(_page(found, word=word))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/tokens/revoke")
@requires(Permission.MANAGE_ACCOUNTS)
def tokens_revoke() -> AnyResponse:
    """End a token."""
    found = _account()
    with db.transaction() as conn:
        token_forms.revoke(conn, actor(), found)
    flash(_("The token is revoked."))
    return redirect(url_for("admin.tokens", name=found.name))


def _account() -> Account:
    by = actor()
    return managed_account(db.connection(), by.scope, argument("name", 80), by.day)


def _page(found: Account, *, word: str = "", error: GridmapError | None = None) -> str:
    return render_template(
        "admin/tokens.html",
        name=found.name,
        ended=found.disabled_at is not None,
        tokens=tokens_of(db.connection(), [found.id]),
        days=token_forms.DAYS,
        word=word,
        errors=troubles(error),
        action=url_for("admin.tokens_add", name=found.name),
        revoke_action=url_for("admin.tokens_revoke", name=found.name),
    )
