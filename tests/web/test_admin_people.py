"""People and their rights on the pages of the administration."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from geodata.account_areas import set_areas
from geodata.accounts import account_by_name, add_account
from geodata.tables import audit_log
from tests.geodata.cities import COMMUNITY, insert_other_district
from tests.web.conftest import PASSWORD, SignIn, csrf_of, sign_in

Browser = Callable[[str], FlaskClient]


@pytest.fixture(scope="module")
def two_districts(city: Engine) -> Engine:
    """The city with another district, an administrator of the first, and a worker in each."""
    with city.begin() as conn:
        insert_other_district(conn)
        for name, role, area in (
            ("saihan", "admin", COMMUNITY[:6]),
            ("here", "grid_worker", "e"),
            ("there", "grid_worker", "x"),
            ("root", "admin", "*"),
        ):
            set_areas(conn, add_account(conn, name, PASSWORD, role, f"{name} 甲"), [area])
    return city


@pytest.fixture
def browser(app: Flask, two_districts: Engine) -> Browser:
    def make(name: str) -> FlaskClient:
        made = app.test_client()
        assert sign_in(made, name).status_code == 302
        return made

    return make


def post(client: FlaskClient, address: str, **data: object) -> object:
    return client.post(address, data={"csrf_token": csrf_of(client.get("/me").text), **data})


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    return found.group(1)


def test_a_new_account_signs_in_with_the_password_that_was_shown(app: Flask, browser: Browser) -> None:
    admin = browser("saihan")
    page = post(admin, "/admin/people/new", name="New.Worker", display_name="新网格员", role="grid_worker", areas="e")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    shown = re.search(r'gm-secret">([a-z2-9-]{19})<', page.text)
    assert shown
    worker = app.test_client()
    assert sign_in(worker, "new.worker", shown.group(1)).status_code == 302
    codes = {feature["properties"]["code"] for feature in worker.get("/api/v1/grids").json["features"]}
    assert codes == {"e"}
    listed = admin.get("/admin/people?q=new.worker").text
    assert "新网格员" in listed
    assert "e 网格" in listed


def test_errors_stand_at_their_field(browser: Browser) -> None:
    admin = browser("saihan")
    for data, name, words in (
        ({"name": "a b", "role": "leader", "areas": COMMUNITY[:6]}, "name", "账号名须为"),
        ({"name": "here", "role": "leader", "areas": COMMUNITY[:6]}, "name", "已存在"),
        ({"name": "n", "role": "leader"}, "areas", "至少选择一个"),
        ({"name": "n", "role": "grid_worker", "areas": "x"}, "areas", "超出您本人"),
        ({"name": "n", "role": "admin", "areas": "*"}, "areas", "超出您本人"),
        ({"name": "n", "role": "boss"}, "role", "未知角色"),
        ({"name": "n", "role": "leader", "areas": COMMUNITY[:6], "password": "short"}, "password", "密码至少"),
        ({"name": "n", "role": "leader", "areas": COMMUNITY[:6], "person": "p9"}, "person", "没有工号"),
    ):
        page = post(admin, "/admin/people/new", **data)
        assert page.status_code == 422, data
        assert re.search(rf'id="{name}-error">.*{words}', page.text), data
        assert f'aria-describedby="{name}-error' in page.text
        assert "short" not in page.text  # a password is never sent back


def test_a_district_does_not_know_the_others(browser: Browser) -> None:
    admin = browser("saihan")
    page = admin.get("/admin/people").text
    assert "here 甲" in page
    assert "there 甲" not in page
    assert "root 甲" not in page
    for name in ("there", "root", "nobody"):
        assert admin.get(f"/admin/people/edit?name={name}").status_code == 404
        for action in ("edit", "password", "disable"):
            answer = post(
                admin, f"/admin/people/{action}?name={name}", password="another long password", role="leader", areas="e"
            )
            assert answer.status_code == 404, (name, action)
        assert post(admin, f"/admin/tokens?name={name}", token_name="t", days="30").status_code == 404
    assert 'value="*"' not in admin.get("/admin/people/new").text
    assert 'value="unit_handler"' not in admin.get("/admin/people/new").text
    assert "车站社区" not in admin.get("/admin/areas?q=车站").text
    assert "车站社区" in browser("root").get("/admin/areas?q=车站").text


def test_a_changed_area_ends_the_sessions_and_the_second_admin_is_told(browser: Browser) -> None:
    admin, worker = browser("saihan"), browser("here")
    opened = seen(admin.get("/admin/people/edit?name=here").text)
    fields = {"display_name": "here 甲", "role": "grid_worker", "seen": opened}
    answer = post(admin, "/admin/people/edit?name=here", **fields, areas="f")
    assert answer.status_code == 302
    assert worker.get("/api/v1/grids").status_code == 401
    stale = post(admin, "/admin/people/edit?name=here", **fields, areas="d")
    assert stale.status_code == 409
    assert "其他人已修改过" in stale.text
    again = browser("here")
    assert {one["id"] for one in again.get("/api/v1/grids").json["features"]} == {"f"}


def test_the_own_rights_and_the_last_admin_stay(browser: Browser) -> None:
    root = browser("root")
    opened = seen(root.get("/admin/people/edit?name=root").text)
    answer = post(root, "/admin/people/edit?name=root", role="leader", areas="*", display_name="root 甲", seen=opened)
    assert answer.status_code == 422
    assert "不能修改本人账号" in answer.text
    assert post(root, "/admin/people/disable?name=root").status_code == 422


def test_disabling_ends_everything(app: Flask, browser: Browser, two_districts: Engine) -> None:
    with two_districts.begin() as conn:
        set_areas(conn, add_account(conn, "leaving", PASSWORD, "grid_worker"), ["e"])
    worker, admin = browser("leaving"), browser("saihan")
    assert post(admin, "/admin/people/disable?name=leaving").status_code == 302
    assert worker.get("/api/v1/grids").status_code == 401
    assert sign_in(app.test_client(), "leaving").status_code == 401
    assert "已停用" in admin.get("/admin/people?state=disabled").text
    with two_districts.connect() as conn:
        line = conn.execute(select(audit_log).where(audit_log.c.action == "account_disabled")).one()
        assert (line.object, line.account_id) == ("leaving", account_by_name(conn, "saihan").id)


def test_passwords_are_set(app: Flask, browser: Browser) -> None:
    admin = browser("saihan")
    assert post(admin, "/admin/people/password?name=here", password="short").status_code == 422
    assert post(admin, "/admin/people/password?name=here", password="another long password").status_code == 302
    assert sign_in(app.test_client(), "here", "another long password").status_code == 302
    made = post(admin, "/admin/people/password?name=here")
    shown = re.search(r'gm-secret">([^<]+)<', made.text)
    assert shown
    assert sign_in(app.test_client(), "here", shown.group(1)).status_code == 302


def test_forms_without_the_token_change_nothing(browser: Browser) -> None:
    admin = browser("saihan")
    for address in (
        "/admin/people/new",
        "/admin/people/disable?name=here",
        "/admin/deputies",
        "/admin/units/new",
        "/me/tokens",
    ):
        assert admin.post(address, data={"name": "n"}).status_code == 400, address


def test_roles_that_hand_over_see_their_parts_alone(signed_in: SignIn) -> None:
    page = signed_in("community_secretary").get("/admin", follow_redirects=True)
    assert page.status_code == 200
    assert "/admin/hand-over" in page.text
    assert "/admin/people" not in page.text
    assert "/admin/audit" not in page.text
    assert signed_in("grid_worker").get("/admin").status_code == 403
