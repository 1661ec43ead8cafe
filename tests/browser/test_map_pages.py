"""Map and heatmap in a real browser, at desktop and phone size, without any way outside."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

DRAWN = """(name) => [...document.querySelectorAll(`.leaflet-${name}-pane canvas, .leaflet-${name} canvas`)].some((canvas) => {
    if (!canvas.width) return false;
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    for (let i = 3; i < data.length; i += 4) if (data[i]) return true;
    return false;
})"""
HEAT = """() => [...document.querySelectorAll("img.gm-heat-tiles, .gm-heat-tiles img")].filter((image) => image.naturalWidth > 1).length"""


def boxes_apart(visit: Visit, *selectors: str) -> None:
    boxes = [
        (selector, box)
        for selector in selectors
        for element in visit.page.locator(selector).all()
        if element.is_visible() and (box := element.bounding_box())
    ]
    for i, (name, a) in enumerate(boxes):
        for other, b in boxes[i + 1 :]:
            apart = (
                a["x"] + a["width"] <= b["x"] + 1
                or b["x"] + b["width"] <= a["x"] + 1
                or a["y"] + a["height"] <= b["y"] + 1
                or b["y"] + b["height"] <= a["y"] + 1
            )
            assert apart, f"{name} and {other} cover each other"


CONTROLS = (
    ".leaflet-control-zoom",
    ".leaflet-control-scale",
    ".gm-legend",
    ".leaflet-control-layers",
    ".gm-sheet",
    ".gm-tools",
    ".gm-bottom",
    ".gm-top",
)


def test_the_map_is_complete(visit: Visit) -> None:
    visit.go("/map")
    for pane in ("base", "grids", "divisions"):
        visit.page.wait_for_function(DRAWN, arg=pane)
    expect(visit.page.locator(".gm-legend")).to_be_visible()
    expect(visit.page.locator(".leaflet-control-scale-line")).to_have_text(re.compile(r"\d+ k?m"))
    boxes_apart(visit, *CONTROLS)
    assert visit.picture("map").stat().st_size > 20_000
    visit.check()


def test_the_heatmap_is_complete(visit: Visit) -> None:
    visit.go("/heat")
    visit.page.wait_for_function(f"() => ({HEAT})() > 0")
    visit.page.wait_for_function(DRAWN, arg="grids")
    expect(visit.page.locator(".gm-legend")).to_contain_text("件／平方公里")
    boxes_apart(visit, *CONTROLS)
    assert visit.picture("heat").stat().st_size > 20_000
    visit.check()


def test_a_click_shows_the_card(visit: Visit) -> None:
    visit.go("/map")
    visit.click_map()
    card = visit.page.locator("#card")
    expect(card).to_contain_text("网格编码")
    expect(card).to_contain_text("仕奇社区")
    visit.settle()
    # The chosen place stays in sight beside the open sheet.
    assert visit.page.evaluate("() => gridmap.map.getBounds().contains(gridmap.map.gridmap.mark.getLatLng())")
    boxes_apart(visit, *CONTROLS)
    visit.picture("map-card")
    visit.check()


def test_a_click_outside_every_grid_says_so(visit: Visit) -> None:
    visit.go("/map#12/41.3/112.5")
    visit.click_map()
    expect(visit.page.locator("#card")).to_contain_text("无归属网格")
    visit.check()


def test_the_keyboard_reaches_the_card(visit: Visit) -> None:
    visit.go("/map")
    visit.page.locator(".gm-map").focus()
    visit.page.keyboard.press("ArrowLeft")
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("#card")).to_contain_text("网格编码")
    visit.check()


def test_search_moves_the_map(visit: Visit) -> None:
    visit.go("/map")
    if visit.size == "phone":
        visit.page.tap("[data-gm-open=left]")
    visit.page.fill("#words", "第7网格")
    visit.page.locator("#found a").first.click()
    visit.settle()
    centre = visit.page.evaluate("() => { const c = gridmap.map.getCenter(); return [c.lng, c.lat]; }")
    assert centre == pytest.approx([111.695, 40.815], abs=0.004)
    assert re.search(r"#\d+/40\.8\d+/111\.69\d+$", visit.page.url)
    visit.check()


def test_the_numbers_follow_the_filter_and_the_address_holds_it(visit: Visit) -> None:
    visit.go("/heat")
    total = visit.page.locator("[data-gm-total]")
    expect(total).to_have_text("3,000")
    if visit.size == "phone":
        visit.page.tap("[data-gm-open=left]")
    visit.page.locator("input[name=category][value=井盖破损]").check()
    visit.page.click(".gm-filter button[type=submit]")
    visit.page.wait_for_url("**category=**")
    visit.settle()
    expect(total).to_have_text("1,000")
    assert "source=" not in visit.page.url
    first = visit.page.url
    visit.page.reload()
    visit.settle()
    expect(total).to_have_text("1,000")
    assert visit.page.url.split("#")[0] == first.split("#")[0]
    visit.picture("heat-filtered")
    visit.check()


def test_an_area_is_found_by_name_and_gets_its_own_view(visit: Visit) -> None:
    visit.go("/heat")
    if visit.size == "phone":
        visit.page.tap("[data-gm-open=left]")
    visit.page.fill("#area-words", "第7网格")
    choice = visit.page.locator("#areas label", has_text="第7网格")
    choice.locator("input").check()
    visit.page.click(".gm-filter button[type=submit]")
    visit.page.wait_for_url("**area=150105001018007**")
    visit.settle()
    assert "q=" not in visit.page.url
    centre = visit.page.evaluate("() => { const c = gridmap.map.getCenter(); return [c.lng, c.lat]; }")
    assert centre == pytest.approx([111.695, 40.815], abs=0.006)
    expect(visit.page.locator(".gm-chips")).to_contain_text("第7网格")
    visit.picture("heat-area")
    visit.check()


def test_the_grid_of_the_card_is_outlined(visit: Visit) -> None:
    visit.go("/map")
    visit.click_map()
    expect(visit.page.locator("#card [data-gm-grid]")).to_be_visible()
    visit.settle()
    assert visit.page.evaluate("() => gridmap.chosenGrid") == int(
        visit.page.locator("#card [data-gm-grid]").get_attribute("data-gm-grid") or 0
    )
    visit.check()


def test_the_legend_names_only_what_is_there(visit: Visit) -> None:
    visit.go("/map")
    assert visit.page.locator(".gm-legend li", has_text="水域").count() == 1
    assert visit.page.locator(".gm-legend li", has_text="铁路").count() == 0


def test_the_way_back_to_the_whole_area(visit: Visit) -> None:
    visit.go("/map#17/41.3/112.5")
    visit.page.get_by_role("button", name="显示全部范围").click()
    visit.settle()
    centre = visit.page.evaluate("() => { const c = gridmap.map.getCenter(); return [c.lng, c.lat]; }")
    assert centre == pytest.approx([111.71, 40.81], abs=0.005)
    visit.check()


def test_the_focus_of_the_keyboard_is_seen(visit: Visit) -> None:
    visit.go("/heat")
    for _ in range(9):
        visit.page.keyboard.press("Tab")
        seen = visit.page.evaluate(
            "() => { const s = getComputedStyle(document.activeElement); return [s.outlineStyle, s.boxShadow, getComputedStyle(document.activeElement, '::before').borderTopStyle].some((word) => word !== 'none'); }"
        )
        assert seen, visit.page.evaluate("() => document.activeElement.className")


def test_the_first_view_stays_out_of_the_address(visit: Visit) -> None:
    visit.go("/map")
    assert "#" not in visit.page.url


def test_a_click_on_the_heatmap_lists_its_reports(visit: Visit) -> None:
    visit.go("/heat")
    visit.click_map()
    expect(visit.page.locator("#card .gm-reports li").first).to_be_visible()
    expect(visit.page.locator("#card")).to_contain_text("样例 <b>")
    visit.picture("heat-list")
    visit.check()


def test_another_measure_brings_its_legend_and_a_layer_off_takes_it(visit: Visit) -> None:
    visit.go("/heat")
    with visit.page.expect_response("**/heat/grids.json*") as answered:
        visit.page.locator(".gm-segments a", has_text="件数").click()
    assert answered.value.ok
    visit.settle()
    visit.page.wait_for_function(DRAWN, arg="choropleth")
    part = visit.page.locator(".gm-legend-part", has_text="各网格案件数")
    expect(part).to_be_visible()
    expect(visit.page.locator(".gm-legend-part", has_text="案件密度")).to_have_count(0)
    visit.picture("heat-choropleth")
    if visit.size == "phone":
        visit.page.tap(".leaflet-control-layers-toggle")
    else:
        visit.page.locator(".leaflet-control-layers").hover(force=True)
    # Leaflet ignores clicks until a timer of its own, set when the list unfolds, has gone off: one set after it goes off later.
    visit.page.evaluate("() => new Promise((done) => setTimeout(done, 50))")
    visit.page.locator(".leaflet-control-layers-overlays label", has_text="各网格案件数").locator("input").click()
    expect(part).to_be_hidden()
    visit.check()


def test_the_language_switches(visit: Visit) -> None:
    visit.go("/heat?lang=en")
    expect(visit.page.locator("html")).to_have_attribute("lang", "en")
    expect(visit.page.locator(".gm-legend")).to_contain_text("reports per km²")
    visit.go("/map")
    expect(visit.page.locator("html")).to_have_attribute("lang", "en")
    visit.go("/map?lang=zh")
    expect(visit.page.locator("html")).to_have_attribute("lang", "zh-CN")
    visit.check()


def test_panels_fold_and_open(visit: Visit) -> None:
    visit.go("/heat")
    right = visit.page.locator("#right")
    if visit.size == "phone":
        expect(right).to_be_hidden()
        visit.page.tap("[data-gm-open=right]")
        expect(right).to_be_visible()
        boxes_apart(visit, *CONTROLS)
        visit.picture("heat-figures")
    visit.page.click("[data-gm-fold=right]")
    expect(right).to_be_hidden()
    visit.page.click("[data-gm-open=right]")
    expect(right).to_be_visible()
    visit.check()


def test_buttons_on_a_phone_are_large_enough(visit: Visit) -> None:
    if visit.size != "phone":
        return
    for path in ("/map", "/heat"):
        visit.go(path)
        for selector in (
            ".gm-tool",
            ".leaflet-control-zoom a",
            ".leaflet-control-layers-toggle",
            ".gm-bottom > a",
            ".gm-bottom button",
        ):
            for element in visit.page.locator(selector).all():
                box = element.bounding_box()
                assert box
                assert min(box["width"], box["height"]) >= 44, selector
        assert visit.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), (
            "the page is wider than the phone"
        )
