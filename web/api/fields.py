"""Fields of a query or body: read strictly, so that a typing error is told instead of ignored."""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import request

from geodata.database import is_storable
from gridmap.errors import GridmapError

MAX_LIMIT = 1000
_ALWAYS = ("lang",)


class UnknownField(GridmapError):
    """A field that nobody reads: most likely a typing error."""

    code = "unknown_field"
    zh = "未知字段“{name}”，可用：{allowed}。"
    en = "Unknown field “{name}”; known are {allowed}."


class MissingField(GridmapError):
    """A field that must be there."""

    code = "missing_field"
    zh = "缺少字段 {name}。"
    en = "The field {name} is missing."


class NotANumber(GridmapError):
    """Something else where a number belongs; text that looks like one does not count in JSON."""

    code = "not_a_number"
    zh = "字段 {name} 应为数字。"
    en = "The field {name} must be a number."


class NotText(GridmapError):
    """Something else where text belongs, or text that cannot be stored."""

    code = "not_text"
    zh = "字段 {name} 应为文字，且不含控制字符 NUL。"
    en = "The field {name} must be text without NUL characters."


class NotTexts(GridmapError):
    """Something else where a list of texts belongs."""

    code = "not_texts"
    zh = '字段 {name} 应为文字列表，例如 ["..."]。'
    en = 'The field {name} must be a list of texts such as ["..."].'


class BadTime(GridmapError):
    """A time that is none, or that names no time zone."""

    code = "bad_time"
    zh = "字段 {name} 应为带时区的时间，例如 2026-11-20T08:30:00+08:00。"
    en = "The field {name} must be a time with its zone, such as 2026-11-20T08:30:00+08:00."


class BadClientKey(GridmapError):
    """A client key that is no UUID."""

    code = "bad_client_key"
    zh = "client_key 应为 UUID。"
    en = "client_key must be a UUID."


class LimitOutOfRange(GridmapError):
    """A page size out of bounds."""

    code = "limit_out_of_range"
    zh = "limit 应为 1 到 {most} 的整数。"
    en = "limit must be a whole number from 1 to {most}."


def only(given: Iterable[str], allowed: tuple[str, ...]) -> None:
    """Errors: ``UnknownField`` for the first name that is not allowed."""
    for name in given:
        if name not in allowed and name not in _ALWAYS:
            shown = name[:80].encode(errors="replace").decode()  # it comes from outside and goes back there
            raise UnknownField(field=shown, name=shown, allowed=", ".join(allowed))


def query_number(name: str) -> float | None:
    """A number of the query string, None when it is absent. Errors: ``NotANumber``."""
    raw = request.args.get(name, "").strip()
    if not raw:
        return None
    try:
        if not raw.isascii() or "_" in raw:  # Python takes 1_1 and １１, nobody else does
            raise ValueError
        return float(raw)
    except ValueError as error:
        raise NotANumber(field=name, name=name) from error


def query_needed(name: str) -> float:
    """A number that must be there. Errors: ``MissingField``, ``NotANumber``."""
    found = query_number(name)
    if found is None:
        raise MissingField(field=name, name=name)
    return found


def query_limit(default: int = 100, *, most: int = MAX_LIMIT) -> int:
    """The page size. Errors: ``LimitOutOfRange``."""
    raw = request.args.get("limit", "").strip()
    if not raw:
        return default
    if not (raw.isascii() and raw.isdigit() and len(raw) < 6 and 1 <= int(raw) <= most):
        raise LimitOutOfRange(field="limit", most=most)
    return int(raw)


def body_number(body: Mapping[str, Any], name: str) -> float | None:
    """A number of the body; a whole number beyond floats becomes infinity, which no check lets pass. Errors: ``NotANumber``."""
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotANumber(field=name, name=name)
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def body_text(body: Mapping[str, Any], name: str, default: str = "") -> str:
    """A text of the body. Errors: ``NotText``."""
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, str) or not is_storable(value):
        raise NotText(field=name, name=name)
    return value


def body_time(body: Mapping[str, Any], name: str) -> datetime | None:
    """A time with its zone. Errors: ``BadTime``."""
    raw = body_text(body, name)
    if not raw:
        return None
    try:
        found = datetime.fromisoformat(raw)
        if found.utcoffset() is None:
            raise BadTime(field=name, name=name)
        found.astimezone(UTC)  # beyond all years there it could be stored, but never read
    except (ValueError, OverflowError) as error:
        raise BadTime(field=name, name=name) from error
    return found


def body_texts(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts of the body, empty when it is absent. Errors: ``NotTexts``."""
    value = body.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) and is_storable(each) for each in value):
        raise NotTexts(field=name, name=name)
    return tuple(value)


def body_key(body: Mapping[str, Any], name: str = "client_key") -> str | None:
    """A client key in its one spelling, None when it is absent. Errors: ``BadClientKey``."""
    value = body.get(name)
    if value is None:
        return None
    try:
        return str(UUID(value)) if isinstance(value, str) else _no_key()
    except ValueError as error:
        raise BadClientKey(field=name) from error


def _no_key() -> str:
    raise ValueError
