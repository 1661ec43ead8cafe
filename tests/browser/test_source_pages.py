"""Sources of coordinates in a real browser, on the sample city: what is wrong in it is told, corrected, undone; piles are shown."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine

from geodata.accounts import add_account
from geodata.days import today
from geodata.demo import make_city
from geodata.demo.sample import load_city
from geodata.jobs.positions import ask_for_positions
from geodata.jobs.runner import Runner
from geodata.settings import Settings
from tests.browser.accessibility import assert_accessible, assert_fits
from tests.browser.conftest import PASSWORD, Visit, sign_in, visiting

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def filled(engine: Engine, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> bool:
    settings = Settings(home=tmp_path_factory.mktemp("judge"), database_url=database_url)
    with engine.begin() as conn:
        city = make_city(1, "small", today(settings.zone) - timedelta(days=1))
        load_city(conn, settings, city, accounts=False)
        add_account(conn, "chief", PASSWORD, "admin", display_name="张管理")
        ask_for_positions(conn)
    work_off(engine, settings)
    return True


def work_off(engine: Engine, settings: Settings) -> None:
    runner = Runner(engine, settings)
    while runner.run_one():
        pass


@pytest.fixture(scope="module")
def chief(server: str, browser: Browser) -> Any:
    return sign_in(server, browser, "chief")


@pytest.fixture(params=["desktop", "phone"])
def desk(request: pytest.FixtureRequest, server: str, browser: Browser, chief: Any) -> Iterator[Visit]:
    """The administrator's page at one size."""
    with visiting(server, browser, request.param, chief) as found:
        yield found


def assert_whole(desk: Visit, name: str) -> None:
    assert_fits(desk.page)
    assert_accessible(desk.page)
    desk.picture(name)
    desk.check()


def test_the_wrong_source_leads_to_its_map_its_preview_and_its_correction(
    desk: Visit, engine: Engine, database_url: str, service_home: Path
) -> None:
    desk.go("/data/sources")
    expect(desk.page.get_by_text("疑似 GCJ-02")).to_have_count(1)
    assert_whole(desk, "sources")
    frames = desk.page.locator(".gm-table-frame")
    assert frames.evaluate_all("(all) => all.every((one) => one.scrollWidth <= one.clientWidth)"), (
        "a table scrolls sideways"
    )
    desk.page.locator(".gm-stream-suspect a").click()
    desk.page.wait_for_url(re.compile("/data/sources/stream"))
    desk.settle()
    drawn = "() => { let n = 0; gridmap.map.eachLayer((layer) => { if (layer instanceof L.CircleMarker) n += 1; }); return n; }"
    desk.page.wait_for_function(f"() => ({drawn})() > 100")
    desk.settle()
    assert_whole(desk, "source")
    desk.page.get_by_role("button", name=re.compile("校正为 GCJ-02")).click()
    desk.page.wait_for_url(re.compile("/data/jobs/"))
    settings = Settings(home=service_home, database_url=database_url)
    work_off(engine, settings)
    desk.go("/data/sources")
    expect(desk.page.get_by_text("疑似 GCJ-02")).to_have_count(0)
    desk.picture("sources-corrected")
    desk.page.locator("form[action$='/undo'] button").first.click()
    desk.page.wait_for_url(re.compile("/data/jobs/"))
    work_off(engine, settings)
    desk.go("/data/sources")
    expect(desk.page.get_by_text("疑似 GCJ-02")).to_have_count(1)
    expect(desk.page.get_by_text("已撤销").first).to_be_visible()
    desk.check()


def test_piles_lead_to_their_reports(desk: Visit) -> None:
    desk.go("/data/piles")
    assert_whole(desk, "piles")
    desk.page.locator(".gm-row-link", has_text="党群服务中心").click()
    desk.page.wait_for_url(re.compile("/data/piles/"))
    desk.settle()
    assert_whole(desk, "pile")
    desk.page.locator("td .gm-row-link").first.click()
    desk.page.wait_for_url(re.compile("/cases/"))
    desk.settle()
    expect(desk.page.get_by_text(re.compile("坐标与其他 [0-9]+ 件完全相同"))).to_be_visible()
    assert_whole(desk, "case-of-a-pile")


def test_the_heatmap_says_what_it_leaves_out(desk: Visit) -> None:
    desk.go("/heat?period=all")
    if desk.size == "phone":
        desk.page.get_by_role("button", name="数据", exact=True).click()
    told = desk.page.locator("[data-gm-not-on-site]")
    expect(told).to_contain_text("未计入热图")
    desk.picture("heat-on-site")
    told.get_by_role("link", name="计入热图").click()
    desk.page.wait_for_url(re.compile("inexact=1"))
    desk.settle()
    expect(desk.page.locator("[data-gm-not-on-site]")).to_contain_text("已计入热图")
    desk.check()
