"""The queue of addresses and the hotline's desk in a real browser, with a mouse, a finger and keys."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, text

from geodata.accounts import add_account
from geodata.actions import file_report
from geodata.settings import Settings
from gridmap.report import ReportDraft
from tests.browser.accessibility import assert_accessible, assert_fits
from tests.browser.conftest import CITY, PASSWORD, Visit, sign_in, visiting
from tests.geodata.cities import insert_building, insert_compound, insert_post

pytestmark = pytest.mark.browser
ORDERS = ("康乐小区3号楼漏水", "不知名胡同12号", "富邦花园附近")


@pytest.fixture(scope="module")
def filled(engine: Engine) -> bool:
    with engine.begin() as conn:
        conn.execute(CITY)
        for code, name, lon in (("h1", "康乐小区", 111.685), ("h2", "康乐小区", 111.735), ("h3", "富邦花园", 111.705)):
            key = insert_compound(conn, code, lon, 40.82, name=name, community_code="150105001018")
            insert_building(conn, f"{code}-3", lon, 40.82, name=f"{name}3号楼", compound_id=key)
        insert_post(conn, "李网格", "grid_worker", area_code="150105001018012", phone="13911112222")
        add_account(conn, "agent", PASSWORD, "hotline_agent", display_name="张坐席")
    return True


@pytest.fixture
def orders(engine: Engine, database_url: str, service_home: Any) -> list[UUID]:
    """Three orders that wait, the first in the queue first."""
    settings = Settings(home=service_home, database_url=database_url)
    with engine.begin() as conn:
        conn.execute(text("DELETE FROM address_search"))
        return [
            file_report(
                conn, settings, ReportDraft(category="供热", source="hotline", address_text=each), scope="test"
            ).ref
            for each in ORDERS
        ]


@pytest.fixture(scope="module")
def agent(server: str, browser: Browser) -> Any:
    return sign_in(server, browser, "agent")


@pytest.fixture(params=["desktop", "phone"])
def desk(request: pytest.FixtureRequest, server: str, browser: Browser, agent: Any) -> Iterator[Visit]:
    """The agent's page at one size."""
    with visiting(server, browser, request.param, agent) as found:
        yield found


def placed_by(engine: Engine, ref: UUID) -> str:
    with engine.connect() as conn:
        return str(conn.scalar(text("SELECT placed_by FROM report WHERE ref = :ref"), {"ref": ref}))


def test_orders_are_placed_one_after_the_other(desk: Visit, engine: Engine, orders: list[UUID]) -> None:
    page = desk.page
    desk.go("/data/addresses")
    expect(page.locator(".gm-map .gm-candidate-number")).to_have_count(2)
    assert_accessible(page)
    assert_fits(page)
    page.locator("[data-gm-candidate] button").first.click()
    # The next one is there, and said to whoever does not see it.
    expect(page.locator("#order-title")).to_have_text(ORDERS[1])
    expect(page.locator("#order-title")).to_be_focused()
    expect(page.locator("#queue [role=status]")).to_contain_text(ORDERS[0])
    expect(page.locator(".gm-map .gm-candidate-number")).to_have_count(0)
    assert placed_by(engine, orders[0]) == "address"
    # Nothing bears that name: a click on the map, and the button that it unlocks.
    pin = page.locator("[data-gm-pin] button")
    expect(pin).to_be_disabled()
    page.locator(".gm-map").scroll_into_view_if_needed()
    desk.click_map(0.4, 0.6)
    expect(pin).to_be_enabled()
    pin.click()
    expect(page.locator("#order-title")).to_have_text(ORDERS[2])
    assert placed_by(engine, orders[1]) == "person"
    # Near a compound: ask the caller.
    page.get_by_text("无法定位", exact=True).last.click()
    page.locator("#why").fill("地址不全，请回访来电人")
    assert_accessible(page)
    page.get_by_role("button", name="记录并处理下一条").click()
    expect(page.get_by_text("所有地址均已定位")).to_be_visible()
    assert_accessible(page)
    desk.picture("addresses-empty")
    desk.settle()
    desk.check()


def test_a_name_is_taught_with_the_place(
    desk: Visit, engine: Engine, database_url: str, service_home: Any, orders: list[UUID]
) -> None:
    page = desk.page
    settings = Settings(home=service_home, database_url=database_url)
    name = {"desktop": "富华花园", "phone": "富康花园"}[desk.size]
    with engine.begin() as conn:
        said = ReportDraft(category="供热", source="hotline", address_text=f"{name}3号楼")
        ref = file_report(conn, settings, said, scope="test").ref
    desk.go(f"/data/addresses?order={ref}")
    page.get_by_label(f"以后把“{name}”认作所选的小区").check()
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("button", name="富邦花园3号楼").click()
    expect(page.locator("#queue [role=status]")).to_contain_text("已定位")
    desk.go(f"/data/addresses?state=placed&order={ref}")
    expect(page.locator(".gm-queue-one")).to_contain_text(f"此后“{name}”即认作富邦花园")
    assert_accessible(page)
    desk.picture("addresses-taught")
    desk.settle()
    desk.check()


@pytest.mark.parametrize("desk", ["desktop"], indirect=True)
def test_keys_choose_and_go_on(desk: Visit, orders: list[UUID]) -> None:
    page = desk.page
    desk.go("/data/addresses")
    page.locator("#order-title").focus()
    page.keyboard.press("2")
    expect(page.locator("[data-gm-candidate] button").nth(1)).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator("#order-title")).to_have_text(ORDERS[1])
    # While something is typed a key is a letter.
    page.locator("#desk-text").focus()
    page.keyboard.type("n2")
    expect(page.locator("#desk-text")).to_have_value("n2")
    expect(page.locator("#order-title")).to_have_text(ORDERS[1])
    desk.settle()
    desk.check()


def test_the_desk_answers_while_one_types(desk: Visit, orders: list[UUID]) -> None:
    page = desk.page
    desk.go("/data/addresses")
    page.locator("#desk-text").press_sequentially("富邦花园3号楼")
    found = page.locator("#desk-found")
    expect(found).to_contain_text("富邦花园3号楼")
    expect(found).to_contain_text("李网格")
    expect(found).to_contain_text("待核实")
    assert_accessible(page)
    assert_fits(page)
    desk.picture("hotline-desk")
    desk.settle()
    found.get_by_role("link", name="在此处建单").click()
    page.wait_for_url(lambda url: "/report" in url)
    expect(page.locator("#address_text")).to_have_value("富邦花园3号楼")
    desk.settle()
    desk.check()
