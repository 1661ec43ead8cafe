"""Every route, asked by every role and by nobody: what the table of permissions says is what happens."""

import uuid
from collections.abc import Callable

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from geodata.accounts import account_by_name, disable_account
from geodata.rate_limits import TooManyRequests
from geodata.tokens import issue_token, revoke_tokens_of
from gridmap.access import Permission, Role, may
from web.access import access_of, check_every_route
from web.request_limit import Buckets

Bearer = Callable[[str], dict[str, str]]
PUBLIC = {
    "static", "vendor", "healthz", "auth.sign_in", "auth.sign_in_submitted", "auth.sign_out", "track.show", "api.file",
    "report_page.index", "report_page.file", "report_page.filed", "report_page.photos", "api.keep_photo",
}  # fmt: skip
#: Open to anybody but to accounts whose role may not file.
FILING = ("api.file", "api.keep_photo", "report_page.index", "report_page.file", "report_page.photos")
_FILL = {
    "ref": str(uuid.UUID(int=0)),
    "code": "e",
    "number": "1",
    "path": "x",
    "package": "x",
    "filename": "x",
    "z": 1,
    "x": 0,
    "y": 0,
    "photo": str(uuid.UUID(int=0)),
    "size": "small",
    "version": 1,
    "comment": str(uuid.UUID(int=0)),
    "job": str(uuid.UUID(int=0)),
}


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Endpoint, method and a filled-in address of every route."""
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            values = {name: _FILL.get(name, "x") for name in rule.arguments}
            address = rule.build(values, append_unknown=False)
            assert address is not None, rule
            method = "POST" if "POST" in (rule.methods or ()) else "GET"
            found.append((rule.endpoint, method, address[1]))
    return found


def test_nothing_is_public_by_oversight(app: Flask) -> None:
    assert {name for name in app.view_functions if access_of(app, name) is None} == PUBLIC


def test_a_view_that_says_nothing_stops_the_start() -> None:
    app = Flask("empty")
    app.add_url_rule("/open", "open", lambda: "")
    with pytest.raises(RuntimeError, match="open"):
        check_every_route(app)


@pytest.mark.parametrize("role", [None, *Role])
def test_every_route_by_every_role(app: Flask, client: FlaskClient, bearer: Bearer, role: Role | None) -> None:
    headers = {"Accept": "application/json", **(bearer(role) if role else {})}
    for endpoint, method, address in routes(app):
        permission = access_of(app, endpoint)
        status = client.open(address, method=method, headers=headers).status_code
        if permission is not None and role is None:
            assert status == 401, address
        elif permission is not None and not may(role or "", permission):
            assert status == 403, address
        elif permission is not None:
            assert status not in (401, 403), address
        elif endpoint in FILING and role is not None and not may(role, Permission.FILE_REPORT):
            assert status == 403, address
        else:
            # The empty form of the sign-in page is a wrong password.
            assert status not in ({403, 500} if endpoint == "auth.sign_in_submitted" else {401, 403, 500}), address


def test_a_wrong_token_is_an_error_even_where_none_is_needed(client: FlaskClient) -> None:
    answer = client.post("/api/v1/reports", json={}, headers={"Authorization": "Bearer wrong"})
    assert (answer.status_code, answer.json["error"]["code"]) == (401, "bad_token")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_tokens_end(client: FlaskClient, city: Engine, account_named: Callable[[str], str]) -> None:
    name = account_named("dispatcher")
    with city.begin() as conn:
        key = account_by_name(conn, name).id
        words = {lasts: issue_token(conn, key, lasts) for lasts in ("expired", "revoked", "good", "disabled")}
        conn.execute(text("UPDATE api_token SET expires_at = now() - interval '1 s' WHERE name = 'expired'"))
        assert revoke_tokens_of(conn, key, "revoked") == 1

    def status(which: str) -> int:
        return client.get("/api/v1/grids?limit=1", headers={"Authorization": f"Bearer {words[which]}"}).status_code

    assert [status(which) for which in ("expired", "revoked", "good")] == [401, 401, 200]
    with city.begin() as conn:
        disable_account(conn, name)
    assert status("disabled") == 401


def test_a_token_leaves_no_session_and_needs_no_form_token(client: FlaskClient, bearer: Bearer) -> None:
    answer = client.post(
        "/api/v1/reports", json={"category": "x", "lon": 111.715, "lat": 40.815}, headers=bearer("grid_worker")
    )
    assert answer.status_code == 201
    assert "Set-Cookie" not in answer.headers


def test_anonymous_filing_is_limited_by_address(app: Flask, client: FlaskClient, empty_limits: None) -> None:
    report = {"category": "x", "lon": 111.715, "lat": 40.815, "client_key": str(uuid.uuid4())}
    settings = app.config["GRIDMAP"]
    object.__setattr__(settings, "anonymous_reports_per_hour", 2)
    try:
        assert client.post("/api/v1/reports", json={**report, "lon": 999}).status_code == 422  # not counted
        assert client.post("/api/v1/reports", json=report).status_code == 201
        assert client.post("/api/v1/reports", json=report).status_code == 200  # a retry is not counted
        assert client.post("/api/v1/reports", json={**report, "client_key": str(uuid.uuid4())}).status_code == 201
        refused = client.post("/api/v1/reports", json={**report, "client_key": str(uuid.uuid4())})
        assert (refused.status_code, refused.json["error"]["code"]) == (429, "too_many_requests")
        assert 0 < int(refused.headers["Retry-After"]) <= 3601
        elsewhere = {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}
        assert (
            client.post("/api/v1/reports", json={**report, "client_key": str(uuid.uuid4())}, **elsewhere).status_code
            == 201
        )
    finally:
        object.__setattr__(settings, "anonymous_reports_per_hour", 1000)


def test_no_table_holds_an_address(client: FlaskClient, city: Engine) -> None:
    client.post("/api/v1/reports", json={"category": "x", "lon": 111.715, "lat": 40.815})
    with city.connect() as conn:
        keys = conn.execute(text("SELECT key FROM rate_window")).scalars().all()
    assert keys
    assert not any("127.0.0.1" in key for key in keys)


def test_buckets_fill_again_evenly() -> None:
    buckets = Buckets(per_minute=60)
    assert all(buckets.take("a", 0.0) == 0.0 for _ in range(60))
    assert buckets.take("a", 0.0) == pytest.approx(1.0)
    assert buckets.take("b", 0.0) == 0.0
    assert buckets.take("a", 1.0) == 0.0
    assert buckets.take("a", 1.0) > 0.0


def test_the_general_limit_answers_429(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Buckets, "take", lambda *_: 7.2)
    answer = client.get("/api/v1/grids")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "8"
    assert client.get("/static/gridmap.css", buffered=True).status_code == 200
    page = client.get("/sign-in", headers={"Accept": "text/html"})
    assert page.status_code == 429
    assert "请稍候再试" in page.text


def test_waiting_is_told_in_whole_minutes() -> None:
    assert TooManyRequests(61).text("en").endswith("in 2 min.")


def test_proxies_are_believed_as_many_as_the_setting_says(app: Flask) -> None:
    from web.address import address_key

    with app.test_request_context(headers={"X-Forwarded-For": "198.51.100.1"}):
        forged = address_key()
    with app.test_request_context():
        g.pop("x", None)
        assert address_key() == forged  # no proxy is configured, so the header says nothing


def test_an_ipv6_caller_is_its_network(app: Flask) -> None:
    from web.address import address_key

    keys = set()
    for address in ("2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1"):
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            keys.add(address_key())
    assert len(keys) == 2
