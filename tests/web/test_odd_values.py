"""Every route with odd values, as the city's administrator and as a grid worker: refused or answered, never an error of ours.

The values of a route are drawn by a generator that its name seeds: the same ones in every run. A new route is asked like every other.
"""

import inspect
import json
import random
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

LONG = "网" * 100_000
ODD = (
    "", " ", "\0", "\x1b", "\u202e", "'\"<script>", "%", "\\", "{{7*7}}", "../../etc/passwd", "=1+1", "𠮷", "\ud800", "-1", "0", "1e309", "nan",
    "inf", "١", "1_0", "9" * 30, "2147483648", "9223372036854775808", "0001-01-01", "9999-12-31", "2026-02-30", "2026-11-20", "2026-11-20T08:30",
    "infinity", "111.7,40.8,111.8,40.9", "nan,nan,nan,nan", "1e300,-1e300,180,90", "180,90,-180,-90", str(uuid.UUID(int=0)), "*", "e", "x", "150105",
    "grid_worker", "admin", "all", "csv", "excel", "gpkg", "general", "newest", "area=e&limit=9", "density", "rate", "grids", "reports", "page",
)  # fmt: skip
#: Parts of an address; what does not fit its place is another page.
PARTS = (
    "0", "1", "30", "99", "-1", "9" * 30, "e", "x", "\ud800", "'", "..%2f..", "网", str(uuid.UUID(int=0)), "csv", "excel", "areas", "grids", "base", "k" * 2000,
)  # fmt: skip
#: Fields that pages share and whose names no view spells out.
SHARED = (
    "area", "bbox", "from", "to", "category", "source", "status", "lacking", "placing", "doubt", "q", "days", "mine", "sort", "limit", "cursor", "at", "lang", "next",
    "period", "week", "compare", "measure", "kind", "start", "name", "seen", "lon", "lat", "datum", "column:code",
)  # fmt: skip
#: What JSON can hold where a text or a number belongs.
JSON = (
    None,
    True,
    [],
    {},
    [["x"]],
    -1,
    1e308,
    10**400,
    "\ud800",
    "\0",
    LONG,
    "",
    "nan",
    "2026-11-20T08:30:00+99:99",
    "0001-01-01T00:00:00+14:00",
)
_SPELLED = re.compile(r"""["']([a-z_]{2,20})["']""")
#: Questions for each route and role, and how many fields one has.
ASKED, FIELDS = 14, (0, 1, 1, 2, 3)


@dataclass(frozen=True)
class Question:
    """One request."""

    method: str
    address: str
    form: list[tuple[str, Any]]


def questions(app: Flask, rule: Rule, times: int = ASKED) -> Iterator[Question]:
    """Requests of a route, each with few odd fields: the first one that is wrong ends most answers."""
    drawn = random.Random(rule.endpoint)
    module = inspect.getmodule(inspect.unwrap(app.view_functions[rule.endpoint]))
    own = _SPELLED.findall(inspect.getsource(module)) if module else []
    names = sorted({*SHARED, *own})
    for _ in range(times):
        path = re.sub(r"<[^>]+>", lambda _found: drawn.choice(PARTS), rule.rule)
        fields = [(drawn.choice(names), drawn.choice(ODD)) for _ in range(drawn.choice(FIELDS))]
        if "GET" in (rule.methods or ()):
            yield Question("GET", f"{encoded(path)}?{pairs(fields)}", [])
        else:
            long = [(drawn.choice(names), LONG)] if drawn.random() < 0.2 else []
            yield Question("POST", f"{encoded(path)}?{pairs(fields[:1])}", [*fields, *fields[:1], *long])


def encoded(text: str) -> str:
    """Text in an address; a lone surrogate as the bytes that it would be."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="/%")


def pairs(fields: list[tuple[str, str]]) -> str:
    """A query string."""
    return "&".join(f"{encoded(name)}={encoded(value)}" for name, value in fields)


def ask(client: FlaskClient, question: Question, headers: dict[str, str]) -> int:
    """The status of the answer, read to its end."""
    body = pairs([(name, value) for name, value in question.form]) if question.form else None
    kind = "application/x-www-form-urlencoded" if body is not None else None
    answer = client.open(
        question.address, method=question.method, data=body, content_type=kind, headers=headers, buffered=True
    )
    return answer.status_code


@pytest.mark.parametrize("role", ["admin", "grid_worker"])
def test_odd_values_are_refused_or_answered(
    app: Flask, client: FlaskClient, bearer: Callable[[str], dict[str, str]], role: str
) -> None:
    headers = bearer(role)
    found = [
        (status, question.method, question.address[:300], [(name, value[:40]) for name, value in question.form])
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in ("static", "vendor")
        for question in questions(app, rule)
        if (status := ask(client, question, headers)) >= 500
    ]
    assert found == []


def test_odd_json_is_refused_or_filed(client: FlaskClient, bearer: Callable[[str], dict[str, str]]) -> None:
    whole = {
        "category": "井盖",
        "text": "x",
        "lon": 111.7,
        "lat": 40.8,
        "datum": "wgs84",
        "client_key": str(uuid.uuid4()),
    }
    bodies: list[Any] = [*JSON, *([{**whole, name: value}] for name in whole for value in JSON)]
    bodies += [
        {**whole, name: value}
        for name in (*whole, "occurred_at", "accuracy_m", "source", "address_text")
        for value in JSON
    ]
    raw = [json.dumps(body).encode() for body in bodies] + [
        b"",
        b"{",
        b"\xff",
        b"[" * 100_000,
        b'{"lon": NaN}',
        b'{"a":1,"a":2}',
    ]
    for body in raw:
        answer = client.post("/api/v1/reports", data=body, content_type="application/json", headers=bearer("admin"))
        assert answer.status_code < 500, body[:200]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("../../../etc/cron.d/x.csv", b"code,name\n1,2\n"),
        ("a\0b.csv", b"x"),
        ("网" * 500 + ".csv", b"x"),
        ("x.csv", b"\xff\xfe\x00"),
        ("x.csv", (",".join(f"c{n}" for n in range(20_000))).encode()),
        ("x.geojson", b'{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[NaN,1,2]}}]}'),
        ("x.geojson", b"[" * 100_000),
        ("x.zip", b"PK\x05\x06" + b"\0" * 18),
        ("x.xlsx", b"PK\x03\x04"),
        ("x.gpkg", b"SQLite format 3\0" + b"\xff" * 200),
        ("x.parquet", b"PAR1" + b"\0" * 20 + b"PAR1"),
        ("x.shp", b"\0" * 100),
        ("x.osm.pbf", b"\0\0\0\x0d"),
        ("x.fgb", b"fgb\x03fgb\x00" + b"\xff" * 40),
    ],
)  # fmt: skip
def test_odd_files_are_refused_or_looked_at(
    client: FlaskClient, bearer: Callable[[str], dict[str, str]], name: str, content: bytes
) -> None:
    headers = bearer("admin")
    for kind in ("grids", "households"):
        form = {"kind": kind, "file": (BytesIO(content), name)}
        answer = client.post("/data/upload", data=form, headers=headers, content_type="multipart/form-data")
        assert answer.status_code < 500
        if answer.status_code == 302:
            assert client.get(answer.headers["Location"], headers=headers).status_code < 500
            tried = client.post(answer.headers["Location"], data={"layer": "\x1b", "encoding": "x"}, headers=headers)
            assert tried.status_code < 500
