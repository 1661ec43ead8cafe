"""Every role of the sample city signs in, on a desk and on a phone, and opens each page that its menu offers."""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine

from geodata.demo import make_city
from geodata.demo.accounts import PASSWORD, demo_accounts
from geodata.demo.sample import load_city
from geodata.settings import Settings
from gridmap.access import Role
from tests.browser.accessibility import assert_accessible, assert_fits
from tests.browser.conftest import SIZES, Visit, watch

CITY = make_city(seed=1, size="tiny", until=date(2026, 11, 21))
NAMES = {account.name: account.role for account in demo_accounts(CITY)}


@pytest.fixture(scope="module")
def filled(engine: Engine, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> bool:
    settings = Settings(home=tmp_path_factory.mktemp("sample"), database_url=database_url)
    with engine.begin() as conn:
        load_city(conn, settings, CITY)
    return True


@pytest.fixture
def guest(request: pytest.FixtureRequest, server: str, browser: Browser) -> Iterator[Visit]:
    """Somebody who has not signed in yet, at the size that the test is given."""
    size: str = request.getfixturevalue("size")
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, is_mobile=size == "phone", has_touch=size == "phone"
    )
    found = Visit(context.new_page(), server, size)
    watch(found)
    yield found
    context.close()


def test_the_sample_has_every_role() -> None:
    assert set(NAMES.values()) == set(Role)


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_a_role_opens_all_pages_of_its_menu(guest: Visit, name: str, size: str) -> None:
    page = guest.page
    guest.go("/sign-in")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    guest.settle()
    addresses = page.locator(".gm-menu a").evaluate_all("(links) => links.map((link) => link.getAttribute('href'))")
    assert "/map" in addresses
    for address in addresses:
        guest.go(address)
        assert page.locator("main").count() == 1
        assert page.locator(".gm-synthetic").is_visible(), f"{address} does not say that the data are made up"
        assert_fits(page)
        assert_accessible(page)
        guest.check()
