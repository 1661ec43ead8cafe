"""Before anything is loaded the pages say what to do."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def filled() -> bool:
    return False


def test_an_empty_map_says_how_to_load_grids(visit: Visit) -> None:
    visit.go("/map")
    expect(visit.page.locator(".gm-map-empty")).to_contain_text("gridmap load grids")
    visit.click_map(0.5, 0.6)
    expect(visit.page.locator("#card")).to_contain_text("无归属网格")
    visit.picture("map-empty")
    visit.check()


def test_an_empty_heatmap_says_how_to_load_reports(visit: Visit) -> None:
    visit.go("/heat")
    expect(visit.page.locator(".gm-map-empty")).to_contain_text("gridmap load reports")
    visit.picture("heat-empty")
    visit.check()
