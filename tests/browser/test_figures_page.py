"""Charts over tables in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import assert_accessible, assert_fits
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def test_the_figures_are_complete(visit: Visit) -> None:
    visit.go("/figures")
    expect(visit.page.locator("#chart-categories svg")).to_be_visible()
    visit.picture("figures")
    assert_fits(visit.page)
    assert_accessible(visit.page)
    visit.check()


def test_a_bar_leads_to_its_list(visit: Visit) -> None:
    visit.page.emulate_media(reduced_motion="reduce")  # bars that still grow are missed
    visit.go("/figures")
    chart = visit.page.locator("#chart-categories svg")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box
    # The first of three bars, near its beginning.
    visit.page.mouse.click(box["x"] + 160, box["y"] + 28)
    visit.page.wait_for_url("**/cases?**category=**")
    expect(visit.page.locator("[data-gm-total]")).to_have_text(re.compile("1,000"))
    visit.check()


def test_areas_lead_down_to_grids(visit: Visit) -> None:
    visit.go("/figures?area=150105001")
    visit.page.locator("section", has_text="按区域").get_by_role("link", name="仕奇社区", exact=True).click()
    visit.page.wait_for_url("**area=150105001018**")
    expect(visit.page.locator("#chart-areas svg")).to_be_visible()
    visit.picture("figures-grids")
    visit.check()


def test_the_filter_is_one_button_high_until_it_is_opened(visit: Visit) -> None:
    visit.go("/figures")
    visit.page.locator(".gm-area-folded summary", has_text="全部区域").click()
    visit.page.fill("#area-words", "第7网格")
    visit.page.locator("#areas label", has_text="第7网格").locator("input").check()
    visit.page.locator(".gm-figures-filter button[type=submit]").click()
    visit.page.wait_for_url("**area=150105001018007**")
    assert "q=" not in visit.page.url
    visit.check()
