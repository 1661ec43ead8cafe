"""Comparing versions of a plan: figures against SQL by hand, small counts, files, maps, side by side."""

import csv
import io
import json
import re
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import numpy as np
import openpyxl
import pytest
import shapely
from sqlalchemy import Engine, text

from geodata.days import today
from geodata.plans.listing import add_plan
from geodata.plans.versions import PlanVersion, add_version
from geodata.settings import Settings
from tests.geodata.cities import COMMUNITY, insert_other_district
from tests.web.conftest import SignIn
from tests.web.drawn_plan import Drawn, insert_drawn, place_of
from tests.web.planned import insert_plan

ONE, TWO = f"{COMMUNITY}001", f"{COMMUNITY}002"


@pytest.fixture(scope="module")
def drawn(city: Engine, web_settings: Settings) -> Drawn:
    with city.begin() as conn:
        return insert_drawn(conn, today(web_settings.zone))


def table_of(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def exported(browser: Any, drawn: Drawn, table: str, one: int, other: int, kind: str = "csv") -> Any:
    return browser.get(f"/plans/{drawn.ref}/compare/{table}/{kind}?from={one}&to={other}&lang=en")


def test_totals_are_those_of_the_database(drawn: Drawn, city: Engine, signed_in: SignIn) -> None:
    rows = table_of(exported(signed_in("leader"), drawn, "totals", 1, 2).data)
    found = {row[0]: row[1:] for row in rows[1:]}
    with city.connect() as conn:
        counted = conn.execute(
            text(
                """
                SELECT count(h.id), count(h.id) FILTER (WHERE p.unit = 1), count(DISTINCT p.building_id), count(DISTINCT p.building_id) FILTER (WHERE p.unit = 1),
                    count(h.id) FILTER (WHERE h.care_groups <> '{}'), count(h.id) FILTER (WHERE h.care_groups <> '{}' AND p.unit = 1)
                FROM plan_building p LEFT JOIN household h ON h.building_id = p.building_id WHERE p.plan_id = :plan
                """
            ),
            {"plan": drawn.id},
        ).one()
        cases = conn.execute(
            text(
                """
                SELECT count(*), count(*) FILTER (WHERE u.number = 1) FROM report r JOIN plan_unit u ON ST_Covers(u.geom, r.geom)
                WHERE u.plan_id = :plan AND (r.occurred_at AT TIME ZONE 'Asia/Shanghai')::date >= (now() AT TIME ZONE 'Asia/Shanghai')::date - 365
                    AND (r.occurred_at AT TIME ZONE 'Asia/Shanghai')::date < (now() AT TIME ZONE 'Asia/Shanghai')::date
                """
            ),
            {"plan": drawn.id},
        ).one()
    assert [*counted] == [149, 23, 6, 2, 16, 3]
    assert [*cases] == [9, 4]
    assert found["Households"][:2] == ["149", "23"]
    assert found["Key households"] == ["16", "—", "—"]
    assert found["Buildings"] == ["6", "2", "0.3333"]
    assert found["Cases"][:2] == ["9", "4"]
    assert found["Grid workers"][:2] == ["2", "0"]
    assert found["Building heads"][:2] == ["2", "1"]
    assert found["Building heads whose buildings come into several grids"][:2] == ["2", "1"]


def test_what_becomes_of_grids(drawn: Drawn, signed_in: SignIn) -> None:
    changed = table_of(exported(signed_in("leader"), drawn, "grids", 1, 2).data)
    assert [(row[0][-3:], row[1]) for row in changed[1:]] == [("001", "changed"), ("002", "changed"), ("009", "kept")]
    split = table_of(exported(signed_in("leader"), drawn, "grids", 1, 3).data)
    fates = {row[3] or row[2]: row[1] for row in split[1:]}
    assert (
        fates == {"富邦小区网格": "split", "'=东街西网格": "split", "东街网格": "kept", "满都海公园网格": "kept"}
        or len(split) == 6
    )


def test_fresh_codes_are_new_and_stay_in_the_next_version(drawn: Drawn, signed_in: SignIn) -> None:
    browser = signed_in("leader")
    codes = [row[0] for row in table_of(exported(browser, drawn, "grids", 1, 3).data)[1:]]
    assert len(codes) == len(set(codes)) == 5
    assert {ONE, TWO} < set(codes)
    back = table_of(exported(browser, drawn, "grids", 3, 3).data)
    assert {row[1] for row in back[1:]} == {"kept"}
    assert len(back) == 5


def test_small_counts_of_people_are_not_told(drawn: Drawn, signed_in: SignIn) -> None:
    browser = signed_in("leader")
    moved = table_of(exported(browser, drawn, "buildings", 1, 2).data)
    assert [(row[0], row[2]) for row in moved[1:]] == [("1号楼", "1号院"), ("2号楼", "1号院")]
    households = moved[0].index("Households")
    assert [row[households] for row in moved[1:]] == ["—", "—"]
    pairs = table_of(exported(browser, drawn, "lineage", 1, 2).data)
    key = pairs[0].index("Key households")
    assert "3" not in {row[key] for row in pairs[1:]}
    page = browser.get(f"/plans/{drawn.ref}/compare?from=1&to=2&part=buildings&lang=en").text
    rows = re.findall(r'<td class="gm-number">([^<]+)</td>', page[page.index("gm-plan-table") :])
    assert rows == ["—", "—", "1", "—", "—", "0"]


def test_the_ground_that_moves_as_geojson(drawn: Drawn, signed_in: SignIn) -> None:
    answer = exported(signed_in("leader"), drawn, "moves", 1, 2, "geojson")
    assert answer.mimetype == "application/geo+json"
    assert ".geojson" in answer.headers["Content-Disposition"]
    [feature] = answer.json["features"]
    assert shapely.equals(
        shapely.from_geojson(json.dumps(feature["geometry"])).normalize(), shapely.box(111.71, 40.80, 111.72, 40.81)
    )
    assert feature["properties"]["households"] == 23
    assert feature["properties"]["key_households"] is None
    assert (feature["properties"]["old_code"], feature["properties"]["new_code"]) == (ONE, TWO)


def test_files_are_safe_in_spreadsheets(drawn: Drawn, signed_in: SignIn) -> None:
    browser = signed_in("leader")
    answer = exported(browser, drawn, "grids", 1, 3, "excel")
    cells = [cell.value for row in openpyxl.load_workbook(io.BytesIO(answer.data)).active for cell in row]
    assert "'=东街西网格" in cells
    assert "=东街西网格" not in cells
    assert re.search(
        r"-1-3-What%20becomes%20of%20the%20grids-\d{4}-\d\d-\d\d\.xlsx", answer.headers["Content-Disposition"]
    )
    assert exported(browser, drawn, "grids", 1, 3, "pdf").status_code == 422
    assert exported(browser, drawn, "people", 1, 3).status_code == 404


def test_files_are_for_those_who_may_export(drawn: Drawn, signed_in: SignIn) -> None:
    browser = signed_in("approver")
    assert exported(browser, drawn, "grids", 1, 2).status_code == 403
    page = browser.get(f"/plans/{drawn.ref}/compare?from=1&to=2&lang=en").text
    assert "As a file" not in page
    assert "Changing hands" in page


def test_the_map_has_what_moves(drawn: Drawn, signed_in: SignIn) -> None:
    found = signed_in("leader").get(f"/plans/{drawn.ref}/compare/map.json?from=1&to=2&lang=en").json
    assert [len(found[name]) for name in ("old", "new", "moves", "buildings")] == [3, 3, 1, 2]
    lon, lat = place_of(1)
    assert all(abs(each["at"][0] - lat) < 1e-5 and abs(each["at"][1] - lon) < 0.001 for each in found["buildings"])
    assert found["moves"][0]["properties"]["words"] == ["富邦小区网格 → 东街网格", "2 buildings", "23 households"]


def test_a_version_beside_itself_says_so(drawn: Drawn, signed_in: SignIn) -> None:
    browser = signed_in("leader")
    assert "does not differ from itself" in browser.get(f"/plans/{drawn.ref}/compare?from=2&to=2&lang=en").text
    assert "the same version" in browser.get(f"/plans/{drawn.ref}/beside?left=2&right=2&lang=en").text
    assert browser.get(f"/plans/{drawn.ref}/compare?from=1&to=9").status_code == 404


def test_units_in_no_grid_are_told_as_such(drawn: Drawn, signed_in: SignIn) -> None:
    browser = signed_in("leader")
    pairs = table_of(exported(browser, drawn, "lineage", 1, 4).data)
    assert [ONE, "富邦小区网格", "", ""] in [row[:4] for row in pairs[1:]]
    assert "no grid" in browser.get(f"/plans/{drawn.ref}/compare?from=1&to=4&part=lineage&lang=en").text
    beside = browser.get(f"/plans/{drawn.ref}/beside?left=1&right=4&lang=en").text
    assert re.search(r"Units in no grid</th><td[^>]*>0</td><td[^>]*>1</td><td[^>]*>\+1</td>", beside)


def test_a_version_without_grids_is_no_trouble(drawn: Drawn, city: Engine, signed_in: SignIn) -> None:
    with city.begin() as conn:
        add_version(conn, drawn.id, PlanVersion(9, 4, np.full(4, -1, dtype=np.int32), (), "drawn"))
    browser = signed_in("leader")
    for one, other in ((1, 9), (9, 1)):
        assert browser.get(f"/plans/{drawn.ref}/compare?from={one}&to={other}").status_code == 200
        assert browser.get(f"/plans/{drawn.ref}/compare/map.json?from={one}&to={other}").status_code == 200
        assert browser.get(f"/plans/{drawn.ref}/replay?beside={one}&version={other}").status_code == 200
        assert browser.get(f"/plans/{drawn.ref}/beside?left={one}&right={other}").status_code == 200
        assert browser.get(f"/plans/{drawn.ref}/beside/grids.json?left={one}&right={other}").status_code == 200
    assert "has no grids yet" in browser.get(f"/plans/{drawn.ref}/sheets?version=9&lang=en").text
    assert browser.get(f"/plans/{drawn.ref}/sheets/all?version=9").status_code == 404


def test_a_plan_without_ground_leads_to_its_making(drawn: Drawn, city: Engine, signed_in: SignIn) -> None:
    with city.begin() as conn:
        row = add_plan(conn, "新方案", COMMUNITY, target=400, lower=300, upper=500, account_id=None)
    browser = signed_in("leader")
    for part in ("compare", "replay", "beside", "sheets", "sheets/1", "sheets/all"):
        answer = browser.get(f"/plans/{row.ref}/{part}")
        assert (answer.status_code, answer.location) == (302, f"/plans/{row.ref}/making")


def test_another_plan_of_the_area_beside(drawn: Drawn, city: Engine, web_settings: Settings, signed_in: SignIn) -> None:
    with city.begin() as conn:
        other = insert_plan(conn, name="备选方案")
        insert_other_district(conn)
        foreign = insert_plan(conn, area="150102", name="别处")
    browser = signed_in("leader")
    page = browser.get(f"/plans/{drawn.ref}/beside?left=2&right={other}:1&lang=en").text
    assert "备选方案 · Version 1: the present grids" in page
    found = browser.get(f"/plans/{drawn.ref}/beside/grids.json?left=2&right={other}:1").json
    assert len(found["left"]) == len(found["right"]) == 3
    assert sorted(found["pairs"]) == [[0, 0], [1, 0], [1, 1], [2, 2]]
    refused = browser.get(f"/plans/{drawn.ref}/beside?left=2&right={foreign}:1&lang=zh")
    assert (refused.status_code, "不属于同一范围" in refused.text) == (422, True)
    assert browser.get(f"/plans/{drawn.ref}/beside?left=2&right={uuid4()}:1").status_code == 404
    secretary = signed_in("community_secretary")
    assert secretary.get(f"/plans/{drawn.ref}/beside?left=2&right={other}:1").status_code == 200
    for part in ("beside", "beside/grids.json"):
        assert secretary.get(f"/plans/{drawn.ref}/{part}?left=2&right={foreign}:1").status_code == 404
    assert "不属于" not in browser.get(f"/plans/{drawn.ref}/beside?left=x&right=:&lang=zh").text


def test_neighbours_have_other_colours_and_the_same_grid_the_same(drawn: Drawn, signed_in: SignIn) -> None:
    found = signed_in("leader").get(f"/plans/{drawn.ref}/beside/grids.json?left=1&right=3").json
    colours = {side: [each["properties"]["colour"] for each in found[side]] for side in ("left", "right")}
    assert all(one != other for side in colours.values() for one, other in pairwise(side))
    assert colours["left"][1:] == colours["right"][2:]


def test_the_year_ends_yesterday(drawn: Drawn, web_settings: Settings, signed_in: SignIn) -> None:
    page = signed_in("leader").get(f"/plans/{drawn.ref}/replay?version=2&lang=en").text
    day = today(web_settings.zone)
    assert f"from {day - timedelta(days=365)} to {day - timedelta(days=1)}" in page
