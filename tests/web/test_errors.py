"""There is one JSON shape for errors: {"error": {"status", "code", "message", "field"}}. Every route is held to it."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DataError, OperationalError

from geodata.settings import Settings
from gridmap.errors import GridmapError
from tests.web.conftest import SignIn
from tests.web.test_access import routes
from web import create_app
from web.access import public
from web.errors import STATUS, status_of

Bearer = Callable[[str], dict[str, str]]
JSON = {"Accept": "application/json"}


def assert_shape(answer: Any) -> None:
    assert answer.mimetype == "application/json"
    assert set(answer.json) == {"error"}
    error = answer.json["error"]
    assert set(error) == {"status", "code", "message", "field"}
    assert error["status"] == answer.status_code
    assert re.fullmatch(r"[a-z][a-z0-9_]*", error["code"])
    assert error["message"]
    assert error["field"] is None or isinstance(error["field"], str)
    assert answer.headers["Cache-Control"] == "no-store"


def test_every_route_without_account(app: Flask, client: FlaskClient) -> None:
    for _, method, address in routes(app):
        answer = client.open(address, method=method, headers=JSON)
        if answer.status_code >= 400 and not address.startswith("/healthz"):
            assert_shape(answer)
        answer.close()


def test_every_route_with_a_wrong_method(app: Flask, client: FlaskClient) -> None:
    for _, _, address in routes(app):
        answer = client.delete(address, headers=JSON)
        assert answer.status_code in (404, 405), address
        assert_shape(answer)
        assert answer.status_code == 404 or "GET" in answer.headers["Allow"] or "POST" in answer.headers["Allow"]


def test_every_route_of_the_interface_with_nonsense(app: Flask, client: FlaskClient, bearer: Bearer) -> None:
    for endpoint, method, address in routes(app):
        if endpoint.startswith("api.") and endpoint != "api.openapi":
            answer = client.open(f"{address}?lang=en&limit=x&at=x&nonsense=1", method=method, headers=bearer("admin"))
            assert answer.status_code in (400, 404, 415, 422), address
            assert_shape(answer)


@pytest.fixture
def broken(web_settings: Settings) -> FlaskClient:
    """An application with views that go wrong in every way."""
    app = create_app(web_settings)

    def fail(error: Exception) -> Callable[[], str]:
        @public
        def view() -> str:
            raise error

        return view

    class Cancelled(Exception):
        pgcode = "57014"

    app.add_url_rule("/api/bug", "bug", fail(ZeroDivisionError("secret detail")))
    app.add_url_rule("/api/away", "away", fail(OperationalError("SELECT", {}, Exception("down"))))
    app.add_url_rule("/api/slow", "slow", fail(OperationalError("SELECT", {}, Cancelled())))
    app.add_url_rule("/api/data", "data", fail(DataError("SELECT", {}, Exception("out of range"))))
    app.add_url_rule("/bug", "bug_page", fail(ZeroDivisionError("secret detail")))
    return app.test_client()


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("bug", 500, "internal_error"),
        ("away", 503, "database_unreachable"),
        ("slow", 503, "too_slow"),
        ("data", 400, "bad_request"),
    ],
)
def test_what_goes_wrong_inside(broken: FlaskClient, path: str, status: int, code: str) -> None:
    answer = broken.get(f"/api/{path}")
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)
    assert_shape(answer)
    assert "secret" not in answer.text


def test_people_get_a_page(broken: FlaskClient) -> None:
    page = broken.get("/bug", headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (500, "text/html")
    assert "secret" not in page.text
    assert "Traceback" not in page.text
    assert page.headers["X-Request-Id"] in page.text


def test_a_database_that_is_away(tmp_path: Path) -> None:
    app = create_app(Settings(home=tmp_path, database_url="postgresql+psycopg2://nobody@127.0.0.1:1/nothing"))
    client = app.test_client()
    health = client.get("/healthz")
    assert health.status_code == 503
    assert health.json["database"] is False
    answer = client.post("/api/v1/reports", json={"category": "x", "lon": 111.7, "lat": 40.8})
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "database_unreachable")
    page = client.get("/sign-in")
    assert page.status_code == 503
    assert "数据库暂时没有响应" in page.text


def test_status_goes_by_the_nearest_ancestor() -> None:
    class Special(GridmapError):
        """Some cause."""

    assert status_of(Special()) == 422
    for cause, status in STATUS.items():
        assert 400 <= status < 600, cause


def test_htmx_is_sent_by_a_header(app: Flask, client: FlaskClient) -> None:
    from gridmap.access import Permission
    from web.access import access_of

    page = next((a for name, _, a in routes(app) if name == "map_page.index"), None)
    if page is None:
        pytest.fail("the map page is missing")
    assert access_of(app, "map_page.index") is Permission.VIEW_MAP
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/map?area=150105", "Accept": "text/html"}
    answer = client.get(page, headers=headers)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in?next=/map?area%3D150105")


@pytest.mark.parametrize("current", ["http://[", "//[", "javascript:1", ""])
def test_htmx_from_a_strange_address_is_sent_to_the_sign_in(client: FlaskClient, current: str) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": current, "Accept": "text/html"}
    answer = client.get("/map", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/sign-in")


def test_the_log_has_no_personal_fields(
    client: FlaskClient, signed_in: SignIn, capsys: pytest.CaptureFixture[str]
) -> None:
    browser = signed_in("leader")
    browser.get("/api/v1/locate?lon=111.715&lat=40.815", environ_base={"REMOTE_ADDR": "203.0.113.7"})
    client.get("/track/6f9b2c1e-1111-4222-8333-444455556666")
    written = capsys.readouterr().err
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    assert {"/api/v1/locate", "/track/<uuid:ref>"} <= {line.get("route") for line in lines}
    assert all(line["request_id"] for line in lines if line["message"] == "request")
    for secret in ("203.0.113.7", "111.715", "6f9b2c1e", "leader"):
        assert secret not in written


def test_an_error_while_answering_does_not_name_the_address(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    with app.test_request_context("/track/6f9b2c1e-1111-4222-8333-444455556666"):
        try:
            raise RuntimeError
        except RuntimeError:
            app.log_exception(sys.exc_info())
    written = capsys.readouterr().err
    assert "RuntimeError" in written
    assert "6f9b2c1e" not in written
