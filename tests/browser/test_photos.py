"""Photos from the form to the page of a case, at desktop and phone size."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL.TiffImagePlugin import IFDRational
from playwright.sync_api import expect
from sqlalchemy import Engine

from geodata.accounts import AccountExists, add_account
from tests.browser.accessibility import assert_accessible, assert_fits
from tests.browser.conftest import PASSWORD, Visit
from tests.geodata.photo_files import photo_file

pytestmark = pytest.mark.browser
LON, LAT = 111.7155, 40.8042


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One of the place and day with its direction, one two days and 1.3 km off, one that says nothing."""
    folder, now = tmp_path_factory.mktemp("photos"), datetime.now(UTC)
    contents = [
        photo_file((LON, LAT), now, size=(800, 600), colour=(90, 140, 90), gps={16: "T", 17: IFDRational(45)}),
        photo_file((LON, LAT + 0.0117), now - timedelta(days=2), size=(600, 800), colour=(140, 90, 90)),
        photo_file(size=(640, 480), colour=(90, 90, 140)),
    ]
    paths = [folder / f"{number}.jpg" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths


@pytest.fixture
def dispatcher(visit: Visit, engine: Engine) -> Visit:
    """The visit as somebody who may file and see."""
    with engine.begin() as conn, suppress(AccountExists):
        add_account(conn, "dispatcher", PASSWORD, "dispatcher", display_name="派单员")
    visit.page.context.clear_cookies()
    visit.go("/sign-in")
    visit.page.fill("input[name=name]", "dispatcher")
    visit.page.fill("input[name=password]", PASSWORD)
    visit.page.press("input[name=password]", "Enter")
    visit.page.wait_for_url(f"{visit.address}/")
    return visit


def test_from_the_form_to_the_case(dispatcher: Visit, photos: list[Path]) -> None:
    page = dispatcher.page
    dispatcher.go("/report")
    inputs = page.locator("[data-gm-photos] input[type=file]")
    inputs.nth(1).set_input_files(photos[:2])
    expect(page.locator("#photos li")).to_have_count(2)
    assert inputs.nth(1).evaluate("(input) => input.files.length") == 0
    page.locator("[data-gm-choose-lon]").first.click()
    expect(page.locator("#photos")).to_contain_text("距上报位置 1.3 公里")
    expect(page.locator("#photos")).to_contain_text("拍摄于2天前")
    expect(page.locator("#owner")).to_contain_text("将归属")
    inputs.nth(0).set_input_files(photos[2])
    expect(page.locator("#photos li")).to_have_count(3)
    page.get_by_label("提交照片 3").uncheck()
    dispatcher.settle()
    page.locator("#photos").scroll_into_view_if_needed()
    dispatcher.picture("report-photos")
    assert_fits(page)
    assert_accessible(page)
    if dispatcher.size == "phone":
        for element in page.locator("[data-gm-photos] .btn, .gm-photo-tick").all():
            box = element.bounding_box()
            assert box
            assert box["height"] >= 44
    page.locator("label", has_text="井盖破损").click()
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url("**/report/filed/**")
    expect(page.locator("main")).to_contain_text("已随案保存的照片")
    expect(page.locator("main")).to_contain_text("远离上报位置")
    expect(page.locator(".gm-photo-list li")).to_have_count(2)
    assert_fits(page)
    assert_accessible(page)
    dispatcher.picture("report-photos-filed")
    ref = page.url.rsplit("/", 1)[1]
    _look_at_the_case(dispatcher, ref)
    dispatcher.go(f"/track/{ref}")
    expect(page.locator(".gm-photo-grid img")).to_have_count(2)
    assert_accessible(page)
    dispatcher.check()


def _look_at_the_case(visit: Visit, ref: str) -> None:
    page = visit.page
    visit.go(f"/cases/{ref}")
    expect(page.locator("a[data-gm-photo]")).to_have_count(2)
    expect(page.locator(".gm-photo-pin")).to_have_count(2)
    assert page.locator(".gm-photo-pin path").get_attribute("transform") == "rotate(45)"
    page.locator(".gm-photo-grid").scroll_into_view_if_needed()
    assert_fits(page)
    assert_accessible(page)
    visit.picture("case-photos")
    page.locator("a[data-gm-photo]").first.press("Enter")
    viewer = page.locator("dialog[data-gm-photos]")
    expect(viewer).to_be_visible()
    expect(viewer.locator("[data-gm-photo-count]")).to_have_text("1 / 2")
    page.keyboard.press("ArrowRight")
    expect(viewer.locator("[data-gm-photo-count]")).to_have_text("2 / 2")
    expect(viewer.locator("[data-gm-photo-original]")).to_have_attribute("href", re.compile("/original$"))
    page.wait_for_function("() => document.querySelector('dialog img').naturalWidth > 0")
    visit.settle()
    assert_accessible(page)
    visit.picture("case-photo")
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    page.wait_for_function(
        "() => document.activeElement.dataset.gmPhoto === '2'"
    )  # a dialog tells later that it was closed
    page.locator("[data-gm-photo-lat]").nth(1).click()
    visit.settle()
    page.locator(".gm-photo-pin").nth(1).click()
    expect(viewer.locator("[data-gm-photo-count]")).to_have_text("2 / 2")
    viewer.locator("[data-gm-close]").click()


def test_without_an_account(visit: Visit, photos: list[Path]) -> None:
    page = visit.page
    page.context.clear_cookies()
    visit.go("/report")
    page.locator("[data-gm-photos] input[type=file]").nth(1).set_input_files(photos[0])
    expect(page.locator("#photos")).to_contain_text("拍摄方向：东北 45°")
    page.locator("[data-gm-choose-lon]").click()
    expect(page.locator("#photos")).to_contain_text("距上报位置 0 米")
    assert page.input_value("#lon") == f"{LON:.6f}"
    assert_fits(page)
    assert_accessible(page)
    page.locator("label", has_text="井盖破损").click()
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url("**/report/filed/**")
    expect(page.locator(".gm-photo-list li")).to_have_count(1)
    visit.check()


def test_without_scripts_the_form_files_its_photos(visit: Visit, photos: list[Path]) -> None:
    context = visit.page.context.browser.new_context(java_script_enabled=False) if visit.page.context.browser else None
    assert context
    page = context.new_page()
    page.goto(f"{visit.address}/report")
    page.locator("[data-gm-photos] input[type=file]").nth(1).set_input_files(photos[:2])
    page.locator("label", has_text="井盖破损").click()
    page.get_by_role("button", name="提交", exact=True).click()
    # No place was given; the first photo has one to offer.
    expect(page.locator("#wrong-lon")).to_be_visible()
    page.locator("input[name=place_of]").first.check()
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url("**/report/filed/**")
    expect(page.locator(".gm-photo-list")).to_contain_text("距上报位置 1.3 公里")
    context.close()


def test_what_is_no_photo_is_said(dispatcher: Visit, tmp_path: Path) -> None:
    page = dispatcher.page
    wrong = tmp_path / "文字.jpg"
    wrong.write_text("这不是照片")
    dispatcher.go("/report")
    page.locator("[data-gm-photos] input[type=file]").nth(1).set_input_files(wrong)
    expect(page.locator("#photos [role=alert]")).to_contain_text("文字.jpg")
    assert_accessible(page)
    dispatcher.check()
