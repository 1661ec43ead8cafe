"""Deputies, hand-over, units, tokens and the audit log on their pages."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from geodata.account_areas import set_areas
from geodata.accounts import account_by_name, add_account
from geodata.audit import note
from geodata.days import today
from geodata.settings import Settings
from geodata.tables import unit, unit_duty
from tests.geodata.cities import COMMUNITY, insert_other_district, insert_post
from tests.web.conftest import PASSWORD, sign_in
from tests.web.test_admin_people import post, seen

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def staffed(city: Engine) -> Engine:
    with city.begin() as conn:
        insert_other_district(conn)
        for name, role, area in (
            ("root", "admin", "*"),
            ("saihan", "admin", COMMUNITY[:6]),
            ("secretary", "community_secretary", COMMUNITY),
            ("a", "grid_worker", "e"),
            ("b", "grid_worker", "f"),
            ("there", "grid_worker", "x"),
        ):
            set_areas(conn, add_account(conn, name, PASSWORD, role, f"{name} 甲"), [area])
        insert_post(conn, "张三", "grid_worker", area_code="e")
        insert_post(conn, "外人", "grid_worker", area_code="x")
    return city


@pytest.fixture
def now(web_settings: Settings) -> date:
    return today(web_settings.zone)


def browser(app: Flask, name: str) -> FlaskClient:
    made = app.test_client()
    assert sign_in(made, name).status_code == 302
    return made


def codes(client: FlaskClient) -> set[str]:
    return {one["id"] for one in client.get("/api/v1/grids").json["features"]}


def test_a_secretary_names_a_deputy_who_sees_both_until_the_end(app: Flask, staffed: Engine, now: date) -> None:
    secretary, deputy = browser(app, "secretary"), browser(app, "b")
    assert codes(deputy) == {"f"}
    until = now + 3 * DAY
    assert post(secretary, "/admin/deputies", principal="a", deputy="b", until=until.isoformat()).status_code == 302
    assert codes(deputy) == {"e", "f"}
    page = secretary.get("/admin/deputies").text
    assert "b 甲" in page
    assert until.isoformat() in page
    assert "代 a 甲" in deputy.get("/me").text
    key = re.search(r'name="key" value="(\d+)"', page)
    assert key
    assert post(secretary, "/admin/deputies/end", key=key.group(1)).status_code == 302
    assert codes(deputy) == {"f"}
    assert post(secretary, "/admin/deputies/end", key=key.group(1)).status_code == 404
    assert post(secretary, "/admin/deputies/end", key="x").status_code == 404


def test_a_deputy_needs_an_end_and_the_own_area(app: Flask, staffed: Engine, now: date) -> None:
    secretary = browser(app, "secretary")
    for data, name in (
        ({"principal": "a", "deputy": "b"}, "until"),
        ({"principal": "a", "deputy": "b", "until": (now - DAY).isoformat()}, "until"),
        ({"principal": "a", "deputy": "b", "until": "soon"}, "until"),
        ({"principal": "there", "deputy": "b", "until": now.isoformat()}, "principal"),
        ({"principal": "a", "deputy": "there", "until": now.isoformat()}, "deputy"),
        ({"principal": "a", "deputy": "a", "until": now.isoformat()}, "deputy"),
        ({"principal": "secretary", "deputy": "a", "until": now.isoformat()}, "deputy"),
    ):
        page = post(secretary, "/admin/deputies", **data)
        assert page.status_code in (404, 422), data
        assert f'id="{name}-error"' in page.text, data


def test_a_grid_is_handed_over(app: Flask, staffed: Engine, now: date) -> None:
    secretary = browser(app, "secretary")
    assert "/admin/hand-over?grid=e" in secretary.get("/admin/hand-over?q=e 网格").text
    page = secretary.get("/admin/hand-over?grid=e").text
    assert "张三" in page
    opened = seen(page)
    refused = post(secretary, "/admin/hand-over?grid=e", seen=opened, person="p9", day=now.isoformat())
    assert refused.status_code == 422
    assert 'id="name-error"' in refused.text
    form = {"seen": opened, "person": "p9", "name": "李四", "day": now.isoformat(), "account": "b"}
    assert post(secretary, "/admin/hand-over?grid=e", **form).status_code == 302
    assert "李四" in secretary.get("/admin/hand-over?grid=e").text
    assert codes(browser(app, "b")) == {"e", "f"}
    assert post(secretary, "/admin/hand-over?grid=e", **form).status_code == 302  # twice does no harm
    late = post(secretary, "/admin/hand-over?grid=e", **{**form, "person": "p10", "name": "王五"})
    assert late.status_code == 409
    assert "其他人已修改过" in late.text


def test_a_foreign_grid_is_not_there(app: Flask, staffed: Engine) -> None:
    secretary = browser(app, "secretary")
    assert secretary.get("/admin/hand-over?grid=x").status_code == 404
    assert post(secretary, "/admin/hand-over?grid=x", person="p", name="n").status_code == 404
    assert "外人" not in secretary.get("/admin/hand-over?q=x").text


def test_units_and_what_nobody_or_several_are_responsible_for(app: Flask, staffed: Engine) -> None:
    root = browser(app, "root")
    with staffed.begin() as conn:
        conn.execute(
            text(
                "INSERT INTO report (category, source, occurred_at, reported_at, address_text, intake_district) VALUES ('孤儿类别', 'other', now(), now(), '某处', '')"
            )
        )
    assert "孤儿类别" in root.get("/admin/units").text
    assert (
        post(
            root, "/admin/units/new", code="u1", kind="utility", name="甲公司", duties=["孤儿类别", "暖气"]
        ).status_code
        == 302
    )
    assert post(root, "/admin/units/new", code="u1", kind="utility", name="乙公司").status_code == 422
    assert post(root, "/admin/units/new", code="u2", kind="utility", name="").status_code == 422
    assert post(root, "/admin/units/new", code="u2", kind="utility", name="乙公司", duties="暖气").status_code == 302
    page = root.get("/admin/units").text
    assert "没有单位负责" not in page
    assert "暖气: 乙公司, 甲公司" in page.replace("、", ", ")


def test_a_closed_unit_gets_nothing_and_its_accounts_see_nothing(app: Flask, staffed: Engine, now: date) -> None:
    root = browser(app, "root")
    post(root, "/admin/units/new", code="old", kind="department", name="旧局", duties="路灯")
    assert (
        post(root, "/admin/people/new", name="clerk", role="unit_handler", unit="old", password=PASSWORD).status_code
        == 302
    )
    with staffed.begin() as conn:
        conn.execute(
            text(
                "INSERT INTO report (category, source, occurred_at, reported_at, address_text, status, intake_district) VALUES ('路灯', 'other', now(), now(), '某处', 'dispatched', '')"
            )
        )
    clerk = browser(app, "clerk")
    assert len(clerk.get("/api/v1/reports").json["features"]) == 1
    opened = seen(root.get("/admin/units/edit?code=old").text)
    form = {"seen": opened, "kind": "department", "name": "旧局", "closed_on": now.isoformat()}
    assert post(root, "/admin/units/edit?code=old", **form, duties=["路灯", "井盖"]).status_code == 422
    assert post(root, "/admin/units/edit?code=old", **form, duties="路灯").status_code == 302
    assert clerk.get("/api/v1/reports").json["features"] == []
    assert post(root, "/admin/units/edit?code=old", **form, name_en="Old").status_code == 409
    assert 'value="old"' not in root.get("/admin/people/new").text


def test_a_district_looks_at_units_and_changes_none(app: Flask, staffed: Engine) -> None:
    with staffed.begin() as conn:
        key = conn.scalar(unit.insert().values(code="city-unit", name="市局").returning(unit.c.id))
        conn.execute(unit_duty.insert().values(unit_id=key, category="x"))
    saihan = browser(app, "saihan")
    assert "市局" in saihan.get("/admin/units").text
    opened = seen(saihan.get("/admin/units/edit?code=city-unit").text)
    answer = post(saihan, "/admin/units/edit?code=city-unit", seen=opened, kind="department", name="我的局")
    assert answer.status_code == 422
    assert "超出您本人" in answer.text
    assert saihan.get("/admin/units/edit?code=none").status_code == 404


def test_tokens_are_shown_once_and_end(app: Flask, staffed: Engine) -> None:
    admin, worker = browser(app, "saihan"), browser(app, "a")
    for client, address in ((worker, "/me/tokens"), (admin, "/admin/tokens?name=a")):
        assert 'id="token_name-error"' in post(client, address, days="30").text
        assert 'id="days-error"' in post(client, address, token_name="导出", days="9999").text
        made = post(client, address, token_name="导出", days="30")
        assert made.headers["Cache-Control"] == "no-store"
        word = re.search(r'gm-secret">([^<]+)<', made.text)
        assert word
        bearer = {"Authorization": f"Bearer {word.group(1)}"}
        assert app.test_client().get("/api/v1/grids", headers=bearer).status_code == 200
        by_token = app.test_client().post("/me/tokens", data={"token_name": "again", "days": "365"}, headers=bearer)
        assert by_token.status_code == 422  # it would never end
        listed = client.get(address).text
        assert word.group(1) not in listed
        key = re.search(r'name="key" value="(\d+)"', listed)
        assert key
        revoke = address.replace("tokens", "tokens/revoke")
        assert post(browser(app, "b"), "/me/tokens/revoke", key=key.group(1)).status_code == 404  # somebody else's
        assert post(client, revoke, key=key.group(1)).status_code == 302
        assert app.test_client().get("/api/v1/grids", headers=bearer).status_code == 401


def test_the_own_password_and_sessions(app: Flask, staffed: Engine, empty_limits: None) -> None:
    here, elsewhere = browser(app, "there"), browser(app, "there")
    assert (
        'id="old-error"'
        in post(here, "/me/password", old="wrong", password="a new long password", again="a new long password").text
    )
    assert (
        'id="again-error"'
        in post(here, "/me/password", old=PASSWORD, password="a new long password", again="other").text
    )
    assert 'id="password-error"' in post(here, "/me/password", old=PASSWORD, password="short", again="short").text
    done = post(here, "/me/password", old=PASSWORD, password="a new long password", again="a new long password")
    assert done.status_code == 302
    assert (here.get("/me").status_code, elsewhere.get("/me").status_code) == (200, 302)
    other = app.test_client()
    sign_in(other, "there", "a new long password")
    assert post(here, "/me/sessions/end").status_code == 302
    assert (here.get("/me").status_code, other.get("/me").status_code) == (200, 302)


def test_the_audit_log_is_filtered_paged_and_bounded(app: Flask, staffed: Engine) -> None:
    with staffed.begin() as conn:
        there = account_by_name(conn, "there").id
        note(conn, "token_issued", account_id=there, subject="秘密")
        for n in range(120):
            note(conn, "handed_over", account_id=account_by_name(conn, "a").id, subject=f"第{n}次")
        note(conn, "account_added", subject="命令行", by="command line")
    saihan, root = browser(app, "saihan"), browser(app, "root")
    page = saihan.get("/admin/audit?person=a&action=handed_over").text
    assert "网格交接" in page
    assert page.count("次</td>") == 50
    following = re.search(r'href="([^"]+cursor=\d+[^"]*)"', page)
    assert following
    older = saihan.get(following.group(1).replace("&amp;", "&")).text
    assert older.count("次</td>") == 50
    assert not set(re.findall(r"第\d+次", page)) & set(re.findall(r"第\d+次", older))
    for words, inside in (("秘密", False), ("命令行", False)):
        assert (words in saihan.get(f"/admin/audit?subject={words}").text.split("</form>", 2)[-1]) is inside
        assert words in root.get(f"/admin/audit?subject={words}").text.split("</form>", 2)[-1]
    assert "没有符合" in saihan.get("/admin/audit?from=2001-01-01&to=2001-01-02").text
    assert saihan.get("/admin/audit?cursor=x").status_code == 422


def test_the_audit_log_s_export_is_noted_and_harmless(app: Flask, staffed: Engine) -> None:
    with staffed.begin() as conn:
        note(conn, "signed_in", account_id=account_by_name(conn, "a").id, subject="=1+1")
    saihan = browser(app, "saihan")
    answer = saihan.get("/admin/audit.csv?subject=1%2B1")
    assert answer.mimetype == "text/csv"
    assert "'=1+1" in answer.text
    assert "秘密" not in saihan.get("/admin/audit.csv").text
    assert "导出审计日志" in saihan.get("/admin/audit?action=audit_exported").text
