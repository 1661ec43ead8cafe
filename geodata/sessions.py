"""Sessions of the browser, kept here so that they can be ended. The cookie's word is stored as its hash only."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from geodata.secret_words import new_word, stored_form
from geodata.tables import web_session


@dataclass(frozen=True, slots=True)
class StoredSession:
    """What is known of a session: whose (None: nobody signed in), and its few data."""

    account_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


def find_session(conn: Connection, word: str) -> StoredSession | None:
    """The session of a cookie's word, None when there is none or it is over."""
    row = conn.execute(
        select(web_session.c.account_id, web_session.c.data).where(
            web_session.c.token_hash == stored_form(word), web_session.c.expires_at > func.now()
        )
    ).one_or_none()
    return StoredSession(row.account_id, dict(row.data)) if row else None


def start_session(conn: Connection, lasts: timedelta, *, account_id: int | None, data: dict[str, Any]) -> str:
    """A new session under a new word, which is returned. Those that are over are deleted by the timer ``housekeeping``."""
    word = new_word()
    values = {
        "token_hash": stored_form(word),
        "account_id": account_id,
        "data": data,
        "expires_at": func.now() + lasts,
    }
    conn.execute(insert(web_session).values(values))
    return word


def save_session(conn: Connection, word: str, data: dict[str, Any]) -> None:
    """Keep a session's data; one that was ended meanwhile stays ended."""
    conn.execute(update(web_session).where(web_session.c.token_hash == stored_form(word)).values(data=data))


def end_session(conn: Connection, word: str) -> None:
    """End one session."""
    conn.execute(delete(web_session).where(web_session.c.token_hash == stored_form(word)))


def count_sessions_of(conn: Connection, account_id: int) -> int:
    """How many sessions of an account there are that are not over."""
    mine = (web_session.c.account_id == account_id, web_session.c.expires_at > func.now())
    return conn.scalar(select(func.count()).select_from(web_session).where(*mine)) or 0


def end_sessions_of(conn: Connection, account_id: int, *, but: str | None = None) -> int:
    """End every session of an account, or all but the one with a cookie's word; how many there were."""
    mine = [web_session.c.account_id == account_id]
    if but is not None:
        mine.append(web_session.c.token_hash != stored_form(but))
    return conn.execute(delete(web_session).where(*mine)).rowcount
