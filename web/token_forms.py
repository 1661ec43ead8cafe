"""Tokens as pages give and end them, for one's own account and for others'."""

from datetime import timedelta

from flask import g
from sqlalchemy import Connection

from geodata.accounts import Account
from geodata.actions.acting import Actor
from geodata.tokens import issue_token, revoke_token
from gridmap.errors import GridmapError
from web.forms import field

#: Days that a token may hold, as the form offers them.
DAYS = (30, 90, 365)


class TokenNameMissing(GridmapError):
    """A token that does not say what it is for."""

    code = "token_name_missing"
    zh = "请填写令牌用途，例如“夜间导出”。"
    en = "Say what the token is for, for example “nightly export”."


class TokenDays(GridmapError):
    """A token without an end."""

    code = "token_days"
    zh = "请选择令牌的有效期。"
    en = "Choose how long the token holds."


class TokenByToken(GridmapError):
    """A token that asks for another one: it would never end."""

    code = "token_by_token"
    zh = "令牌不能用来创建令牌，请登录后操作。"
    en = "A token cannot make tokens: sign in for that."


class UnknownToken(GridmapError):
    """A token that the account does not have, or not any more."""

    code = "unknown_token"
    zh = "没有这个令牌，或已撤销。"
    en = "There is no such token, or it was revoked."


def give(conn: Connection, by: Actor, to: Account) -> str:
    """A new token as the form asks for it; its word, to be shown once. Errors: ``TokenByToken``, ``TokenNameMissing``, ``TokenDays``."""
    if g.by_token:
        raise TokenByToken
    name, days = field("token_name", 80), field("days", 4)
    if not name:
        raise TokenNameMissing(field="token_name")
    if days not in map(str, DAYS):
        raise TokenDays(field="days")
    word = issue_token(conn, to.id, name, timedelta(days=int(days)))
    by.note(conn, "token_issued", to.name, token=name, days=int(days))
    return word


def revoke(conn: Connection, by: Actor, of: Account) -> None:
    """End the token whose key the form gives. Errors: ``UnknownToken``."""
    key = field("key", 18)
    name = revoke_token(conn, of.id, int(key)) if key.isascii() and key.isdigit() else None
    if name is None:
        raise UnknownToken(field="key")
    by.note(conn, "token_revoked", of.name, token=name)
