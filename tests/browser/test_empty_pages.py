"""Before anything is loaded the pages say what to do."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import Engine, text

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def filled() -> bool:
    return False


def test_an_empty_map_says_how_to_load_grids(visit: Visit) -> None:
    visit.go("/map")
    expect(visit.page.locator(".gm-map-empty")).to_contain_text("gridmap load grids")
    expect(visit.page.locator(".gm-map-empty")).to_contain_text("gridmap demo load")
    expect(visit.page.locator(".gm-legend")).to_have_count(0)
    visit.click_map(0.5, 0.6)
    expect(visit.page.locator("#card")).to_contain_text("无归属网格")
    visit.picture("map-empty")
    visit.check()


def test_an_empty_heatmap_says_how_to_load_reports(visit: Visit) -> None:
    visit.go("/heat")
    expect(visit.page.locator(".gm-map-empty")).to_contain_text("gridmap load reports")
    expect(visit.page.locator("fieldset", has_text="类别")).to_contain_text("还没有案件")
    visit.picture("heat-empty")
    visit.check()


def test_without_grids_the_map_opens_where_the_buildings_are(visit: Visit, engine: Engine) -> None:
    """Not where the river ends that flows through the city."""
    with engine.begin() as conn:
        conn.execute(
            text(
                "INSERT INTO building (code, geom) VALUES ('b', ST_Multi(ST_MakeEnvelope(39.87, 59.21, 39.88, 59.22, 4326))) ON CONFLICT DO NOTHING"
            )
        )
        conn.execute(
            text(
                "INSERT INTO landcover (code, kind, name, geom) VALUES ('w', 'water', '', ST_MakeEnvelope(39, 59, 39.5, 59.5, 4326)) ON CONFLICT DO NOTHING"
            )
        )
    visit.go("/map")
    centre = visit.page.evaluate("() => { const c = gridmap.map.getCenter(); return [c.lng, c.lat]; }")
    assert centre == pytest.approx([39.875, 59.215], abs=0.01)
    expect(visit.page.locator(".gm-legend")).to_contain_text("楼栋")
    visit.check()
