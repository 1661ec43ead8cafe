"""Cards, search, homes, measuring and printing on the map page, at desktop and phone size."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Browser, expect
from pyproj import Geod
from sqlalchemy import Engine, select, text

from geodata.account_areas import give_area
from geodata.accounts import add_account
from geodata.tables import audit_log, building, compound, service_point
from tests.browser.accessibility import assert_accessible, assert_fits
from tests.browser.conftest import CITY, PASSWORD, SIZES, Visit, watch
from tests.geodata.cities import (
    COMMUNITY,
    insert_body,
    insert_gate,
    insert_household,
    insert_post,
    insert_service_point,
    insert_stairwell,
)

pytestmark = pytest.mark.browser

GRID = f"{COMMUNITY}014"
#: The clinic's place, in the same grid as 富邦小区.
CLINIC = (111.7185, 40.8085)


@pytest.fixture(scope="module")
def filled(engine: Engine) -> bool:
    """The city of all browser tests, with a staffed grid and compound, homes, a clinic, a gate; a secretary and a worker."""
    with engine.begin() as conn:
        conn.execute(CITY)
        own = conn.scalar(select(compound.c.id).where(compound.c.code == "c"))
        home = conn.scalar(select(building.c.id).where(building.c.code == "b3-1"))
        assert own is not None
        assert home is not None
        conn.execute(building.update().where(building.c.code.startswith("b")).values(compound_id=own))
        for number in ("1", "2"):
            stairwell = insert_stairwell(conn, home, number)
            for floor in range(1, 7):
                values = {"floor": floor, "room": f"{floor}01", "care_groups": ["独居老人"] if floor == 1 else []}
                insert_household(conn, f"{number}-{floor}", home, stairwell_id=stairwell, **values)
        insert_body(conn, own, "property_company", "祥和物业", contact="张经理", phone="0471-7654321")
        insert_gate(conn, "g", own, 111.713, 40.806)
        insert_service_point(
            conn, "s", *CLINIC, name="仕奇卫生服务站", opening_hours="每日 08:00-18:00", phone="0471-123"
        )
        insert_post(conn, "张伟", "grid_worker", area_code=GRID, phone="13811112222")
        insert_post(conn, "李代班", "deputy_worker", area_code=GRID, valid="[2026-01-01,2099-01-01)")
        insert_post(conn, "王楼长", "building_head", building_id=home)
        for name, role, area in (("secretary", "community_secretary", COMMUNITY), ("worker", "grid_worker", GRID)):
            give_area(conn, add_account(conn, name, PASSWORD, role), area)
    return True


@pytest.fixture(scope="module")
def refs(engine: Engine, filled: bool) -> dict[str, UUID]:
    found = {}
    with engine.connect() as conn:
        for name, table, code in (
            ("compound", compound, "c"),
            ("building", building, "b3-1"),
            ("service", service_point, "s"),
        ):
            ref = conn.scalar(select(table.c.ref).where(table.c.code == code))
            assert ref is not None
            found[name] = ref
    return found


@pytest.fixture(params=["desktop", "phone"])
def colleague(request: pytest.FixtureRequest, server: str, browser: Browser) -> Iterator[Visit]:
    """A browser in which nobody has signed in."""
    width, height = SIZES[request.param]
    phone = request.param == "phone"
    context = browser.new_context(
        viewport={"width": width, "height": height},
        is_mobile=phone,
        has_touch=phone,
        device_scale_factor=2 if phone else 1,
    )
    found = Visit(context.new_page(), server, request.param)
    watch(found)
    yield found
    context.close()


def sign_in(visit: Visit, name: str) -> None:
    visit.page.goto(f"{visit.address}/sign-in")
    visit.page.fill("input[name=name]", name)
    visit.page.fill("input[name=password]", PASSWORD)
    visit.page.press("input[name=password]", "Enter")
    visit.page.wait_for_url(lambda url: "/sign-in" not in url)


def click_place(visit: Visit, lon: float, lat: float) -> None:
    x, y = visit.page.evaluate(
        "([lat, lon]) => { const p = gridmap.map.latLngToContainerPoint([lat, lon]); const b = gridmap.map.getContainer().getBoundingClientRect(); return [p.x + b.x, p.y + b.y]; }",
        [lat, lon],
    )
    visit.page.mouse.click(x, y)
    visit.settle()


@pytest.mark.parametrize(
    ("name", "words"),
    [("building", "3号楼"), ("compound", "祥和物业"), ("service", "每日 08:00-18:00"), ("grid", "张伟")],
)
def test_a_link_opens_each_card_and_all_can_use_it(visit: Visit, refs: dict[str, UUID], name: str, words: str) -> None:
    visit.go(f"/map?{name}={GRID if name == 'grid' else refs[name]}")
    card = visit.page.locator("#card")
    expect(card).to_contain_text(words)
    visit.settle()
    lon, lat = CLINIC if name == "service" else (111.71395, 40.8027)
    assert visit.page.evaluate("([lat, lon]) => gridmap.map.getBounds().contains([lat, lon])", [lat, lon])
    # The grid is a kilometre high: above its card on a phone the whole of it has room at 14.
    assert visit.page.evaluate("() => gridmap.map.getZoom()") >= (14 if name == "grid" else 15)
    assert_fits(visit.page)
    assert_accessible(visit.page)
    visit.picture(f"card-{name}")
    visit.check()


def test_the_way_up_goes_from_building_to_grid(visit: Visit, refs: dict[str, UUID]) -> None:
    visit.go(f"/map?building={refs['building']}")
    outlines = "() => document.querySelectorAll('.leaflet-overlay-pane path').length"
    visit.page.locator(".gm-crumbs a", has_text="富邦小区").click()
    expect(visit.page.locator("#card")).to_contain_text("0471-7654321")
    expect(visit.page.locator(".gm-card-title")).to_be_focused()
    visit.settle()
    visit.page.wait_for_function(f"() => ({outlines})() === 1")
    visit.page.locator(".gm-crumbs a", has_text="第14网格").click()
    expect(visit.page.locator("#card")).to_contain_text("李代班")
    visit.settle()
    visit.page.wait_for_function(f"() => ({outlines})() === 0")
    chosen = visit.page.locator("#card [data-gm-grid]").get_attribute("data-gm-grid")
    assert visit.page.evaluate("() => gridmap.chosenGrid") == int(chosen or 0)
    assert visit.page.locator("#card a[href^='tel:']").first.get_attribute("href") == "tel:13811112222"
    visit.check()


def test_search_leads_to_the_card(visit: Visit) -> None:
    visit.go("/map")
    if visit.size == "phone":
        visit.page.tap("[data-gm-open=left]")
    visit.page.fill("#words", "富邦小区3号楼")
    found = visit.page.locator("#found a", has_text="3号楼")
    expect(found).to_have_count(4)
    expect(visit.page.locator("#found h2")).to_have_text("楼栋")
    assert_accessible(visit.page)
    visit.picture("map-search")
    found.first.click()
    expect(visit.page.locator("#card")).to_contain_text("富邦小区")
    visit.settle()
    visit.page.wait_for_function("() => gridmap.map.getZoom() >= 17")
    visit.check()


def test_a_click_on_a_service_point_opens_it_while_the_layer_is_on(visit: Visit) -> None:
    visit.go(f"/map#17/{CLINIC[1]}/{CLINIC[0]}")
    card = visit.page.locator("#card")
    click_place(visit, CLINIC[0] + 0.00003, CLINIC[1])
    expect(card).to_contain_text("仕奇卫生服务站")
    visit.page.evaluate(
        "() => gridmap.map.eachLayer((layer) => { if (layer.gridmapStyle === 'services') gridmap.map.removeLayer(layer); })"
    )
    expect(visit.page.locator(".gm-legend-part", has_text="医疗与照料")).to_be_hidden()
    click_place(visit, CLINIC[0] + 0.00003, CLINIC[1])
    expect(card).to_contain_text("网格编码")
    visit.check()


def test_homes_are_shown_after_a_purpose(colleague: Visit, refs: dict[str, UUID], engine: Engine) -> None:
    page = colleague.page
    sign_in(colleague, "secretary")
    colleague.go(f"/map?building={refs['building']}")
    page.get_by_role("button", name="查看住户").click()
    page.get_by_label("其他", exact=True).check()
    page.locator("#homes form button").click()
    expect(page.locator("#homes [role=alert]")).to_contain_text("说明用途")
    assert colleague.problems  # the refused form
    colleague.problems.clear()
    assert page.locator("#homes table").count() == 0
    assert_accessible(page)
    colleague.picture("homes-form")
    page.get_by_label("入户走访").check()
    page.locator("#homes form button").click()
    expect(page.locator("#homes details")).to_have_count(2)
    expect(page.locator("#homes")).to_contain_text("独居老人")
    assert_fits(page)
    assert_accessible(page)
    page.locator("#homes").scroll_into_view_if_needed()
    colleague.picture("homes")
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("CSV")).click()
    assert download.value.path().read_bytes().decode("utf-8-sig").count("独居老人") == 2
    with engine.connect() as conn:
        lines = list(
            conn.execute(select(audit_log.c.action, audit_log.c.purpose).order_by(audit_log.c.id.desc()).limit(2))
        )
    assert [tuple(line) for line in lines] == [("homes_exported", "home_visit"), ("homes_viewed", "home_visit")]
    colleague.check()


def test_a_click_outside_the_area_is_answered_in_words(colleague: Visit) -> None:
    sign_in(colleague, "worker")
    colleague.go("/map")
    centre = colleague.page.evaluate("() => { const c = gridmap.map.getCenter(); return [c.lng, c.lat]; }")
    assert centre == pytest.approx([111.715, 40.805], abs=0.003)  # the own grid
    colleague.go("/map#15/40.815/111.695")
    colleague.click_map()
    # The first place that a server locates compiles its index.
    expect(colleague.page.locator("#card")).to_contain_text("不在您的责任范围内")
    assert_accessible(colleague.page)
    assert colleague.page.locator(".gm-map-note.gm-shown").count() == 0
    colleague.picture("map-outside")


def test_lengths_and_areas_are_those_of_the_ellipsoid(visit: Visit) -> None:
    visit.go("/map")
    ring = [(111.70, 40.80), (111.75, 40.81), (111.74, 40.85), (111.69, 40.84)]
    geod = Geod(ellps="WGS84")
    lons, lats = zip(*ring, strict=True)
    places = [{"lng": lon, "lat": lat} for lon, lat in ring]
    length = visit.page.evaluate("(places) => gridmap.geodesic.length(places)", places)
    area = visit.page.evaluate("(places) => gridmap.geodesic.area(places)", places)
    assert length == pytest.approx(geod.line_length(lons, lats), rel=1e-6)
    assert area == pytest.approx(abs(geod.polygon_area_perimeter(lons, lats)[0]), rel=1e-5)


def test_measuring_on_the_map(visit: Visit) -> None:
    page = visit.page
    visit.go("/map#16/40.805/111.715")
    page.get_by_role("button", name="测量距离").click()
    for across, down in ((0.4, 0.4), (0.6, 0.4)):
        visit.click_map(across, down)
        page.wait_for_timeout(400)  # two quick clicks would be a double click
    total = page.locator(".gm-measure-total")
    shown = float((total.text_content() or "").split()[0].replace(",", ""))
    expected = page.evaluate(
        "() => { const s = gridmap.map.getSize(); const at = (x) => gridmap.map.containerPointToLatLng([x * s.x, 0.4 * s.y]); return gridmap.geodesic.length([at(0.4), at(0.6)]); }"
    )
    assert shown == pytest.approx(expected, rel=0.02)
    expect(page.locator("#card")).not_to_contain_text("网格编码")  # a tool takes the clicks
    assert_accessible(page)
    visit.picture("measure")
    page.keyboard.press("Backspace")
    expect(total).to_have_text("0 米")
    page.keyboard.press("Escape")
    expect(page.locator(".gm-measure")).to_have_count(0)
    expect(page.get_by_role("button", name="测量距离")).to_be_focused()
    page.get_by_role("button", name="测量面积").click()
    page.locator(".gm-map").focus()
    for key in ("Enter", "ArrowRight", "Enter", "ArrowDown", "Enter"):
        page.keyboard.press(key)
        page.wait_for_timeout(400)
    expect(total).to_have_text(re.compile(r"[\d,.]*[1-9][\d,.]* (平方米|公顷)"))
    page.get_by_role("button", name="结束测量").click()
    visit.click_map(0.5, 0.6)
    expect(page.locator("#card")).to_contain_text("网格编码")
    visit.check()


def test_a_print_is_the_map_with_its_legend(visit: Visit, refs: dict[str, UUID]) -> None:
    page = visit.page
    visit.go(f"/map?compound={refs['compound']}")
    expect(page.locator("#card")).to_contain_text("祥和物业")
    before = page.evaluate("() => [gridmap.map.getZoom(), gridmap.map.getCenter().lat]")
    page.evaluate("() => { window.print = () => { window.printedMap = gridmap.map.getSize(); }; }")
    page.get_by_role("button", name="打印地图").click()
    page.wait_for_function("() => window.printedMap && !document.body.classList.contains('gm-printing')")
    size = page.evaluate("() => window.printedMap")
    assert size["x"] == pytest.approx(1047, abs=4)  # 277 mm
    assert page.evaluate("() => [gridmap.map.getZoom(), gridmap.map.getCenter().lat]") == pytest.approx(
        before, abs=1e-4
    )
    page.emulate_media(media="print")
    for shown in (".gm-map", ".gm-print-head", ".leaflet-control-scale", ".gm-legend"):
        expect(page.locator(shown)).to_be_visible()
    for hidden in (".gm-top", "#left", "#right", ".gm-map-tools", ".leaflet-control-zoom", ".gm-bottom", ".gm-tools"):
        expect(page.locator(hidden)).to_be_hidden()
    head = page.locator(".gm-print-head")
    expect(head).to_contain_text("富邦小区")
    expect(head).to_contain_text(re.compile(r"截至 \d{4}-\d\d-\d\d · 比例尺约 1 : [\d,]+"))
    visit.picture("map-print")
    visit.check()


def test_tools_are_large_enough_for_a_thumb(visit: Visit, refs: dict[str, UUID]) -> None:
    if visit.size != "phone":
        return
    visit.go(f"/map?building={refs['building']}")
    expect(visit.page.locator("#card")).to_contain_text("王楼长")
    for selector in (".gm-map-tools button", "#card a.gm-phone", "#card .gm-crumbs a", "#card summary"):
        for element in visit.page.locator(selector).all():
            box = element.bounding_box()
            assert box
            assert box["height"] >= 44, selector


def test_the_page_reads_english(visit: Visit, refs: dict[str, UUID], engine: Engine) -> None:
    visit.go(f"/map?grid={GRID}&lang=en")
    card = visit.page.locator("#card")
    expect(card).to_contain_text("Deputy worker")
    expect(card).to_contain_text("until 2098-12-31")
    with engine.connect() as conn:
        assert conn.scalar(text("SELECT count(*) FROM household")) == 12
    expect(card).to_contain_text("12")
    visit.go("/map?lang=zh")
