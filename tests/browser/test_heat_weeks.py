"""The heatmap week by week and compared, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import assert_accessible, assert_fits
from tests.browser.conftest import Visit
from tests.browser.test_map_pages import CONTROLS, DRAWN, boxes_apart

pytestmark = pytest.mark.browser

#: What the pictures of the heat tiles or the canvases of the choropleth hold, as one text.
COLOURS = """() => {
    const images = [...document.querySelectorAll("img.gm-heat-tiles, .gm-heat-tiles img")];
    if (images.length) return images.map((image) => image.src.replace(/.*heat/, "") + image.naturalWidth).join();
    return [...document.querySelectorAll(".leaflet-choropleth-pane canvas, .leaflet-choropleth canvas")].map((canvas) => canvas.width && canvas.toDataURL()).join();
}"""
STEPPED = """() => new Promise((done) => document.addEventListener("gridmap:week", (event) => done(event.detail), { once: true }))"""


def week_of(visit: Visit) -> str:
    found = re.search(r"week=(\d{4}-W\d{2})", visit.page.url)
    assert found, visit.page.url
    return found[1]


@pytest.mark.parametrize("measure", ["density", "count", "rate"])
def test_the_keyboard_steps_through_the_weeks(visit: Visit, measure: str) -> None:
    visit.go(f"/heat?measure={measure}")
    visit.page.locator(".gm-weeks-enter").click()
    visit.page.wait_for_url("**week=**")
    visit.settle()
    legend = visit.page.locator(".gm-legend").text_content()
    start, colours, days = (
        week_of(visit),
        visit.page.evaluate(COLOURS),
        visit.page.locator("#figures [data-gm-days]").text_content(),
    )
    visit.page.locator("#weeks input").focus()
    visit.page.evaluate("() => { window.stepped = (" + STEPPED + ")(); }")
    visit.page.keyboard.press("ArrowLeft")
    assert visit.page.evaluate("() => window.stepped") == week_of(visit) < start
    visit.settle()
    visit.page.wait_for_function(f"(before) => ({COLOURS})() !== before", arg=colours)
    expect(visit.page.locator(".gm-legend")).to_have_text(legend or "")
    expect(visit.page.locator("#figures [data-gm-days]")).not_to_have_text(days or "")
    figures = visit.page.locator("#figures [data-gm-days]").text_content()
    visit.page.reload()
    visit.settle()
    expect(visit.page.locator("#figures [data-gm-days]")).to_have_text(figures or "")
    boxes_apart(visit, *CONTROLS, ".gm-heat-tools")
    visit.picture(f"heat-week-{measure}")
    assert_fits(visit.page)
    assert_accessible(visit.page)
    visit.page.locator(".gm-weeks-leave").click()
    visit.page.wait_for_url(lambda url: "week=" not in url)
    visit.check()


def test_weeks_play_and_pause(visit: Visit) -> None:
    visit.go("/heat?measure=count&week=2020-W01")
    start = week_of(visit)
    play = visit.page.locator("[data-gm-play]")
    play.click()
    expect(play).to_have_attribute("aria-label", "暂停")
    visit.page.wait_for_function("(start) => !location.href.includes(start)", arg=start)
    play.click()
    expect(play).to_have_attribute("aria-label", "播放")
    visit.settle()
    stopped = week_of(visit)
    visit.page.wait_for_timeout(1500)
    assert week_of(visit) == stopped > start
    visit.check()


def test_who_wants_no_motion_steps_by_hand(visit: Visit) -> None:
    visit.page.emulate_media(reduced_motion="reduce")
    visit.go("/heat?measure=count&week=2020-W01")
    expect(visit.page.locator("[data-gm-play]")).to_be_hidden()
    before = week_of(visit)
    visit.page.locator("[data-gm-step='1']").click()
    visit.page.wait_for_function("(week) => !location.href.includes(week)", arg=before)
    visit.settle()
    visit.check()


def test_two_periods_are_compared(visit: Visit) -> None:
    visit.go("/heat?measure=count")
    visit.page.locator(".gm-periods a", has_text="近90天").evaluate("(link) => link.click()")
    visit.settle()
    visit.page.locator(".gm-segments a", has_text="比前期").click()
    visit.page.wait_for_url("**compare=before**")
    visit.settle()
    visit.page.wait_for_function(DRAWN, arg="choropleth")
    if visit.size == "phone":
        visit.page.tap("[data-gm-open=right]")
    expect(visit.page.locator(".gm-changes-all")).to_contain_text(re.compile(r"[+−±]\d"))
    visit.picture("heat-compare")
    assert_accessible(visit.page)
    visit.check()


def test_a_class_of_the_legend_leads_to_its_list(visit: Visit) -> None:
    visit.go("/heat?measure=count")
    if visit.size == "phone":
        visit.page.evaluate("() => { document.querySelector('.gm-legend').open = true; }")
    visit.page.locator(".gm-legend-choice").first.click()
    card = visit.page.locator("#card")
    expect(card.locator(".gm-reports li").first).to_be_visible()
    count = int((card.locator("[data-gm-list-count]").text_content() or "").replace(",", ""))
    shown = card.locator(".gm-reports time").count()
    card.locator(".gm-list-more button").click()
    expect(card.locator(".gm-reports time")).to_have_count(min(count, shown + 20))
    visit.check()
