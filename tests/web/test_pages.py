"""What every page has in common: the content policy, no outside host, one language, the frame."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

import web
from gridmap.access import Permission, may
from tests.web.conftest import SignIn
from tests.web.test_access import routes
from web import db, vendor
from web.access import access_of
from web.pages import MENU

PAGES = [
    "/sign-in",
    "/nowhere",
    "/",
    "/map",
    "/heat",
    "/figures",
    "/cases",
    "/coverage",
    "/notices",
    "/plans",
    "/map/grids/e/history",
]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_policy_hosts_and_language(signed_in: SignIn, address: str, language: str) -> None:
    browser = signed_in("leader")
    page = (browser if address not in ("/sign-in",) else browser.application.test_client()).get(
        f"{address}?lang={language}"
    )
    policy = page.headers["Content-Security-Policy"]
    nonce = re.search(r"script-src 'self' 'nonce-([^']+)'", policy)
    assert nonce
    assert "unsafe" not in policy
    for part in (
        "default-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "object-src 'none'",
    ):
        assert part in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=(self)" in page.headers["Permissions-Policy"]
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in page.text
    for tag in re.findall(r"<script\b[^>]*>", page.text):
        assert "src=" in tag or f'nonce="{nonce.group(1)}"' in tag or 'type="application/json"' in tag, tag
    for tag in re.findall(r"<style\b[^>]*>", page.text):
        assert f'nonce="{nonce.group(1)}"' in tag
    assert not re.search(r"<[^>]+\sstyle=", page.text), "an inline style"
    assert not re.search(r"<[^>]+\son[a-z]+=", page.text), "an inline handler"
    assert not re.findall(r"(?:src|href|action)=[\"'](?:https?:)?//", page.text), "an outside host"


def test_nonces_are_used_once(client: FlaskClient) -> None:
    policies = {client.get("/nowhere").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


@pytest.mark.parametrize("role", ["leader", "grid_worker", "admin"])
def test_every_menu_entry_exists_and_is_shown_to_whom_it_may_concern(app: Flask, signed_in: SignIn, role: str) -> None:
    known = {name: address for name, _, address in routes(app)}
    page = _menu_of(signed_in(role).get("/nowhere").text)
    for entry in MENU:
        assert entry.endpoint in known, entry.endpoint
        # Filing is open to anybody; its entry in the menu is for those who have it as a task.
        assert access_of(app, entry.endpoint) in (entry.permission, None)
        assert (f'href="{known[entry.endpoint]}"' in page) == may(role, entry.permission)
    assert "href" not in _menu_of(app.test_client().get("/nowhere").text)
    assert MENU[0].permission is Permission.VIEW_MAP


def _menu_of(page: str) -> str:
    found = re.search(r'<ul class="gm-menu">.*?</ul>', page, flags=re.S)
    assert found
    return found.group(0)


def test_home_is_for_those_who_signed_in(client: FlaskClient, signed_in: SignIn) -> None:
    assert client.get("/").headers["Location"] == "/sign-in?next=/"
    assert "今日要情" in signed_in("leader").get("/").text


def test_language_is_remembered(client: FlaskClient) -> None:
    assert "登录" in client.get("/sign-in").text
    assert "Sign in" in client.get("/sign-in?lang=en").text
    assert "Sign in" in client.get("/sign-in").text
    assert "登录" in client.get("/sign-in?lang=zh").text
    assert "登录" in client.get("/sign-in?lang=klingon").text


def test_the_switch_keeps_the_address(client: FlaskClient) -> None:
    page = client.get("/sign-in?next=/heat%3Fa%3D1").text
    assert 'href="/sign-in?next=%2Fheat%3Fa%3D1&amp;lang=en"' in page


def test_sample_data_are_called_so_on_every_page(signed_in: SignIn, city: Engine) -> None:
    browser = signed_in("leader")
    assert "示例数据" not in browser.get("/nowhere").text
    with city.begin() as conn:
        conn.execute(text("INSERT INTO fact (name, value) VALUES ('synthetic', 'true')"))
    assert "示例数据" in browser.get("/nowhere").text
    with city.begin() as conn:
        conn.execute(text("DELETE FROM fact WHERE name = 'synthetic'"))


def test_names_are_escaped(app: Flask, city: Engine) -> None:
    from geodata.accounts import add_account
    from tests.web.conftest import PASSWORD, sign_in

    with city.begin() as conn:
        add_account(conn, "mallory", PASSWORD, "leader", "<script>alert(1)</script>")
    browser = app.test_client()
    sign_in(browser, "mallory")
    page = browser.get("/nowhere").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_tracking_shows_the_state_and_no_more(client: FlaskClient) -> None:
    filed = client.post(
        "/api/v1/reports",
        json={"category": "井盖", "text": "张三家门口", "address_text": "3号楼501", "lon": 111.715, "lat": 40.815},
    ).json
    page = client.get(filed["tracking_url"])
    assert page.status_code == 200
    for shown in ("待核实", "井盖", "e 网格", "仕奇社区", filed["ref"]):
        assert shown in page.text
    for hidden in ("张三", "501", "111.7", "40.8"):
        assert hidden not in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["Cache-Control"] == "no-store"
    assert client.get("/track/00000000-0000-4000-8000-000000000000").status_code == 404
    assert client.get("/track/1").status_code == 404


def test_health(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json["status"] == "ok"
    assert answer.json["schema_at_head"] is True
    assert answer.json["job_runner"] is False


def test_health_sees_the_runner_and_an_old_schema(client: FlaskClient, city: Engine) -> None:
    with city.begin() as conn:
        conn.execute(text("INSERT INTO fact (name, value) VALUES ('job_runner_seen', to_jsonb(now()))"))
        revision = conn.scalar(text("SELECT version_num FROM alembic_version"))
        conn.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json["schema_at_head"], answer.json["job_runner"]) == (503, False, True)
    with city.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
        conn.execute(text("DELETE FROM fact WHERE name = 'job_runner_seen'"))


def test_files_with_a_version_are_kept_others_asked_about(client: FlaskClient) -> None:
    assert "max-age=31536000" in client.get("/static/gridmap.css?v=1", buffered=True).headers["Cache-Control"]
    assert client.get("/static/gridmap.css", buffered=True).headers["Cache-Control"] == "no-cache"


def test_libraries_come_from_the_list_only(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    good = client.get("/static/vendor/leaflet/dist/leaflet.css", buffered=True)
    assert good.status_code == 200
    assert "immutable" in good.headers["Cache-Control"]
    for path in (
        "leaflet/package.json",
        "leaflet/dist/../package.json",
        "../package.json",
        "rbush/index.js",
        "leaflet/dist/images/../../package.json",
    ):
        assert client.get(f"/static/vendor/{path}", buffered=True).status_code == 404, path
    missing = vendor.NODE_MODULES / "nowhere"
    monkeypatch.setattr(vendor, "NODE_MODULES", missing)
    vendor.package_version.cache_clear()
    answer = client.get("/static/vendor/leaflet/dist/leaflet.css", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "vendor_missing")
    assert "npm ci" in answer.json["error"]["message"]
    vendor.package_version.cache_clear()


def test_work_outside_a_transaction_is_rolled_back(app: Flask, city: Engine) -> None:
    with app.test_request_context():
        db.connection().execute(text("INSERT INTO fact (name, value) VALUES ('lost', 'true')"))
    with app.test_request_context(), pytest.raises(ZeroDivisionError):
        _write_and_fail()
    with city.connect() as conn:
        assert conn.scalar(text("SELECT count(*) FROM fact WHERE name = 'lost'")) == 0


def _write_and_fail() -> None:
    with db.transaction() as conn:
        conn.execute(text("INSERT INTO fact (name, value) VALUES ('lost', 'true')"))
        raise ZeroDivisionError


def test_no_template_or_script_of_ours_writes_inline_styles() -> None:
    """The content policy lets only rules of files apply, and properties that scripts set one by one."""
    written = re.compile(r"""<[^>]+\sstyle=|setAttribute\(\s*["']style["']|\.style\s*=[^=]|cssText""")
    ours = [
        path
        for path in Path(web.__file__).parent.rglob("*")
        if path.suffix in (".html", ".js") and "node_modules" not in path.parts
    ]
    assert len(ours) > 100
    assert [path.name for path in ours if written.search(path.read_text("utf-8"))] == []
