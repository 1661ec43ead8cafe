"""Owners in doubt in a real browser: the map shows the choice, one click decides, keys go on, undo takes back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, text

from geodata.account_areas import give_area
from geodata.accounts import add_account
from geodata.actions import file_report
from geodata.settings import Settings
from gridmap.report import ReportDraft
from tests.browser.accessibility import assert_accessible, assert_fits
from tests.browser.conftest import CITY, PASSWORD, SIZES, Visit, sign_in, visiting

pytestmark = pytest.mark.browser

#: Just west of the side that the grids 004 and 008 share.
LON, LAT = 111.69 - 0.0001, 40.825
OWNER, OTHER = "第4网格", "第8网格"


@pytest.fixture(scope="module")
def filled(engine: Engine, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> bool:
    with engine.begin() as conn:
        conn.execute(CITY)
        secretary = add_account(conn, "secretary", PASSWORD, "community_secretary", display_name="赵书记")
        give_area(conn, secretary, "150105001018")
    return True


@pytest.fixture
def doubts(engine: Engine, database_url: str, tmp_path: Path) -> None:
    """Three reports in doubt, the latest last."""
    settings = Settings(home=tmp_path, database_url=database_url)
    with engine.begin() as conn:
        conn.execute(text("DELETE FROM doubt"))
        for number in range(3):
            draft = ReportDraft(category=f"井盖{number}", lon=LON, lat=LAT, accuracy_m=30.0, text="井盖松动")
            file_report(conn, settings, draft, scope="test")


@pytest.fixture(scope="module")
def cookies(server: str, browser: Browser) -> Any:
    return sign_in(server, browser, "secretary")


@pytest.fixture(params=SIZES)
def desk(request: pytest.FixtureRequest, server: str, browser: Browser, cookies: Any, doubts: None) -> Iterator[Visit]:
    with visiting(server, browser, request.param, cookies) as found:
        yield found


def test_one_click_decides_and_undo_takes_it_back(desk: Visit) -> None:
    page = desk.page
    desk.go("/data/doubts")
    expect(page.locator(".leaflet-tooltip.gm-doubt-label")).to_have_text(["2 · 34%", "1 · 66%"])
    expect(page.locator("#doubt-title")).to_contain_text("井盖2")
    expect(page.locator("[data-gm-count=open]")).to_have_text("3")
    circle = page.evaluate(
        "() => { let r; gridmap.map.eachLayer((l) => { if (l instanceof L.Circle) r = l.getRadius(); }); return r; }"
    )
    assert circle == 30
    assert_fits(page)
    assert_accessible(page)
    desk.picture("doubts")
    page.get_by_role("button", name=f"移交到{OTHER}").click()
    expect(page.locator("#doubt-title")).to_contain_text("井盖1")
    expect(page.locator("[data-gm-count=open]")).to_have_text("2")
    expect(page.locator("[data-gm-count=transferred]")).to_have_text("1")
    assert_accessible(page)
    page.get_by_role("button", name="撤回").click()
    expect(page.locator("#doubt-title")).to_contain_text("井盖2")
    expect(page.locator("[data-gm-count=open]")).to_have_text("3")
    page.get_by_role("button", name=f"确认属于本网格：{OWNER}").click()
    expect(page.locator("[data-gm-count=confirmed]")).to_have_text("1")
    desk.follow(page.locator("[data-gm-count=confirmed]"), "**state=confirmed**")
    expect(page.locator(".gm-queue-rows a")).to_have_count(1)
    assert_fits(page)
    assert_accessible(page)
    desk.check()


def test_the_last_one_leaves_words(desk: Visit) -> None:
    desk.go("/data/doubts")
    for left in (2, 1, 0):
        desk.page.get_by_role("button", name=f"确认属于本网格：{OWNER}").click()
        # What was told of the one before is still there: the figure says that the next one is.
        expect(desk.page.locator("[data-gm-count=open]")).to_have_text(str(left))
        desk.settle()
    expect(desk.page.get_by_text("没有归属存疑的案件")).to_be_visible()
    assert_accessible(desk.page)
    desk.check()


def test_a_case_says_what_is_in_doubt_and_takes_the_decision(desk: Visit) -> None:
    page = desk.page
    desk.go("/")
    desk.follow(page.locator("a:has([data-gm-doubts])"), "**/data/doubts")
    desk.follow(page.locator(".gm-queue-one a[href^='/cases/']"), "**/cases/*")
    expect(page.locator("#ownership")).to_contain_text(f"66% 属于{OWNER}")
    assert_fits(page)
    assert_accessible(page)
    desk.picture("case-in-doubt")
    page.get_by_role("button", name=f"确认属于本网格：{OWNER}").click()
    expect(page.get_by_role("status").first).to_contain_text("已确认")
    assert_accessible(page)
    desk.check()


@pytest.mark.parametrize("desk", ["desktop"], indirect=True)
def test_keys_go_through_the_list_and_decide(desk: Visit) -> None:
    page = desk.page
    desk.go("/data/doubts")
    page.locator(".gm-queue-rows [aria-current]").focus()
    page.keyboard.press("j")
    expect(page.locator("#doubt-title")).to_contain_text("井盖1")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#doubt-title")).to_contain_text("井盖0")
    # Keys come faster than answers: none is lost.
    for key in "kkjjk":
        page.keyboard.press(key)
    expect(page.locator("#doubt-title")).to_contain_text("井盖1")
    desk.settle()
    expect(page.locator("#doubt-title")).to_contain_text("井盖1")
    page.keyboard.press("2")
    expect(page.get_by_role("button", name=f"移交到{OTHER}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-gm-count=transferred]")).to_have_text("1")
    expect(page.locator("#doubt-title")).to_contain_text("井盖0")  # the one after
    expect(page.locator(".gm-choices button").first).to_be_focused()
    desk.check()
