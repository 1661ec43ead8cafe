"""``/api/docs``: the interface for people who write programs, from the same document that machines read."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Blueprint, render_template, request

from gridmap.access import Permission
from web.access import requires
from web.api.openapi import DOCUMENT
from web.i18n import language

blueprint = Blueprint("api_docs", __name__, url_prefix="/api/docs")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value of the address, query or body: its name, where it goes, its kind in words, whether it must be there, what it says."""

    name: str
    place: str
    kind: str
    required: bool
    words: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A method on a path, in the language of the page; ``other`` is its heading in the other language."""

    key: str
    method: str
    path: str
    heading: str
    other: str
    words: str
    parameters: list[Parameter]
    answers: list[str]
    example: str


@blueprint.get("")
@requires(Permission.VIEW_MAP)
def index() -> str:
    """Every operation with its parameters and an example for the command line."""
    return render_template("api_docs.html", operations=operations(request.host_url.rstrip("/")))


def operations(host: str) -> list[Operation]:
    """What the document says, in its order; ``host`` begins the examples."""
    base = host + str(_document()["servers"][0]["url"])
    return [
        _operation(base, path, method, told)
        for path, item in _document()["paths"].items()
        for method, told in item.items()
    ]


@cache
def _document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return found


def _operation(base: str, path: str, method: str, told: dict[str, Any]) -> Operation:
    zh, en = str(told["x-zh"]), str(told["summary"])
    heading, other = (zh, en) if language() == "zh" else (en, zh)
    return Operation(
        told["operationId"],
        method.upper(),
        path,
        heading,
        other,
        str((language() == "zh" and told.get("x-zh-description")) or told.get("description", "")),
        [
            _parameter(one["name"], one["in"], one["schema"], one.get("required", False), one)
            for one in told.get("parameters", [])
        ]
        + _body(told),
        list(told["responses"]),
        _curl(base, path, method, told),
    )


def _body(told: dict[str, Any]) -> list[Parameter]:
    if "requestBody" not in told:
        return []
    content: dict[str, Any] = told["requestBody"]["content"]
    schema = _resolved(next(iter(content.values()))["schema"])
    needed = schema.get("required", [])
    return [_parameter(name, "body", one, name in needed, one) for name, one in schema["properties"].items()]


def _parameter(name: str, place: str, schema: dict[str, Any], required: bool, told: dict[str, Any]) -> Parameter:
    kind = " | ".join(schema["enum"]) if "enum" in schema else schema.get("format") or schema.get("type") or ""
    words = (language() == "zh" and told.get("x-zh")) or told.get("description", "")
    return Parameter(name, place, str(kind), bool(required), str(words))


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    found: Any = _document()
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def _curl(base: str, path: str, method: str, told: dict[str, Any]) -> str:
    address = (
        base
        + path.replace("{ref}", "REF").replace("{code}", "CODE").replace("{number}", "NUMBER")
        + told.get("x-example", "")
    )
    lines = [f"curl -H \"Authorization: Bearer $TOKEN\" '{address}'"]
    if method == "post" and "multipart/form-data" in told["requestBody"]["content"]:
        lines = [f"curl -X POST '{address}'", '-H "Authorization: Bearer $TOKEN"', "-F photo=@photo.jpg"]
    elif method == "post":
        body = json.dumps(told["requestBody"]["content"]["application/json"]["example"], ensure_ascii=False, indent=2)
        lines = [
            f"curl -X POST '{address}'",
            '-H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json"',
            f"-d '{body}'",
        ]
    return " \\\n  ".join(lines)
