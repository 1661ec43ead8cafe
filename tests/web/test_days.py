"""``at=`` everywhere: every page, tile and answer that shows grids is that of the day it is asked for."""

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select, text, update

from geodata.coverage.figures import grid_sizes
from geodata.coverage.renewal import renew_coverage
from geodata.days import today
from geodata.scope import EVERYTHING
from geodata.settings import Settings
from geodata.tables import building, compound, division, division_former, grid, owner, service_point
from tests.geodata.cities import (
    COMMUNITY,
    SIDE,
    SOUTH,
    WEST,
    insert_building,
    insert_compound,
    insert_grid,
    insert_service_point,
    middle_of,
)
from tests.web.case_reports import file_case
from tests.web.conftest import SignIn, sign_in
from web.days import DATED

#: Grid e gave way to the grids e and late on this day.
CHANGE = date(2026, 3, 1)
BEFORE_DAY = CHANGE - timedelta(days=1)
BEFORE, AFTER = "2026-02-28", "2026-03-01"


@pytest.fixture(scope="module", autouse=True)
def editions(city: Engine, web_settings: Settings) -> None:
    with city.begin() as conn:
        file_case(conn, web_settings, "e")
        insert_building(conn, "b1", *middle_of("e"))
        insert_compound(conn, "c1", *middle_of("e"))
        insert_service_point(conn, "s1", *middle_of("e"))
        ended = func.daterange(None, CHANGE)
        conn.execute(update(grid).where(grid.c.code == "e").values(valid=ended, name="e 旧网格"))
        insert_grid(conn, "e", WEST + SIDE, SOUTH + SIDE, side=SIDE, valid="[2026-03-01,)", name="e 新网格")
        conn.execute(text("UPDATE grid SET geom = ST_Multi(ST_MakeEnvelope(:w, :s, :e, :n, 4326)) WHERE name = 'e 新网格'"), {
            "w": WEST + SIDE, "s": SOUTH + SIDE, "e": WEST + 1.6 * SIDE, "n": SOUTH + 2 * SIDE,
        })  # fmt: skip
        key = insert_grid(conn, "late", WEST + 1.6 * SIDE, SOUTH + SIDE, side=0.4 * SIDE, valid="[2026-03-01,)")
        conn.execute(text("UPDATE grid SET geom = ST_Multi(ST_MakeEnvelope(:w, :s, :e, :n, 4326)) WHERE id = :key"), {
            "w": WEST + 1.6 * SIDE, "s": SOUTH + SIDE, "e": WEST + 2 * SIDE, "n": SOUTH + 2 * SIDE, "key": key,
        })  # fmt: skip


#: What each dated route needs beside the day, and what shows in its answer on the days before and after (nothing: only that it answers).
PLACE = f"lon={WEST + 1.9 * SIDE}&lat={SOUTH + 1.5 * SIDE}"
ASKED: dict[str, tuple[str, str, str]] = {
    "api.grids": ("/api/v1/grids?", "e 旧网格", "e 新网格"),
    "api.grid": ("/api/v1/grids/e?", "e 旧网格", "e 新网格"),
    "api.lineage": ("/api/v1/grids/e/lineage?", "", ""),
    "api.locate": (f"/api/v1/locate?{PLACE}&", '"code":"e"', '"code":"late"'),
    "areas.index": ("/areas?q=e&", "e 旧网格", "e 新网格"),
    "coverage.grids": ("/coverage/grids?", "e 旧网格", "e 新网格"),
    "coverage.index": ("/coverage?area=e&", "e 旧网格", "e 新网格"),
    "coverage.on_map": (
        "/coverage/map?",
        f"grids/{{z}}/{{x}}/{{y}}.mvt?at={BEFORE}",
        f"grids/{{z}}/{{x}}/{{y}}.mvt?at={AFTER}",
    ),
    "coverage.findings": ("/coverage/findings?", "", ""),
    "coverage.shapes": ("/coverage/shapes.json?", "", ""),
    "coverage.sizes": ("/coverage/sizes.json?", "", ""),
    "coverage.state": ("/coverage/state?", "", ""),
    "data.grid": ("/data/grids/e?", "e 旧网格", "e 新网格"),
    "data.grids": ("/data/grids?", "e 旧网格", "e 新网格"),
    "figures.export": ("/figures/areas/csv?", "", ""),
    "figures.index": ("/figures?area=e&period=all&", "e 旧网格", "e 新网格"),
    "heat.figures": ("/heat/figures?area=e&", "", ""),
    "heat.grids": ("/heat/grids.json?measure=count&", "", ""),
    "heat.index": ("/heat?area=e&measure=count&", f"at={BEFORE}", f"at={AFTER}"),
    "heat.latest": (f"/heat/list?{PLACE}&period=all&", "e 旧网格", "late 网格"),
    "map_page.building": ("/map/buildings/{building}?", "", ""),
    "map_page.card": (f"/map/card?{PLACE}&", "e 旧网格", "late 网格"),
    "map_page.compound": ("/map/compounds/{compound}?", "", ""),
    "map_page.grid": ("/map/grids/e?", "e 旧网格", "e 新网格"),
    "map_page.index": ("/map?grid=e&", f"at={BEFORE}", f"at={AFTER}"),
    "map_page.search": ("/map/search?q=e&", "e 旧网格", "e 新网格"),
    "map_page.service": ("/map/services/{service}?", "", ""),
    "tiles.vector": ("/tiles/grids/14/13274/6157.mvt?", "", ""),
}


@pytest.fixture(scope="module")
def reader(app: Flask, account_named: Callable[[str], str]) -> FlaskClient:
    """An administrator, signed in once for all questions."""
    browser = app.test_client()
    assert sign_in(browser, account_named("admin")).status_code == 302
    return browser


@pytest.fixture(scope="module")
def things(city: Engine, editions: None) -> dict[str, str]:
    """References of a thing of each kind that has a card."""
    with city.connect() as conn:
        tables = ((building, "building"), (compound, "compound"), (service_point, "service"))
        return {name: str(conn.scalar(select(table.c.ref).limit(1))) for table, name in tables}


def test_every_dated_route_is_walked(app: Flask) -> None:
    assert set(ASKED) == DATED
    assert set(app.view_functions) >= DATED


@pytest.mark.parametrize("endpoint", [name for name, (_, old, _) in ASKED.items() if old])
def test_the_day_decides_what_is_shown(reader: FlaskClient, endpoint: str) -> None:
    address, old, new = ASKED[endpoint]
    shown = {
        day: reader.get(f"{address}at={day}").get_data(as_text=True).replace('": ', '":') for day in (BEFORE, AFTER)
    }
    assert old in shown[BEFORE]
    assert new not in shown[BEFORE]
    assert new in shown[AFTER]
    assert old not in shown[AFTER]
    assert (
        new
        in reader.get(address + "x=" if "/api/" not in address else address).get_data(as_text=True).replace('": ', '":')
        or "at=" in new
    )


@pytest.mark.parametrize("value", ["yesterday", "1850-01-01", "1989-12-31", "2999-12-31"])
def test_a_day_that_is_none_or_out_of_range_is_told(reader: FlaskClient, things: dict[str, str], value: str) -> None:
    for endpoint, (address, _, _) in ASKED.items():
        answer = reader.get(f"{address.format(**things)}at={value}", headers={"Accept": "application/json"})
        assert answer.status_code == 422, endpoint
        assert answer.json["error"]["code"] == ("day_out_of_range" if value[:2] in ("19", "29") else "bad_day"), (
            endpoint
        )
        assert answer.json["error"]["field"] == "at"
        assert reader.get(f"{address.format(**things)}at={BEFORE}").status_code in (200, 204), endpoint


@pytest.mark.parametrize(
    "address",
    ["/map", "/coverage", "/coverage/grids", "/coverage/map", "/heat", "/figures", "/data/grids", "/data/grids/e"],
)
def test_a_page_of_another_day_says_so_and_leads_back(reader: FlaskClient, address: str) -> None:
    page = reader.get(f"{address}?at={BEFORE}&area=e").text
    assert f"按 {BEFORE} 的网格" in page
    back = re.search(r'<a href="([^"]+)">回到今天</a>', page)
    assert back
    assert back.group(1) == f"{address}?area=e"
    assert "的网格</span>" not in reader.get(back.group(1)).text
    tomorrow = today(ZoneInfo("Asia/Shanghai")) + timedelta(days=1)
    assert f"按 {tomorrow} 的网格" in reader.get(f"{address}?at={tomorrow}").text


def test_what_is_counted_from_the_buildings_of_today_says_so(reader: FlaskClient) -> None:
    for address in ("/coverage", "/coverage/findings", "/coverage/map"):
        assert "按现有楼栋统计" in reader.get(f"{address}?at={BEFORE}").text, address
        assert "按现有楼栋统计" not in reader.get(address).text, address
    assert "楼栋和住户按今天计" in reader.get(f"/map/grids/e?at={BEFORE}").text
    assert "楼栋和住户按今天计" not in reader.get("/map/grids/e").text
    assert f"{BEFORE} 的网格" in _legend(reader.get(f"/map?at={BEFORE}").text)
    assert "现行网格" not in _legend(reader.get(f"/map?at={BEFORE}").text)
    assert "现行网格" in _legend(reader.get("/map").text)


def _legend(page: str) -> str:
    """What the legends of a map are called."""
    return " ".join(json.loads(f'"{title}"') for title in re.findall(r'"title": "([^"]*)"', page))


def test_links_of_a_page_keep_its_day(reader: FlaskClient) -> None:
    page = reader.get(f"/coverage?at={BEFORE}").text
    tabs = re.findall(r'href="(/coverage[^"]*)"', page)
    assert f"/coverage/grids?at={BEFORE}" in tabs
    assert f'name="at" value="{BEFORE}"' in page
    assert 'href="/cases"' in page  # what has no day gets none


def test_only_today_can_be_edited(signed_in: SignIn) -> None:
    page = signed_in("admin").get(f"/data/grids/e?at={BEFORE}").text
    assert re.search(r'<button class="btn btn-primary" type="submit" disabled>', page)
    assert not re.search(
        r'<button class="btn btn-primary" type="submit" disabled>', signed_in("admin").get("/data/grids/e").text
    )


def test_homes_of_an_edition_that_ended_are_counted(city: Engine, web_settings: Settings) -> None:
    with city.begin() as conn:
        renew_coverage(conn, web_settings)
    with city.connect() as conn:
        was, now = (
            {each.code: each.buildings for each in grid_sizes(conn, EVERYTHING, day)} for day in (BEFORE_DAY, CHANGE)
        )
    assert (was["e"], now["e"], now["late"]) == (1, 1, 0)


def test_cases_of_an_earlier_edition_count_for_the_grid_of_the_day(reader: FlaskClient, city: Engine) -> None:
    with city.connect() as conn:
        keys = {row.name: row.id for row in conn.execute(select(grid.c.id, grid.c.name).where(grid.c.code == "e"))}
        owners = set(conn.scalars(select(owner.c.grid_id)))
    assert owners == {keys["e 旧网格"]}
    for day, name in ((BEFORE, "e 旧网格"), (AFTER, "e 新网格")):
        shaded = reader.get(f"/heat/grids.json?measure=count&period=all&at={day}").json
        assert [key for keys_of_class in shaded["classes"] for key in keys_of_class] == [keys[name]]
    assert "井盖" in reader.get("/heat/list?measure=count&period=all&class=0").text
    assert "e 新网格" in reader.get("/heat/figures?period=all").text


@pytest.mark.parametrize(
    "address",
    [
        f"/areas?q={COMMUNITY}", "/map/grids/e", f"/map/card?{PLACE}", "/map/buildings/{building}", "/map/compounds/{compound}",
        "/map/services/{service}", "/map/search?q=%E4%BB%95%E5%A5%87", f"/coverage?area={COMMUNITY}", f"/figures?area={COMMUNITY}&period=all",
        f"/api/v1/locate?{PLACE}",
    ],
)  # fmt: skip
def test_divisions_bear_the_names_of_the_day(
    reader: FlaskClient, city: Engine, things: dict[str, str], address: str
) -> None:
    with city.begin() as conn:
        former = {
            "code": COMMUNITY,
            "kind": "administrative",
            "name": "旧仕奇村",
            "valid": func.daterange(None, CHANGE),
        }
        conn.execute(division_former.insert().values(former))
        conn.execute(update(division).where(division.c.code == COMMUNITY).values(since=CHANGE))
    try:
        address = address.format(**things)
        mark = "&" if "?" in address else "?"
        then, now = (reader.get(f"{address}{mark}at={day}").text for day in (BEFORE, AFTER))
        assert "旧仕奇村" in then
        assert "旧仕奇村" not in now
        assert "仕奇社区" in now
    finally:
        with city.begin() as conn:
            conn.execute(division_former.delete())
            conn.execute(update(division).where(division.c.code == COMMUNITY).values(since=None))
