"""The body of a request as a JSON object."""

import json
from typing import Any

from flask import request

from gridmap.errors import GridmapError
from web.errors import BadRequest, WrongContentType


class MalformedJson(BadRequest):
    """A body that is no JSON, or an object that names a field twice."""

    code = "malformed_json"
    zh = "请求内容不是有效的 JSON。"
    en = "The body is not valid JSON."


class NotAnObject(GridmapError):
    """JSON, but no object."""

    code = "not_an_object"
    zh = "请求内容应为 JSON 对象 {{...}}。"
    en = "The body must be a JSON object {{...}}."


def json_object() -> dict[str, Any]:
    """The body. Errors: ``WrongContentType``, ``MalformedJson``, ``NotAnObject``."""
    if request.mimetype != "application/json":
        raise WrongContentType
    try:
        found = json.loads(request.get_data(), parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise MalformedJson from error
    if not isinstance(found, dict):
        raise NotAnObject
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a name that comes twice nobody knows which value is meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name comes twice")
    return found


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")
