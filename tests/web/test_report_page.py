"""Filing on the page: once, with errors at their fields, with an account and without, and the owner shown before sending."""

import re
import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from geodata.settings import Settings
from tests.geodata.cities import insert_building, insert_compound, middle_of
from tests.web.case_reports import file_case
from tests.web.conftest import SignIn, csrf_of

E = dict(zip(("lon", "lat"), map(str, middle_of("e")), strict=True))


@pytest.fixture(scope="module", autouse=True)
def known(city: Engine, web_settings: Settings) -> None:
    with city.begin() as conn:
        for number in range(14):
            for _ in range(14 - number):
                file_case(conn, web_settings, "e", category=f"类别{number:02}")
        lon, lat = middle_of("e")
        place = insert_compound(conn, "fb", lon, lat, name="富邦小区")
        insert_building(conn, "fb-3", lon, lat, name="3号楼", compound_id=place)


def send(browser: FlaskClient, **fields: str) -> Any:
    page = browser.get("/report").text
    key = re.search(r'name="client_key" value="([^"]+)"', page)
    assert key
    form = {"csrf_token": csrf_of(page), "client_key": key.group(1), "source": "resident", "datum": "wgs84", **fields}
    return browser.post("/report", data=form)


def count(city: Engine) -> int:
    with city.connect() as conn:
        return conn.scalar(text("SELECT count(*) FROM report")) or 0


def last(city: Engine) -> Any:
    with city.connect() as conn:
        return conn.execute(
            text(
                "SELECT r.*, ST_X(r.geom) AS lon, o.reason, g.code AS grid, a.name AS account FROM report r JOIN owner o ON o.report_id = r.id "
                "LEFT JOIN grid g ON g.id = o.grid_id LEFT JOIN account a ON a.id = r.account_id ORDER BY r.id DESC LIMIT 1"
            )
        ).one()


def test_filed_by_an_account_with_what_happens_next(signed_in: SignIn, city: Engine) -> None:
    browser = signed_in("grid_worker")
    answer = send(
        browser, **E, category="类别00", text="缺失", accuracy_m="12", source="patrol", occurred_at="2026-11-20T08:30"
    )
    row = last(city)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/report/filed/{row.ref}")
    assert (row.category, row.text, row.accuracy_m, row.source, row.grid, row.account) == (
        "类别00", "缺失", 12.0, "patrol", "e", "grid_worker",
    )  # fmt: skip
    assert row.occurred_at.isoformat() == "2026-11-20T00:30:00+00:00"
    page = browser.get(answer.headers["Location"])
    for shown in ("上报成功", "e 网格", "仕奇社区", f"/track/{row.ref}", "再报一件"):
        assert shown in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_sent_twice_it_is_filed_once_and_changed_it_is_another(signed_in: SignIn, city: Engine) -> None:
    browser = signed_in("grid_worker")
    key, before = str(uuid.uuid4()), count(city)
    answers = [send(browser, **E, category="类别01", client_key=key) for _ in range(2)]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert count(city) == before + 1
    changed = send(browser, **E, category="类别02", client_key=key)
    assert changed.status_code == 409
    assert "此表单已提交过" in changed.text
    fresh = re.search(r'name="client_key" value="([^"]+)"', changed.text)
    assert fresh
    assert fresh.group(1) != key
    assert send(browser, **E, category="类别02", client_key=fresh.group(1)).status_code == 303
    assert count(city) == before + 2


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"category": "x"}, "lon", "请给出坐标或地址"),
        ({**E}, "category", "请填写问题类别"),
        ({**E, "category": "x", "lon": "200"}, "lon", "超出范围"),
        ({**E, "category": "x", "lat": "north"}, "lon", "超出范围"),
        ({**E, "category": "x", "lat": "nan"}, "lon", "超出范围"),
        ({"lon": E["lon"], "category": "x"}, "lon", "必须同时填写"),
        ({**E, "category": "x", "datum": "mars"}, "datum", "坐标"),
        ({**E, "category": "x", "accuracy_m": "near"}, "accuracy_m", "不是数字"),
        ({**E, "category": "x", "accuracy_m": "-1"}, "accuracy_m", "无效"),
        ({**E, "category": "x", "occurred_at": "yesterday"}, "occurred_at", "无效"),
        ({**E, "category": "x", "occurred_at": "2099-01-01T00:00"}, "occurred_at", "晚于当前时间"),
        ({**E, "category": "x", "text": "长" * 4001}, "text", "文字过长"),
        ({**E, "category": "x", "source": "spy"}, "source", "未知来源渠道"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(
    signed_in: SignIn, city: Engine, fields: dict[str, str], field: str, said: str
) -> None:
    before = count(city)
    answer = send(signed_in("grid_worker"), address_text="", other="", **fields)
    assert answer.status_code == 422
    wrong = re.search(rf'id="wrong-{field}" role="alert">.*?</i> ([^<]+)</p>', answer.text)
    assert wrong
    assert said in wrong.group(1)
    for name in ("lon", "lat", "accuracy_m"):
        if name in fields:
            assert f'name="{name}" value="{fields[name]}"' in answer.text
    assert count(city) == before


def test_typed_coordinates_in_another_datum(signed_in: SignIn, city: Engine) -> None:
    assert send(signed_in("dispatcher"), **E, category="类别00", datum="gcj02").status_code == 303
    row = last(city)
    assert (row.raw_lon, row.datum, row.grid) == (111.715, "gcj02", "d")
    assert 111.705 < row.lon < 111.71
    # A stream of its own, told by a name that people understand.
    assert "<dd>本系统页面</dd>" in signed_in("dispatcher").get(f"/cases/{row.ref}").text


def test_an_address_alone_and_another_kind(signed_in: SignIn, city: Engine) -> None:
    assert (
        send(
            signed_in("mobile_reporter"), address_text="如意街5号", category="", other="新问题", source="courier"
        ).status_code
        == 303
    )
    row = last(city)
    assert (row.category, row.address_text, row.grid, row.reason) == ("新问题", "如意街5号", None, "none")


def test_common_kinds_are_buttons_and_the_channel_is_the_role_s(signed_in: SignIn) -> None:
    page = signed_in("grid_worker").get("/report").text
    buttons = re.findall(r'type="radio" name="category" id="kind-\d+" value="([^"]+)"', page)
    assert buttons == [f"类别{number:02}" for number in range(12)]
    assert '<option value="类别13">' in page
    assert '<option value="patrol" selected>' in page
    assert '<option value="building_head" selected>' in signed_in("building_head").get("/report").text


def test_without_an_account_no_map_and_no_offices(client: FlaskClient, city: Engine, empty_limits: None) -> None:
    page = client.get("/report").text
    assert "gridmap.createMap" not in page
    assert "/tiles/" not in page
    assert re.findall(r'<option value="(\w+)"(?: selected)?>(?:居民|移动网格员|其他渠道|巡查)', page) == [
        "resident",
        "courier",
        "other",
    ]
    assert send(client, **E, category="类别00").status_code == 303
    row = last(city)
    assert (row.account, row.grid, row.source) == (None, "e", "resident")
    assert send(client, **E, category="类别00", source="patrol").status_code == 422
    assert client.get(f"/report/filed/{row.ref}").status_code == 200
    for path in ("/report/owner?lon=111.715&lat=40.815", "/report/places?address_text=富邦"):
        assert client.get(path, headers={"Accept": "application/json"}).status_code == 401


def test_without_a_token_against_forgery_nothing_is_filed(client: FlaskClient, city: Engine) -> None:
    before = count(city)
    assert client.post("/report", data={**E, "category": "x"}).status_code == 400
    assert count(city) == before


def test_filing_without_an_account_is_limited_by_address(app: Flask, client: FlaskClient, empty_limits: None) -> None:
    settings = app.config["GRIDMAP"]
    object.__setattr__(settings, "anonymous_reports_per_hour", 1)
    try:
        assert send(client, **E, category="").status_code == 422  # not counted
        key = str(uuid.uuid4())
        assert send(client, **E, category="类别00", client_key=key).status_code == 303
        assert send(client, **E, category="类别00", client_key=key).status_code in (303, 429)
        refused = send(client, **E, category="类别00")
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0
        assert 'value="111.715"' in refused.text  # what was typed is still there
    finally:
        object.__setattr__(settings, "anonymous_reports_per_hour", 1000)


def test_who_may_not_file_gets_no_form(signed_in: SignIn) -> None:
    assert signed_in("leader").get("/report").status_code == 403


def test_the_owner_is_shown_before_sending(signed_in: SignIn) -> None:
    browser = signed_in("grid_worker")
    page = browser.get("/report/owner?lon=111.715&lat=40.815").text
    assert "e 网格" in page
    assert "仕奇社区" in page
    assert 'data-gm-lon="111.715000"' in page
    outside = browser.get("/report/owner?lon=111.705&lat=40.805").text
    assert "不在您的责任范围内" in outside
    assert "a 网格" not in outside
    assert 'data-gm-grid-key=""' in outside
    assert "无归属网格" in browser.get("/report/owner?lon=10&lat=10").text
    shifted = browser.get("/report/owner?lon=111.7211&lat=40.8162&datum=gcj02").text
    assert "e 网格" in shifted
    for query in ("lon=x&lat=1", "lon=200&lat=1", "lon=1&lat=1&datum=mars", "lon=1&lat=1&accuracy_m=x", ""):
        answer = browser.get(f"/report/owner?{query}")
        assert answer.status_code == 200
        assert 'role="alert"' in answer.text


def test_an_address_finds_buildings_to_choose_from(signed_in: SignIn) -> None:
    browser = signed_in("dispatcher")
    page = browser.get("/report/places?address_text=富邦小区3号楼").text
    assert "3号楼" in page
    assert 'data-gm-choose-lon="111.715000"' in page
    assert "没有找到同名的小区或楼栋" in browser.get("/report/places?address_text=不存在的地方").text
    assert browser.get("/report/places?address_text=").text.strip() == ""
