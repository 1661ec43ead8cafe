"""The coverage page: figures against what was loaded, their lists, scope, few homes, old figures."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, select, text, update

from geodata.coverage.findings import finding_counts
from geodata.coverage.freshness import fact_of
from geodata.coverage.renewal import DAYS_KEPT, renew_coverage, renew_findings
from geodata.jobs.coverage import KIND
from geodata.jobs.runner import Runner
from geodata.scope import EVERYTHING
from geodata.settings import Settings
from geodata.tables import building, fact, grid, household, job
from tests.geodata.cities import (
    COMMUNITY,
    SIDE,
    SOUTH,
    WEST,
    insert_building,
    insert_grid,
    insert_household,
    insert_post,
    middle_of,
)
from tests.web.conftest import SignIn


def homes(conn: Any, code: str, count: int, lon: float, lat: float) -> None:
    key = insert_building(conn, code, lon, lat)
    for number in range(count):
        insert_household(conn, f"{code}-{number}", key)


@pytest.fixture(scope="module")
def derived(city: Engine, web_settings: Settings) -> Engine:
    """350 homes in grid e, 3 in f, 1 in nobody's, an extra grid over the half of c, workers in e and f."""
    with city.begin() as conn:
        ground = text("ST_Multi(ST_MakeEnvelope(111.70, 40.80, 111.73, 40.83, 4326))")
        conn.execute(text("UPDATE division SET geom = ST_Multi(ST_MakeEnvelope(111.70, 40.80, 111.73, 40.83, 4326)) WHERE code = :code"), {"code": COMMUNITY})  # fmt: skip
        assert ground is not None
        homes(conn, "tower", 350, *middle_of("e"))
        homes(conn, "villa", 3, *middle_of("f"))
        homes(conn, "lost", 1, WEST - 3 * SIDE, SOUTH)
        insert_grid(conn, "x", WEST + 2.5 * SIDE, SOUTH)
        insert_post(conn, "张网格", "grid_worker", area_code="e")
        insert_post(conn, "李网格", "grid_worker", area_code="f", valid="[2020-01-01,2021-01-01)")
        conn.execute(update(grid).where(grid.c.code == "i").values(kind="special"))
        renew_coverage(conn, web_settings)
    return city


def figures(page: str) -> dict[str, str]:
    """Words of each figure to its number."""
    found = re.findall(r'gm-figure-main"[^>]*><b[^>]*>([^<]+)</b><span>([^<]+)</span>', page)
    return {words: number for number, words in found}


def test_figures_are_those_of_the_layers(derived: Engine, signed_in: SignIn) -> None:
    page = signed_in("leader").get("/coverage?lang=en").text
    found = figures(page)
    assert found["households in 10 grids"] == "353"
    assert found["general grids below 300 households"] == "8"
    assert found["general grids above 500 households"] == "0"
    assert found["grids without any household"] == "8"
    assert found["grids without a worker"] == "9"
    assert found["Buildings in no grid · &lt;5 households"] == "1"
    assert found["Buildings in several grids"] == "0"
    assert found["Gaps"] == "0"
    overlap = next(words for words in found if words.startswith("Overlaps"))
    assert re.fullmatch(r"Overlaps · 46\d,\d{3} m²", overlap)
    assert next(words for words in found if words.startswith("Beyond the community")) == overlap.replace("Overlaps", "Beyond the community")  # fmt: skip


def test_every_figure_leads_to_a_list_of_that_length(derived: Engine, signed_in: SignIn) -> None:
    browser = signed_in("leader")
    page = browser.get("/coverage?lang=en").text
    links = re.findall(r'gm-figure-main" href="([^"]+)"><b[^>]*>([^<]+)</b>', page)
    assert len(links) == 10
    for address, number in links[1:]:
        listed = browser.get(address.replace("&amp;", "&")).text
        assert listed.count('class="gm-row-link"') == int(number), address
    bars = re.findall(r'<a href="(/coverage/grids[^"]+)" aria-label="[^"]*: (\d+) grids"', page)
    assert sum(int(number) for _, number in bars) == 9
    for address, number in bars:
        listed = browser.get(address.replace("&amp;", "&")).text
        assert listed.count('class="gm-row-link"') == int(number), address


def test_few_homes_are_not_told_nor_given_away(derived: Engine, signed_in: SignIn) -> None:
    page = signed_in("leader").get("/coverage/grids").text.partition("<tbody>")[2]
    row = page[page.index("f 网格") :].split("</tr>")[0]
    assert "&lt;5" in row
    # The community's sum is told, so the only other number must not be: 353 less 350 would be 3.
    row = page[page.index("e 网格") :].split("</tr>")[0]
    assert "—" in row
    assert "350" not in row
    assert "&lt;5" in signed_in("leader").get("/coverage/findings?kind=building_in_none").text
    # Nor do the grid's own figures or list tell it.
    alone = signed_in("leader").get("/coverage/grids?area=e").text.partition("<tbody>")[2]
    assert "—" in alone
    assert "350" not in alone
    assert figures(signed_in("leader").get("/coverage?area=e&lang=en").text)["households in 1 grids"] == "—"
    assert figures(signed_in("leader").get("/coverage?area=f&lang=zh").text)["户，分属 1 个网格"] == "&lt;5"
    # Nor can it be found by asking for ever narrower ranges: they are those of the bars.
    narrow = signed_in("leader").get("/coverage/grids?low=351&high=360").text
    assert narrow.count('class="gm-row-link"') == 1


def test_one_sees_the_own_area_only(derived: Engine, signed_in: SignIn) -> None:
    browser = signed_in("grid_worker")
    found = figures(browser.get("/coverage?lang=en").text)
    assert found["households in 1 grids"] == "350"
    assert all(number == "0" for words, number in found.items() if "grids" not in words or "Buildings" in words)
    assert browser.get("/coverage/grids").text.count('class="gm-row-link"') == 1
    assert browser.get("/coverage/findings").text.count('class="gm-row-link"') == 0
    assert browser.get("/coverage/shapes.json").json["features"] == []
    sizes = browser.get("/coverage/sizes.json").json
    assert sum(len(ids) for ids in [*sizes["classes"], sizes["hatched"]]) == 1
    assert figures(browser.get("/coverage?lang=en&area=a").text) == {
        **dict.fromkeys(("Gaps", "Overlaps", "Beyond the community", "Buildings in no grid", "Buildings in several grids"), "0")
    }  # fmt: skip


def test_the_map_has_the_findings_and_the_classes(derived: Engine, signed_in: SignIn) -> None:
    browser = signed_in("leader")
    assert browser.get("/coverage/map").status_code == 200
    shapes = browser.get("/coverage/shapes.json?lang=en").json["features"]
    assert [each["properties"]["kind"] for each in shapes] == ["overlap", "outside"]
    assert shapes[0]["properties"]["words"][:2] == ["Overlaps", "c · x"]
    houses = browser.get("/coverage/shapes.json?kind=building_in_none").json["features"]
    assert [each["geometry"]["type"] for each in houses] == ["MultiPolygon"]
    sizes = browser.get("/coverage/sizes.json").json
    assert [len(ids) for ids in sizes["classes"]] == [8, 1, 0]
    assert len(sizes["hatched"]) == 1


def test_addresses_that_make_no_sense(derived: Engine, signed_in: SignIn) -> None:
    browser = signed_in("leader")
    assert browser.get("/coverage/findings?kind=nothing").status_code == 422
    assert browser.get("/coverage/grids?start=-1&low=a&high=99999999999999999999999&size=x&lacks=y").status_code == 200
    assert "没有正在使用的网格" in browser.get("/coverage?area=999999").text
    assert browser.get("/coverage/findings?cursor=99999999999999999999").status_code == 200


def test_old_figures_say_so_and_are_made_anew(derived: Engine, signed_in: SignIn, web_settings: Settings) -> None:
    browser = signed_in("leader")
    fresh = browser.get("/coverage/state")
    assert fresh.headers["HX-Refresh"] == "true"
    assert "hx-get" not in fresh.text
    with derived.begin() as conn:
        conn.execute(update(grid).where(grid.c.code == "g").values(name="新名"))
    page = browser.get("/coverage").text
    assert "图层已更新" in page
    assert 'hx-get="/coverage/state"' in page
    for _ in range(2):
        answer = browser.get("/coverage/state")
        assert 'hx-trigger="every 2s"' in answer.text
        assert "HX-Refresh" not in answer.headers
    with derived.begin() as conn:
        assert conn.execute(select(job.c.state).where(job.c.kind == KIND)).scalars().all() == ["waiting"]
        renew_coverage(conn, web_settings)
        conn.execute(delete(job))
    assert browser.get("/coverage/state").headers["HX-Refresh"] == "true"


def test_a_failed_renewal_is_told_and_not_waited_for(
    derived: Engine, signed_in: SignIn, web_settings: Settings
) -> None:
    with derived.begin() as conn:
        conn.execute(update(grid).where(grid.c.code == "g").values(name="更新名"))
        conn.execute(job.insert().values(kind=KIND, state="failed", finished_at=text("now()")))
    page = signed_in("leader").get("/coverage").text
    assert 'hx-get="/coverage/state"' not in page
    assert 'role="alert"' in page
    with derived.begin() as conn:
        conn.execute(delete(job))
        renew_coverage(conn, web_settings)


def test_without_any_household_the_stated_ones_count(
    derived: Engine, signed_in: SignIn, web_settings: Settings
) -> None:
    with derived.begin() as conn:
        for table in (household, building, fact):
            conn.execute(delete(table))
        conn.execute(update(grid).where(grid.c.code == "a").values(households=400))
        renew_coverage(conn, web_settings)
    found = figures(signed_in("leader").get("/coverage?lang=en").text)
    assert found["households in 10 grids"] == "400"


def test_findings_of_another_day_are_derived_when_somebody_asks(
    derived: Engine, signed_in: SignIn, web_settings: Settings
) -> None:
    with derived.begin() as conn:
        conn.execute(update(grid).where(grid.c.code == "x").values(valid=func.daterange(date(2026, 1, 1), None)))
        conn.execute(delete(job))
    browser, at = signed_in("leader"), "at=2025-06-01&lang=en"
    page = browser.get(f"/coverage/findings?{at}").text
    # The page asks by itself.
    assert re.search(r'hx-get="/coverage/state\?at=2025-06-01"', page)
    assert "Nothing found" not in page
    for _ in range(2):
        assert "The grids of 2025-06-01 are being checked" in browser.get(f"/coverage/state?{at}").text
    with derived.connect() as conn:
        assert conn.execute(select(job.c.kind, job.c.arguments)).all() == [("coverage_of_a_day", {"day": "2025-06-01"})]
    assert Runner(derived, web_settings).run_one()
    assert browser.get(f"/coverage/state?{at}").headers["HX-Refresh"] == "true"
    for query in (at, "lang=en"):
        told = figures(browser.get(f"/coverage?{query}").text)
        [gaps] = [number for words, number in told.items() if words.startswith("Gaps")]
        assert browser.get(f"/coverage/findings?kind=gap&{query}").text.count('class="gm-row-link"') == int(gaps)
    then, now = (browser.get(f"/coverage/shapes.json?{query}").json["features"] for query in (at, ""))

    def names_x(features: list[Any]) -> bool:
        return any("x" in line.split(" · ") for each in features for line in each["properties"]["words"])

    assert (names_x(then), names_x(now)) == (False, True)
    # Today's stay when other days come and go.
    with derived.begin() as conn:
        before = finding_counts(conn, EVERYTHING)
        for number in range(DAYS_KEPT + 1):
            renew_findings(conn, web_settings, date(2025, 7, 1) + timedelta(days=number))
            conn.execute(text("UPDATE fact SET value = jsonb_set(value, '{at}', to_jsonb('2026-01-01T00:00:' || lpad(CAST(:n AS text), 2, '0'))) WHERE name = :name"), {
                "n": number, "name": fact_of(date(2025, 7, 1) + timedelta(days=number)),
            })  # fmt: skip
        assert finding_counts(conn, EVERYTHING) == before
        noted = select(fact.c.name).where(fact.c.name.startswith("coverage of "))
        days = set(conn.scalars(noted))
        assert fact_of(date(2025, 7, 1) + timedelta(days=DAYS_KEPT)) in days
        assert len(days) == DAYS_KEPT
        renew_coverage(conn, web_settings)
        assert set(conn.scalars(noted)) == days
