"""Sheets of grids: what stands on them, households as they may be told, people, maps, where the list ends."""

import re

import pytest
from sqlalchemy import Engine

from geodata.days import today
from geodata.settings import Settings
from tests.web.conftest import SignIn
from tests.web.drawn_plan import Drawn, insert_drawn
from web.plans.sheets.facts import House, _laid_out, _lines


@pytest.fixture(scope="module")
def drawn(city: Engine, web_settings: Settings) -> Drawn:
    with city.begin() as conn:
        return insert_drawn(conn, today(web_settings.zone))


def test_the_list_leads_to_every_sheet(drawn: Drawn, signed_in: SignIn) -> None:
    browser = signed_in("leader")
    page = browser.get(f"/plans/{drawn.ref}/sheets?version=3&lang=en").text
    links = re.findall(rf'href="(/plans/{drawn.ref}/sheets/\d+\?[^"]+)"', page)
    assert len(links) == 4
    for link in links:
        assert browser.get(link.replace("&amp;", "&")).status_code == 200
    assert page.count("gets its code when it is published") == 2
    assert browser.get(f"/plans/{drawn.ref}/sheets/5?version=3").status_code == 404
    assert browser.get(f"/plans/{drawn.ref}/sheets/0?version=3").status_code == 404


def test_a_sheet_has_its_buildings_people_and_neighbours(drawn: Drawn, signed_in: SignIn) -> None:
    page = signed_in("leader").get(f"/plans/{drawn.ref}/sheets/1?version=1&lang=en").text
    cells = re.findall(
        r'<tr><td class="gm-number">(\d+)</td><td>([^<]+)</td><td class="gm-number">([^<]+)</td><td>([^<]+)</td>', page
    )
    # The three homes of the last building are few; the next smallest number goes with them, or the sum would give them away.
    assert cells == [
        ("1", "0号院 1号楼", "40", "王楼长"), ("2", "0号院 2号楼", "30", "—"), ("3", "1号院 1号楼", "—", "王楼长"), ("4", "1号院 2号楼", "&lt;5", "—"),
    ]  # fmt: skip
    assert "<b>张网格</b>" in page
    assert "150105001018001" in page
    facts = page[page.index("gm-paper-facts") :]
    assert re.search(r"Neighbouring grids</dt><dd>[^<]*东街网格", facts)
    assert not re.search(r"Neighbouring grids</dt><dd>[^<]*满都海公园", facts)


def test_a_new_grid_has_no_code_and_the_worker_of_the_one_before(drawn: Drawn, signed_in: SignIn) -> None:
    page = signed_in("leader").get(f"/plans/{drawn.ref}/sheets/1?version=3&lang=en").text
    assert "gets its code when it is published" in page
    assert "张网格 is suggested" in page
    assert "draft, not in force" in page


def test_the_map_is_drawn_to_scale(drawn: Drawn, signed_in: SignIn) -> None:
    page = signed_in("leader").get(f"/plans/{drawn.ref}/sheets/3?version=1&lang=en").text
    scale = int(re.search(r"1:([\d,]+)", page)[1].replace(",", ""))  # type: ignore[index]
    outline = re.search(r'class="gm-pm-outline" d="([^"]+)"', page)
    assert outline
    xs = [float(x) for x in re.findall(r"[ML]([\d.]+) ", outline[1])]
    # A hundredth of a degree of longitude at 40.8 degrees north is 844 m.
    assert (max(xs) - min(xs)) * scale / 1000 == pytest.approx(843.9, abs=2)


def test_a_grid_without_buildings_says_so(drawn: Drawn, signed_in: SignIn) -> None:
    assert (
        "There is no building in this grid"
        in signed_in("leader").get(f"/plans/{drawn.ref}/sheets/3?version=1&lang=en").text
    )


@pytest.mark.parametrize("count", [0, 1, 12, 13, 24, 25, 80, 400])
def test_every_building_has_a_line_and_columns_fit_their_page(count: int) -> None:
    houses = [House(number, "很长的小区名称甲乙丙丁 12号楼", "40", "张三、李四、王五、赵六") for number in range(count)]
    columns, pages, lines = _laid_out(houses, 215)
    told = [house for page in [columns, *pages] for column in page for house in column]
    assert told == houses
    assert 90 + lines * 4.5 <= 215
    assert all(30 + sum(_lines(house, 3) for house in column) * 4.5 <= 277 for page in pages for column in page)


def test_all_sheets_are_one_page_each(drawn: Drawn, signed_in: SignIn) -> None:
    browser = signed_in("leader")
    page = browser.get(f"/plans/{drawn.ref}/sheets/all?version=3&lang=en").text
    assert page.count('<article class="gm-paper"') == 4
    assert page.count('style="') == 0
    assert browser.get(f"/plans/{drawn.ref}/sheets/all?version=3&start=4").status_code == 404
