"""Accounts and the hand-over of a grid in a real browser: made, signed in as, seen by."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from geodata.accounts import add_account
from tests.browser.accessibility import assert_accessible, assert_fits
from tests.browser.conftest import CITY, PASSWORD, SIZES, Visit, watch

pytestmark = pytest.mark.browser
GRID, NAME = "150105001018007", "第7网格"
Guest = Callable[[str], Visit]


@pytest.fixture(scope="module")
def filled(engine: Engine) -> bool:
    with engine.begin() as conn:
        conn.execute(CITY)
        add_account(conn, "root", PASSWORD, "admin", "管理员")
    return True


@pytest.fixture(params=SIZES)
def guest(request: pytest.FixtureRequest, server: str, browser: Browser) -> Iterator[Guest]:
    """Signs somebody in, each in a browser of its own, at one size."""
    size: str = request.param
    width, height = SIZES[size]
    contexts = []

    def enter(name: str, password: str = PASSWORD) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": height}, is_mobile=size == "phone", has_touch=size == "phone"
        )
        contexts.append(context)
        found = Visit(context.new_page(), server, size)
        watch(found)
        found.go("/sign-in")
        found.page.fill("input[name=name]", name)
        found.page.fill("input[name=password]", password)
        found.page.press("input[name=password]", "Enter")
        found.page.wait_for_url(lambda url: "/sign-in" not in url)
        return found

    yield enter
    for context in contexts:
        context.close()


def large_enough(page: Page) -> None:
    """Buttons, inputs and links that stand alone are 44 px high on a phone."""
    for element in page.locator(
        "main .btn, main .form-control, main .form-select, main .gm-tabs a, main .gm-row-link"
    ).all():
        box = element.bounding_box()
        assert box is None or box["height"] >= 43.5, element.evaluate("(e) => e.outerHTML")


def looked_at(visit: Visit, name: str) -> None:
    visit.settle()
    assert_fits(visit.page)
    assert_accessible(visit.page)
    if visit.size == "phone":
        large_enough(visit.page)
    visit.picture(name)


def test_a_new_account_sees_its_area_alone(guest: Guest) -> None:
    admin = guest("root")
    name = f"worker-{admin.size}"
    admin.go("/admin/people")
    looked_at(admin, "admin-people")
    admin.page.get_by_role("link", name="新增账号").click()
    admin.page.fill("#name", name)
    admin.page.fill("#display_name", "新来的网格员")
    admin.page.select_option("#role", "grid_worker")
    looked_at(admin, "admin-person-new")
    admin.page.get_by_role("button", name="保存").click()
    expect(admin.page.locator("#areas-error")).to_contain_text("至少选择一个责任区域")
    admin.problems.clear()  # the refused form is a 422, as it should be
    admin.page.fill("#area-words", NAME)
    admin.page.locator("#areas label", has_text=NAME).locator("input").check()
    admin.page.get_by_role("button", name="保存").click()
    expect(admin.page.locator(".gm-secret")).to_be_visible()
    password = admin.page.locator(".gm-secret").text_content() or ""
    assert re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", password)
    looked_at(admin, "admin-password-made")
    worker = guest(name, password)
    codes = worker.page.evaluate(
        "() => fetch('/api/v1/grids').then((a) => a.json()).then((c) => c.features.map((f) => f.id))"
    )
    assert codes == [GRID]
    worker.go("/me")
    expect(worker.page.locator("main")).to_contain_text(NAME)
    looked_at(worker, "account")
    admin.check()


def test_a_grid_changes_hands_with_the_keyboard(guest: Guest) -> None:
    admin = guest("root")
    admin.go("/admin/hand-over?q=" + NAME)
    admin.page.get_by_role("link", name=NAME).click()
    looked_at(admin, "admin-hand-over")
    admin.page.locator("#person").focus()
    admin.page.keyboard.type(f"p-{admin.size}")
    admin.page.keyboard.press("Tab")
    admin.page.keyboard.type("李四")
    admin.page.keyboard.press("Enter")
    admin.settle()
    if admin.size == "desktop":
        expect(admin.page.locator("main")).to_contain_text("李四")
        expect(admin.page.locator("[role=status]")).to_contain_text("已交接")
    else:  # the first size's worker began today: the next one begins tomorrow at the earliest, and the form says so
        expect(admin.page.locator("#day-error")).to_be_visible()
        admin.problems.clear()
    admin.check()


@pytest.mark.parametrize(
    "address",
    [
        "/admin/deputies",
        "/admin/units",
        "/admin/units/new",
        "/admin/tokens?name=root",
        "/admin/audit",
        "/me/tokens",
        "/me/password",
        "/api/docs",
    ],
)
def test_the_other_parts(guest: Guest, address: str) -> None:
    admin = guest("root")
    admin.go(address)
    looked_at(admin, "admin" + re.sub(r"\W+", "-", address))
    admin.check()
