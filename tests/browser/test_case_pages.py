"""From today to a list, a case and an export, and filing in three ways, at desktop and phone size."""

import json
import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import Engine, text

from geodata.accounts import add_account
from tests.browser.accessibility import assert_accessible, assert_fits
from tests.browser.conftest import PASSWORD, SIZES, Visit

pytestmark = pytest.mark.browser
PLACE = {"longitude": 111.7155, "latitude": 40.8042, "accuracy": 18}


@pytest.fixture
def dispatcher(visit: Visit, engine: Engine) -> Visit:
    """The visit as somebody who may file and export."""
    with engine.begin() as conn:
        if conn.scalar(text("SELECT id FROM account WHERE name = 'dispatcher'")) is None:
            add_account(conn, "dispatcher", PASSWORD, "dispatcher", display_name="派单员")
    visit.page.context.clear_cookies()
    visit.go("/sign-in")
    visit.page.fill("input[name=name]", "dispatcher")
    visit.page.fill("input[name=password]", PASSWORD)
    visit.page.press("input[name=password]", "Enter")
    visit.page.wait_for_url(f"{visit.address}/")
    return visit


def last(engine: Engine) -> dict[str, object]:
    with engine.connect() as conn:
        return json.loads(
            conn.scalar(
                text(
                    "SELECT json_build_object('category', r.category, 'datum', r.datum, 'raw_lon', r.raw_lon, 'accuracy', r.accuracy_m, 'lon', ST_X(r.geom), "
                    "'lat', ST_Y(r.geom), 'grid', g.code)::text FROM report r JOIN owner o ON o.report_id = r.id LEFT JOIN grid g ON g.id = o.grid_id "
                    "ORDER BY r.id DESC LIMIT 1"
                )
            )
            or "{}"
        )


def test_from_today_to_the_list_a_case_and_an_export(dispatcher: Visit) -> None:
    page = dispatcher.page
    expect(page.locator("h1")).to_have_text("今日要情")
    assert_fits(page)
    assert_accessible(page)
    dispatcher.picture("today")
    dispatcher.go("/cases")
    expect(page.locator("[data-gm-total]")).to_have_text("3,000")
    page.fill("#q", "样例")
    page.select_option("#sort", "category")
    page.locator("form[role=search] .gm-toolbar button[type=submit]").click()
    page.wait_for_url("**/cases?q=**sort=category**")
    assert "limit=" not in page.url
    assert_fits(page)
    assert_accessible(page)
    dispatcher.picture("cases")
    page.locator(".gm-case-filter > summary").click()
    assert_accessible(page)
    page.get_by_role("checkbox", name="井盖破损").check()
    page.locator(".gm-case-fields button[type=submit]").click()
    page.wait_for_url("**category=**")
    expect(page.locator("[data-gm-total]")).to_have_text("1,000")
    with page.expect_download() as waiting:
        page.locator("summary", has_text="导出").click()
        page.get_by_role("button", name="CSV").click()
    lines = waiting.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1001
    assert all(",井盖破损," in line for line in lines[1:])
    dispatcher.follow(page.locator(".gm-cases tbody a").first, re.compile("/cases/.+"))
    expect(page.locator("h1")).to_have_text("井盖破损")
    page.wait_for_function("() => gridmap.map.gridmap.mark !== undefined && gridmap.chosenGrid !== undefined")
    assert_fits(page)
    assert_accessible(page)
    dispatcher.picture("case")
    shown = page.locator(".gm-map").bounding_box()
    assert shown
    assert shown["y"] + shown["height"] < SIZES[dispatcher.size][1], "the map is not on the first screen"
    dispatcher.check()


def test_a_filter_is_kept_and_found_again(dispatcher: Visit) -> None:
    page = dispatcher.page
    name = f"夜间噪声 {dispatcher.size}"
    dispatcher.go("/cases?category=噪声扰民")
    page.locator("summary", has_text="我的筛选").click()
    page.fill("#filter-name", name)
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".alert")).to_contain_text("已保存为")
    dispatcher.go("/")
    page.get_by_role("link", name=name).click()
    page.wait_for_url("**/cases?category=**")
    expect(page.locator("[data-gm-total]")).to_have_text("1,000")
    dispatcher.check()


def test_filed_by_a_click_on_the_map(dispatcher: Visit, engine: Engine) -> None:
    page = dispatcher.page
    dispatcher.go("/report")
    assert_fits(page)
    assert_accessible(page)
    dispatcher.picture("report")
    dispatcher.click_map(0.45, 0.55)
    expect(page.locator("#owner")).to_contain_text("将归属")
    dispatcher.settle()
    page.locator("label", has_text="井盖破损").click()
    dispatcher.picture("report-place")
    assert_accessible(page)
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/report/filed/**")
    expect(page.locator("h1")).to_have_text("上报成功")
    assert_accessible(page)
    row = last(engine)
    assert (row["category"], row["datum"]) == ("井盖破损", "wgs84")
    page.get_by_role("link", name="查看进展").click()
    expect(page.locator("main")).to_contain_text("待核实")
    dispatcher.check()


def test_filed_by_typed_coordinates_in_gcj02(dispatcher: Visit, engine: Engine) -> None:
    page = dispatcher.page
    dispatcher.go("/report")
    page.locator("summary", has_text="坐标").click()
    page.select_option("#datum", "gcj02")
    page.fill("#lon", "111.715")
    page.fill("#lat", "40.805")
    page.press("#lat", "Tab")
    expect(page.locator("#owner")).to_contain_text("将归属")
    dispatcher.settle()
    # The pin stands where the place is in the map's own datum.
    shown = page.evaluate("() => gridmap.map.gridmap.mark.getLatLng().lng")
    assert shown < 111.7115
    page.locator("label", has_text="噪声扰民").click()
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/report/filed/**")
    row = last(engine)
    assert (row["datum"], row["raw_lon"]) == ("gcj02", 111.715)
    assert row["lon"] == pytest.approx(shown, abs=1e-5)
    dispatcher.check()


def test_filed_by_the_phones_position_in_three_taps(dispatcher: Visit, engine: Engine) -> None:
    page = dispatcher.page
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation(PLACE)
    dispatcher.go("/report")
    page.locator("[data-gm-here]").click()
    expect(page.locator("[data-gm-here-state]")).to_have_text(re.compile("精度 18 米"))
    expect(page.locator("#owner")).to_contain_text("将归属")
    page.locator("label", has_text="路灯不亮").click()
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/report/filed/**")
    row = last(engine)
    assert (row["category"], row["accuracy"], row["lon"]) == ("路灯不亮", 18, PLACE["longitude"])
    dispatcher.check()


def test_an_address_offers_its_building(dispatcher: Visit, engine: Engine) -> None:
    page = dispatcher.page
    dispatcher.go("/report")
    page.locator("#address_text").press_sequentially("富邦小区")
    page.locator("[data-gm-choose-lon]").first.click()
    expect(page.locator("#owner")).to_contain_text("将归属")
    page.locator("label", has_text="井盖破损").click()
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/report/filed/**")
    assert last(engine)["lon"] == pytest.approx(111.713, abs=0.004)
    dispatcher.check()


def test_without_an_account_the_form_has_no_map_and_no_way_outside(visit: Visit, engine: Engine) -> None:
    visit.page.context.clear_cookies()
    visit.go("/report")
    assert visit.page.locator(".gm-map").count() == 0
    assert_fits(visit.page)
    assert_accessible(visit.page)
    visit.picture("report-anonymous")
    visit.page.fill("#address_text", "如意街5号")
    visit.page.locator("label", has_text="噪声扰民").click()
    visit.page.get_by_role("button", name="提交").click()
    visit.page.wait_for_url("**/report/filed/**")
    assert last(engine)["grid"] is None
    visit.check()


def test_what_is_missing_is_said_at_its_field(dispatcher: Visit) -> None:
    page = dispatcher.page
    dispatcher.go("/report")
    page.locator("label", has_text="噪声扰民").click()
    page.get_by_role("button", name="提交").click()
    expect(page.locator("#wrong-lon")).to_contain_text("请给出坐标或地址")
    assert_accessible(page)
    dispatcher.picture("report-wrong")


def test_buttons_on_a_phone_are_large_enough(dispatcher: Visit) -> None:
    if dispatcher.size != "phone":
        return
    for path in ("/", "/cases?days=7", "/report"):
        dispatcher.go(path)
        for element in dispatcher.page.locator("main .btn, main .gm-figure, main .gm-chips a, main summary").all():
            if element.is_visible():
                box = element.bounding_box()
                assert box
                assert box["height"] >= 44, element.evaluate("(one) => one.outerHTML")[:200]
