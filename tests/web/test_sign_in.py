import hashlib
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher, Type
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from geodata.accounts import add_account, check_password, disable_account, set_password
from geodata.settings import Settings
from tests.web.conftest import PASSWORD, PRODUCTION_HASHER, SignIn, csrf_of, sign_in
from web import create_app
from web.sessions import COOKIE

Names = Callable[[str], str]


def cookie(client: FlaskClient) -> str | None:
    found = client.get_cookie(COOKIE)
    return found.value if found else None


def test_the_way_in_and_out(client: FlaskClient, account_named: Names) -> None:
    first = client.get("/api/v1/grids?limit=1")
    assert first.status_code == 401
    answer = sign_in(client, account_named("leader"))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.get("/api/v1/grids?limit=1").status_code == 200
    token = csrf_of(client.get("/nowhere").text)
    assert client.post("/sign-out", data={"csrf_token": token}).status_code == 302
    assert client.get("/api/v1/grids?limit=1").status_code == 401


def test_the_name_s_case_and_blanks_do_not_matter(client: FlaskClient, account_named: Names) -> None:
    assert sign_in(client, f"  {account_named('leader').upper()} ").status_code == 302


def test_the_cookie_is_guarded_and_stored_as_a_hash(client: FlaskClient, account_named: Names, city: Engine) -> None:
    answer = sign_in(client, account_named("leader"))
    header = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith(COOKIE))
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Secure" not in header
    word = cookie(client) or ""
    assert len(word) >= 43
    with city.connect() as conn:
        stored = conn.execute(
            text("SELECT count(*) FROM web_session WHERE token_hash = :hash"),
            {"hash": hashlib.sha256(word.encode()).digest()},
        ).scalar()
        assert stored == 1


def test_the_cookie_is_secure_when_the_request_is(client: FlaskClient, account_named: Names) -> None:
    name, base = account_named("leader"), "https://localhost"
    token = csrf_of(client.get("/sign-in", base_url=base).text)
    answer = client.post(
        "/sign-in",
        data={"csrf_token": token, "name": name, "password": PASSWORD},
        base_url=base,
        headers={"Referer": f"{base}/sign-in"},
    )
    assert answer.status_code == 302
    assert all("Secure" in value for value in answer.headers.getlist("Set-Cookie") if value.startswith(COOKIE))
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_a_planted_session_is_never_taken_over(client: FlaskClient, account_named: Names) -> None:
    client.set_cookie(COOKIE, "planted")
    sign_in(client, account_named("leader"))
    assert cookie(client) != "planted"
    thief = client.application.test_client()
    thief.set_cookie(COOKIE, "planted")
    assert thief.get("/api/v1/grids").status_code == 401


def test_signing_in_changes_the_word_and_ends_the_old_one(app: Flask, account_named: Names) -> None:
    client = app.test_client()
    client.get("/sign-in")
    before = cookie(client)
    assert before
    sign_in(client, account_named("leader"))
    assert cookie(client) != before
    old = app.test_client()
    old.set_cookie(COOKIE, before)
    assert old.get("/api/v1/grids").status_code == 401


def test_sign_out_disabling_and_a_new_password_end_sessions(app: Flask, signed_in: SignIn, city: Engine) -> None:
    with city.begin() as conn:
        add_account(conn, "short-lived", PASSWORD, "leader")
    for end in (
        lambda conn: set_password(conn, "short-lived", PASSWORD),
        lambda conn: disable_account(conn, "short-lived"),
    ):
        client = app.test_client()
        sign_in(client, "short-lived")
        assert client.get("/api/v1/grids?limit=1").status_code == 200
        with city.begin() as conn:
            end(conn)
        assert client.get("/api/v1/grids?limit=1").status_code == 401
    assert sign_in(app.test_client(), "short-lived").status_code == 401
    leaver = signed_in("leader")
    word = cookie(leaver) or ""
    leaver.post("/sign-out", data={"csrf_token": csrf_of(leaver.get("/nowhere").text)})
    stolen = app.test_client()
    stolen.set_cookie(COOKIE, word)
    assert stolen.get("/api/v1/grids").status_code == 401


def test_an_old_session_is_over(app: Flask, signed_in: SignIn, city: Engine) -> None:
    browser = signed_in("leader")
    with city.begin() as conn:
        conn.execute(
            text("UPDATE web_session SET created_at = now() - interval '2 day', expires_at = now() - interval '1 s'")
        )
    assert browser.get("/api/v1/grids").status_code == 401


def test_visitors_leave_no_row(client: FlaskClient, city: Engine) -> None:
    with city.connect() as conn:
        before = conn.scalar(text("SELECT count(*) FROM web_session"))
        client.get("/nowhere")
        client.get("/healthz")
        client.get("/api/v1/grids")
        client.get("/track/00000000-0000-4000-8000-000000000000")
        assert conn.scalar(text("SELECT count(*) FROM web_session")) == before
    assert cookie(client) is None


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("/heat?from=2026-01-01&area=150105", "/heat?from=2026-01-01&area=150105"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\t/evil.example", "/"),
        ("/\n/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("heat", "/"),
        ("//[", "/"),
        ("///evil.example", "/"),
        ("/map?area=[", "/map?area=%5B"),
        ("", "/"),
    ],
)
def test_next_stays_in_the_house(client: FlaskClient, account_named: Names, wanted: str, given: str) -> None:
    answer = sign_in(client, account_named("leader"), next=wanted)
    assert answer.headers["Location"] == given


def test_a_page_sends_to_the_sign_in_and_back(app: Flask, client: FlaskClient) -> None:
    if "map_page.index" in app.view_functions:
        answer = client.get("/map?area=150105")
        assert answer.status_code == 302
        assert answer.headers["Location"] == "/sign-in?next=/map?area%3D150105"


def test_forms_without_the_token_are_refused(client: FlaskClient, account_named: Names) -> None:
    client.get("/sign-in")
    for token in ({}, {"csrf_token": "made up"}):
        answer = client.post("/sign-in", data={"name": account_named("leader"), "password": PASSWORD, **token})
        assert answer.status_code == 400
        assert "csrf_failed" in answer.text
    stranger = client.application.test_client()
    borrowed = csrf_of(stranger.get("/sign-in").text)
    answer = client.post("/sign-in", data={"name": "leader", "password": PASSWORD, "csrf_token": borrowed})
    assert answer.status_code == 400


def test_wrong_name_and_wrong_password_look_alike(
    client: FlaskClient, account_named: Names, empty_limits: None
) -> None:
    pages = [sign_in(client, name, "not the password") for name in (account_named("leader"), "nobody-there")]
    assert [page.status_code for page in pages] == [401, 401]
    assert all("账号或密码不正确" in page.text for page in pages)


def test_the_limit_holds_over_two_processes(
    app: Flask, web_settings: Settings, account_named: Names, empty_limits: None
) -> None:
    clients = [app.test_client(), create_app(web_settings).test_client()]
    name = account_named("approver")
    answers = [sign_in(clients[turn % 2], name, "wrong password") for turn in range(web_settings.signin_attempts + 2)]
    assert [answer.status_code for answer in answers] == [401] * web_settings.signin_attempts + [429] * 2
    refused = sign_in(clients[1], name)  # the right password does not help now
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    assert "操作过于频繁" in refused.text
    assert sign_in(clients[0], account_named("leader")).status_code == 302  # others go on


def test_success_starts_the_count_anew(app: Flask, account_named: Names, empty_limits: None) -> None:
    name = account_named("approver")
    for _ in range(2):
        for _ in range(9):
            assert sign_in(app.test_client(), name, "wrong password").status_code == 401
        assert sign_in(app.test_client(), name).status_code == 302


def test_sign_ins_are_in_the_audit_log_without_what_was_typed(
    client: FlaskClient, account_named: Names, city: Engine, empty_limits: None
) -> None:
    sign_in(client, "my secret typed as a name", "wrong password")
    sign_in(client, account_named("leader"))
    with city.connect() as conn:
        rows = conn.execute(
            text("SELECT action, account_id, object, detail::text, request_id FROM audit_log ORDER BY id")
        ).all()
    assert {"signed_in", "sign_in_failed"} <= {row.action for row in rows}
    assert not any("secret" in f"{row.object}{row.detail}" for row in rows)
    assert all(row.request_id for row in rows if row.action.startswith("sign"))


def test_passwords_are_hashed_as_strongly_as_advised() -> None:
    # RFC 9106's second choice: argon2id, 64 MiB, 3 rounds, 4 lanes.
    hasher = PRODUCTION_HASHER
    assert (hasher.type, hasher.memory_cost, hasher.time_cost, hasher.parallelism) == (Type.ID, 65536, 3, 4)


def test_a_hash_with_older_parameters_is_renewed(city: Engine) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with city.begin() as conn:
        add_account(conn, "old-hash", PASSWORD, "leader")
        conn.execute(text("UPDATE account SET password_hash = :old WHERE name = 'old-hash'"), {"old": old})
        assert check_password(conn, "old-hash", PASSWORD) is not None
        renewed = conn.scalar(text("SELECT password_hash FROM account WHERE name = 'old-hash'"))
        assert renewed != old
        assert renewed.startswith("$argon2id$")
        assert check_password(conn, "old-hash", PASSWORD) is not None
