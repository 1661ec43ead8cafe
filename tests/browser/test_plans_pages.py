"""The pages around the planning table, in a real browser at both sizes: complete, accessible, and what their scripts do."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, text

from geodata.accounts import add_account
from geodata.actions.planning.stepping import take_step
from geodata.actions.planning.talking import say
from geodata.days import today
from geodata.settings import Settings
from gridmap.planning.approval import PlanStep
from tests.browser.accessibility import assert_accessible, assert_fits
from tests.browser.conftest import PASSWORD, Visit, sign_in, visiting
from tests.geodata.cities import COMMUNITY, insert_divisions, insert_grids
from tests.web.plan_city import actor_named, lay_nine, save_joined

pytestmark = pytest.mark.browser

PLANS: dict[str, UUID] = {}
SETTINGS = Settings()


@pytest.fixture(scope="module")
def filled(engine: Engine) -> bool:
    with engine.begin() as conn:
        insert_divisions(conn)
        insert_grids(conn)
        for name, role in (("drafter", "boundary_editor"), ("approver", "approver"), ("reviewer", "approver")):
            add_account(conn, name, PASSWORD, role, display_name=f"{name} 甲")
        made = lay_nine(conn, account="drafter")
        version = save_joined(conn, SETTINGS, made, account="drafter")
        conn.execute(text("UPDATE plan SET upper = 450"))
        for name, step in (("drafter", "propose"), ("reviewer", "review"), ("approver", "approve")):
            take_step(conn, actor_named(conn, SETTINGS, name), made, PlanStep(step), version=version)
        say(conn, actor_named(conn, SETTINGS, "reviewer"), made, "此处边界应沿道路", version=2, at=(111.705, 40.805))
        PLANS["ref"] = made
    return True


@pytest.fixture(scope="module")
def approver(server: str, browser: Browser) -> Any:
    return sign_in(server, browser, "approver")


@pytest.fixture(scope="module")
def drafter(server: str, browser: Browser) -> Any:
    return sign_in(server, browser, "drafter")


@pytest.fixture(params=["desktop", "phone"])
def deciding(request: pytest.FixtureRequest, server: str, browser: Browser, approver: Any) -> Iterator[Visit]:
    with visiting(server, browser, request.param, approver) as visit:
        yield visit
        visit.check()


@pytest.fixture(params=["desktop", "phone"])
def drawing(request: pytest.FixtureRequest, server: str, browser: Browser, drafter: Any) -> Iterator[Visit]:
    with visiting(server, browser, request.param, drafter) as visit:
        yield visit
        visit.check()


def test_list_and_start_are_complete_and_accessible(drawing: Visit) -> None:
    page = drawing.page
    drawing.go("/plans")
    expect(page.locator("main tbody tr")).to_have_count(1)
    assert_fits(page)
    assert_accessible(page)
    drawing.go(f"/plans/new?area={COMMUNITY}")
    expect(page.locator("#sources")).to_contain_text("将用于生成基础单元的数据")
    page.locator("[name=area]").first.check()
    expect(page.locator("#sources")).to_contain_text("请选择社区")
    page.locator(f"[name=area][value='{COMMUNITY}']").check()
    expect(page.locator("#sources")).to_contain_text("将用于生成基础单元的数据")
    assert_fits(page)
    assert_accessible(page)


def test_a_comment_is_shown_at_its_place_and_written_at_another(drawing: Visit) -> None:
    page = drawing.page
    drawing.go(f"/plans/{PLANS['ref']}/way")
    assert_fits(page)
    assert_accessible(page)
    page.locator(".gm-comment-pin").first.click()
    expect(page.locator(".gm-comments li").first).to_be_focused()
    page.get_by_role("button", name="在地图上选位置").click()
    # Not where the other size left its pin.
    drawing.click_map(*{"desktop": (0.6, 0.6), "phone": (0.75, 0.35)}[drawing.size])
    expect(page.get_by_role("button", name="已选位置，可重选")).to_be_visible()
    page.fill("#text", f"这里也要改 {drawing.size}")
    before = page.locator(".gm-comments li").count()
    page.get_by_role("button", name="提交意见").click()
    expect(page.locator(".gm-comments li")).to_have_count(before + 1)
    expect(page.locator(".gm-comments li").last.get_by_role("button", name="在地图上查看")).to_be_visible()


def test_units_are_complete_and_accessible(drawing: Visit) -> None:
    drawing.go(f"/plans/{PLANS['ref']}/making")
    assert_fits(drawing.page)
    assert_accessible(drawing.page)


def test_a_day_is_looked_at_with_its_findings_on_the_map(deciding: Visit) -> None:
    page, day = deciding.page, today(SETTINGS.zone) + timedelta(days=3)
    deciding.go(f"/plans/{PLANS['ref']}/publish")
    assert_fits(page)
    assert_accessible(page)
    page.fill("[name=day]", day.isoformat())
    page.get_by_role("button", name="预览影响").click()
    page.wait_for_url(lambda url: "day=" in url)
    deciding.settle()
    zoom = page.evaluate("() => gridmap.map.getZoom()")
    page.locator(".gm-checks-list [data-gm-lon]").first.click()
    page.wait_for_function("(zoom) => gridmap.map.getZoom() > zoom", arg=zoom)
    assert_fits(page)
    assert_accessible(page)
    page.get_by_role("button", name=f"发布，{day} 启用").click()
    expect(page.locator("main")).to_contain_text("还有 1 项检查未通过")
    deciding.problems.clear()  # the refusal is a 422
