"""Sessions in the database: the cookie holds a random word, the table its hash, so that any session can be ended at once.

A visitor without an account gets no row until something must be kept (the sign-in form's token against forgery), and that
row lives for an hour. The word from a cookie is only ever looked up, never taken over: a planted one stays unknown.
"""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy.exc import DBAPIError

from geodata.sessions import StoredSession, end_session, find_session, save_session, start_session
from geodata.settings import Settings
from web import db

COOKIE = "gridmap_session"
_VISITOR_LASTS = timedelta(hours=1)


class WebSession(SessionMixin):
    """The request's session, read from the database when first asked."""

    def __init__(self, word: str | None) -> None:
        self.word = word
        self.modified = False
        self.cookie_due = False
        self._stored: StoredSession | None = None

    def _load(self) -> StoredSession:
        self.accessed = True
        if self._stored is None:
            found = find_session(db.connection(), self.word) if self.word else None
            if found is None:
                self.word = None
            self._stored = found or StoredSession()
        return self._stored

    @property
    def account_id(self) -> int | None:
        """Whose session it is; None: nobody signed in."""
        return self._load().account_id

    def __getitem__(self, key: str) -> Any:
        return self._load().data[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._load().data[key] = value
        self.modified = True

    def __delitem__(self, key: str) -> None:
        del self._load().data[key]
        self.modified = True

    def __iter__(self) -> Iterator[str]:
        return iter(self._load().data)

    def __len__(self) -> int:
        return len(self._load().data)

    def sign_in(self, account_id: int, lasts: timedelta) -> None:
        """Go on under a new word as this account: what was known before (a word, a form's token) opens nothing now."""
        self._forget_word()
        self._stored = StoredSession(account_id)
        self.word = start_session(db.connection(), lasts, account_id=account_id, data={})
        self.modified = True

    def sign_out(self) -> None:
        """End the session here and in the database."""
        self._forget_word()
        self._stored = StoredSession()
        self.modified = True

    def _forget_word(self) -> None:
        if self.word:
            end_session(db.connection(), self.word)
        self.word = None

    def keep(self) -> None:
        """Write the data; a visitor's first data make a row."""
        stored = self._load()
        with db.transaction() as conn:
            if self.word:
                save_session(conn, self.word, stored.data)
            elif stored.data:
                self.word = start_session(conn, _VISITOR_LASTS, account_id=None, data=stored.data)
        self.modified, self.cookie_due = False, True


class StoredSessions(SessionInterface):
    """Flask's way to sessions, over the table ``web_session``."""

    def open_session(self, app: Flask, request: Request) -> WebSession:  # noqa: ARG002  (Flask's signature)
        """The session of the cookie; nothing is read yet."""
        return WebSession(request.cookies.get(COOKIE))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:  # noqa: ARG002
        """Write what changed and set the cookie, which no script can read and no other site's form sends."""
        assert isinstance(session, WebSession)
        if session.accessed:
            response.vary.add("Cookie")
        if session.modified:
            db.forget()  # what a failed view left open is not ours to commit
            try:
                session.keep()
            except DBAPIError:
                # The answer stands, most likely already one about the database; the visitor gets a new session next time.
                logging.getLogger(__name__).error("session not kept")
                db.forget()
        if not session.cookie_due:
            return
        if session.word:
            response.set_cookie(COOKIE, session.word, httponly=True, samesite="Lax", secure=request.is_secure)
        else:
            response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=request.is_secure)


def init_app(app: Flask, _settings: Settings) -> None:
    """Keep sessions in the database."""
    app.session_interface = StoredSessions()
