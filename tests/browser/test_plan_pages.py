"""Comparison, replay, side by side and printed sheets of a plan in a real browser."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import Engine

from geodata.accounts import add_account
from geodata.days import today
from geodata.settings import Settings
from tests.browser.accessibility import assert_accessible, assert_fits
from tests.browser.conftest import PASSWORD, Visit
from tests.geodata.cities import insert_divisions, insert_grids
from tests.web.drawn_plan import Drawn, insert_drawn

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def drawn(engine: Engine) -> Drawn:
    with engine.begin() as conn:
        insert_divisions(conn)
        insert_grids(conn)
        add_account(conn, "leader", PASSWORD, "leader", display_name="王主任")
        return insert_drawn(conn, today(Settings().zone))


@pytest.fixture(scope="module")
def filled(drawn: Drawn) -> bool:
    return bool(drawn.ref)


def assert_whole(visit: Visit, name: str) -> None:
    assert_fits(visit.page)
    assert_accessible(visit.page)
    visit.picture(name)
    visit.check()


def test_what_changes_is_on_the_map_and_each_row_leads_there(visit: Visit, drawn: Drawn) -> None:
    page = visit.page
    visit.go(f"/plans/{drawn.ref}/compare?from=1&to=2")
    expect(page.locator(".gm-map[data-gm-ready]")).to_be_visible()
    assert_whole(visit, "plan-compare")
    page.get_by_role("link", name=re.compile("变更归属的楼栋 · 2")).click()
    page.wait_for_url("**part=buildings**")
    expect(page.locator(".gm-map[data-gm-ready]")).to_be_visible()
    page.locator("[data-gm-show]").first.click()
    expect(page.locator(".leaflet-popup")).to_contain_text("1号院 1号楼")
    visit.check()


def test_a_file_comes_with_its_chinese_name(visit: Visit, drawn: Drawn) -> None:
    visit.go(f"/plans/{drawn.ref}/compare?from=1&to=2")
    with visit.page.expect_download() as waiting:
        visit.page.get_by_role("link", name="Excel", exact=True).click()
    assert waiting.value.suggested_filename.startswith("仕奇社区 2027-1-2-网格变化-")
    visit.check()


def test_the_replay_says_what_would_change(visit: Visit, drawn: Drawn) -> None:
    visit.go(f"/plans/{drawn.ref}/replay?version=2")
    expect(visit.page.locator("[data-gm-chart='0'] svg")).to_be_visible()
    expect(visit.page.get_by_text("最忙的网格员工作量是平均的 2.3 倍，按这一版为 1.7 倍。")).to_be_visible()
    assert_whole(visit, "plan-replay")


def test_maps_move_together_and_a_grid_shows_what_lies_there(visit: Visit, drawn: Drawn) -> None:
    page = visit.page
    visit.go(f"/plans/{drawn.ref}/beside?left=1&right=3")
    expect(page.locator(".gm-map[data-gm-ready]")).to_be_visible()
    assert_whole(visit, "plan-beside")
    page.locator("#grid-left").select_option("0")
    said = page.locator("[data-gm-sides-said]")
    expect(said).to_contain_text("左侧：富邦小区网格")
    expect(said).to_contain_text("右侧同一位置：富邦小区网格、=东街西网格")
    corners = [page.locator(".gm-side-map .leaflet-control-scale-line").nth(at).inner_text() for at in (0, 1)]
    assert corners[0] == corners[1]
    page.locator(".gm-side-map .leaflet-control-zoom-in").nth(1).click()
    expect(page.locator(".gm-side-map .leaflet-control-scale-line").first).not_to_have_text(corners[0])
    expect(page.locator(".gm-side-map .leaflet-control-scale-line").first).to_have_text(
        page.locator(".gm-side-map .leaflet-control-scale-line").nth(1).inner_text()
    )
    visit.check()


def test_sheets_are_listed_and_shown(visit: Visit, drawn: Drawn) -> None:
    visit.go(f"/plans/{drawn.ref}/sheets?version=3")
    assert_whole(visit, "plan-sheets")
    visit.follow(visit.page.get_by_role("link", name="网格单", exact=True).nth(1), "**/sheets/1?version=3")
    assert_whole(visit, "plan-sheet")


def test_each_grid_is_printed_on_one_page(visit: Visit, drawn: Drawn) -> None:
    page = visit.page
    visit.go(f"/plans/{drawn.ref}/sheets/all?version=3")
    if visit.size == "phone":
        return  # Chromium prints pages of a desktop alone.
    pages = pages_of(page.pdf(prefer_css_page_size=True))
    assert len(pages) == 4
    assert all(width == pytest.approx(595, abs=1) and height == pytest.approx(842, abs=1) for width, height in pages)
    page.set_viewport_size({"width": 718, "height": 1045})
    page.emulate_media(media="print")
    cut = page.evaluate(
        "() => [...document.querySelectorAll('.gm-paper, .gm-paper *')].filter((each) => each.scrollWidth > each.clientWidth + 1 "
        "&& getComputedStyle(each).display !== 'inline' && !(each instanceof SVGElement)).map((each) => each.className)"
    )
    assert cut == []
    bottoms = page.evaluate(
        "() => [...document.querySelectorAll('.gm-paper')].map((paper) => [paper.getBoundingClientRect().bottom, "
        "paper.querySelector('.gm-paper-foot').getBoundingClientRect().bottom])"
    )
    assert all(foot <= paper + 1 for paper, foot in bottoms)
    visit.check()


def pages_of(pdf: bytes) -> list[tuple[float, float]]:
    """Widths and heights of a PDF's pages in points, as its plain objects say them."""
    found = re.findall(rb"/Type /Page\b(?!s).*?/MediaBox \[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf, re.DOTALL)
    return [(float(width), float(height)) for width, height in found]
