"""Tokens: how programs sign in. Shown once, stored as their hash."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from geodata.secret_words import new_word, stored_form
from geodata.tables import account, api_token


def issue_token(conn: Connection, account_id: int, name: str, lasts: timedelta | None = None) -> str:
    """A new token for an account; without ``lasts`` it holds until it is revoked. The word cannot be read again later."""
    word = new_word()
    ends = None if lasts is None else func.now() + lasts
    values = {"token_hash": stored_form(word), "account_id": account_id, "name": name, "expires_at": ends}
    conn.execute(insert(api_token).values(values))
    return word


def account_of_token(conn: Connection, word: str) -> int | None:
    """The id of the account that a token stands for; None when it is unknown, over, revoked or its account disabled."""
    return conn.scalar(
        select(api_token.c.account_id)
        .join(account, account.c.id == api_token.c.account_id)
        .where(
            api_token.c.token_hash == stored_form(word),
            api_token.c.revoked_at.is_(None),
            or_(api_token.c.expires_at.is_(None), api_token.c.expires_at > func.now()),
            account.c.disabled_at.is_(None),
        )
    )


def tokens_of(conn: Connection, account_ids: Sequence[int]) -> list[Row[Any]]:
    """Tokens of accounts, newest first, without their words: ``id``, ``account_id``, ``name``, times of their life."""
    columns = (
        api_token.c.id,
        api_token.c.account_id,
        api_token.c.name,
        api_token.c.created_at,
        api_token.c.expires_at,
        api_token.c.revoked_at,
    )
    mine = select(*columns).where(api_token.c.account_id.in_(account_ids))
    return list(conn.execute(mine.order_by(api_token.c.created_at.desc(), api_token.c.id.desc())))


def revoke_token(conn: Connection, account_id: int, token_id: int) -> str | None:
    """End one token of an account; its name, None when the account has no such token that still holds."""
    mine = (api_token.c.id == token_id, api_token.c.account_id == account_id, api_token.c.revoked_at.is_(None))
    found: str | None = conn.scalar(
        update(api_token).where(*mine).values(revoked_at=func.now()).returning(api_token.c.name)
    )
    return found


def revoke_tokens_of(conn: Connection, account_id: int, name: str | None = None) -> int:
    """End the tokens of an account, all or those of one name; how many there were."""
    mine = [api_token.c.account_id == account_id, api_token.c.revoked_at.is_(None)]
    if name is not None:
        mine.append(api_token.c.name == name)
    return conn.execute(update(api_token).where(*mine).values(revoked_at=func.now())).rowcount
