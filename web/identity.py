"""Who asks: the account of a bearer token, else of the session's cookie, else nobody."""

from flask import Flask, current_app, g, request, session

from geodata.accounts import active_account
from geodata.tokens import account_of_token
from gridmap.errors import GridmapError
from web import db
from web.access import check_access
from web.sessions import WebSession

_FILES = ("static", "vendor")


class BadToken(GridmapError):
    """A bearer token that opens nothing."""

    code = "bad_token"
    zh = "令牌无效、已过期或已被撤销。"
    en = "The token is unknown, has expired or was revoked."


def web_session() -> WebSession:
    """Flask's session as ours."""
    found = session._get_current_object()  # type: ignore[attr-defined]  # behind Flask's proxy
    assert isinstance(found, WebSession)
    return found


def _identify() -> None:
    g.account, g.by_token = None, False
    if request.endpoint in _FILES:
        return
    kind, _, word = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        # A token that is wrong is an error even where nobody needs one: its owner thinks to act as somebody.
        account_id = account_of_token(db.connection(), word.strip())
        g.account = active_account(db.connection(), account_id) if account_id else None
        if g.account is None:
            raise BadToken
        g.by_token = True
    elif (account_id := web_session().account_id) is not None:
        g.account = active_account(db.connection(), account_id)


def init_app(app: Flask) -> None:
    """Find out who asks before each request."""
    app.before_request(_identify)


def init_access(app: Flask) -> None:
    """Then whether they may."""
    app.before_request(lambda: check_access(current_app))
