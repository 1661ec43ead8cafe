"""The page 一张图: search, cards with their links, deep links, what lies outside the area, homes behind a purpose."""

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, text

from geodata.tables import audit_log, building, compound, service_point
from tests.geodata.cities import (
    COMMUNITY,
    insert_body,
    insert_building,
    insert_compound,
    insert_gate,
    insert_grid,
    insert_household,
    insert_post,
    insert_service_point,
    insert_stairwell,
    middle_of,
)
from tests.web.conftest import SignIn, csrf_of

HTMX = {"HX-Request": "true"}
#: Another community's grid, east of the nine; nobody of the roles with an area has it.
FOREIGN = "150105001019"


@pytest.fixture(scope="module", autouse=True)
def things(city: Engine) -> dict[str, UUID]:
    """富邦小区 with 3号楼 and its homes in grid e, a clinic beside it; 外地小区 with a building in a grid of another community."""
    with city.begin() as conn:
        lon, lat = middle_of("e")
        own = insert_compound(conn, "C1", lon, lat, name="富邦小区", name_en="Fubang")
        first = insert_building(conn, "B1", lon, lat, name="3号楼", compound_id=own, floors=6, use="住宅")
        for number in ("1", "2"):
            stairwell = insert_stairwell(conn, first, number)
            for room in range(6):
                insert_household(
                    conn, f"{number}-{room}", first, stairwell_id=stairwell, floor=room + 1, room=f"{room + 1}01",
                    people=3, care_groups=["独居老人-标记"] if room == 0 else [],
                )  # fmt: skip
        insert_gate(conn, "G1", own, lon, lat + 0.002)
        clinic = insert_service_point(
            conn, "S1", lon + 0.003, lat, name="仕奇卫生服务站", phone="0471-123 4567", opening_hours="每日 08:00-18:00"
        )
        insert_body(
            conn, own, "property_company", "祥和物业", contact="张经理", phone="0471-7654321", valid="[2024-01-01,)"
        )
        insert_body(conn, own, "property_company", "旧物业", valid="[2020-01-01,2024-01-01)")
        insert_body(conn, own, "heating", "富泰热力", phone="0471-96999")
        insert_post(conn, "张伟", "grid_worker", area_code="e", phone="138 1111 2222", valid="[2024-01-01,)")
        insert_post(conn, "旧网格员", "grid_worker", area_code="e", valid="[2020-01-01,2024-01-01)")
        insert_post(conn, "李代班", "deputy_worker", area_code="e", valid="[2020-01-01,2099-01-01)")
        insert_post(conn, "王楼长", "building_head", building_id=first, phone="13900000000")
        conn.execute(
            text("INSERT INTO division (code, level, name) VALUES (:code, 'community', '外地社区')"), {"code": FOREIGN}
        )
        insert_grid(conn, "z", 111.76, 40.80)
        conn.execute(text("UPDATE grid SET community_code = :code WHERE code = 'z'"), {"code": FOREIGN})
        lon, lat = 111.765, 40.805
        theirs = insert_compound(conn, "C9", lon, lat, name="外地小区", community_code=FOREIGN)
        foreign = insert_building(conn, "B9", lon, lat, name="外地楼", compound_id=theirs)
        insert_household(conn, "foreign", foreign)
        far = insert_service_point(conn, "S9", lon + 0.003, lat, name="外地服务站")
        return {
            name: conn.scalar(select(table.c.ref).where(table.c.id == key))
            for name, table, key in (
                ("compound", compound, own), ("building", building, first), ("service", service_point, clinic),
                ("foreign_compound", compound, theirs), ("foreign_building", building, foreign), ("foreign_service", service_point, far),
            )
        }  # fmt: skip


@pytest.fixture
def worker(signed_in: SignIn) -> FlaskClient:
    return signed_in("grid_worker")


@pytest.fixture
def leader(signed_in: SignIn, city: Engine) -> FlaskClient:
    return signed_in("leader")


def post(browser: FlaskClient, address: str, **fields: str) -> Any:
    token = csrf_of(browser.get("/map").text)
    return browser.post(address, data={"csrf_token": token, **fields}, headers=HTMX)


def noted(city: Engine) -> list[Any]:
    with city.connect() as conn:
        return list(
            conn.execute(select(audit_log).where(audit_log.c.action.startswith("homes_")).order_by(audit_log.c.id))
        )


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_click_opens_the_most_specific_card(worker: FlaskClient) -> None:
    lon, lat = middle_of("e")
    for dlon, title in ((0.0, "3号楼"), (0.001, "富邦小区"), (0.004, "e 网格")):
        card = worker.get(f"/map/card?lon={lon + dlon}&lat={lat}").text
        assert title in text_of(re.findall(r"<h3.*?</h3>", card, re.S)[0])
    near = f"/map/card?lon={lon + 0.0031}&lat={lat}"
    assert "仕奇卫生服务站" in worker.get(f"{near}&reach_m=20").text
    for reach in ("", "&reach_m=1", "&reach_m=nan", "&reach_m=x", "&reach_m=-5"):
        assert "仕奇卫生服务站" not in worker.get(near + reach).text


def test_the_way_up_leads_from_building_to_community(worker: FlaskClient, things: dict[str, UUID]) -> None:
    card = worker.get(f"/map/buildings/{things['building']}").text
    crumbs = re.findall(r'<ol class="gm-crumbs">.*?</ol>', card, re.S)[0]
    assert re.findall(r'href="([^"]+)"', crumbs) == [
        f"/map?compound={things['compound']}", "/map?grid=e", f"/map?area={COMMUNITY}",
    ]  # fmt: skip
    for link in re.findall(r'hx-get="([^"]+)"', crumbs):
        assert worker.get(link).status_code == 200


def test_the_card_of_a_grid(worker: FlaskClient) -> None:
    page = worker.get("/map/grids/e").text
    card = text_of(page)
    for words in (
        "网格编码",
        "张伟",
        "李代班",
        "至 2098-12-31",
        "富邦小区",
        "户数 12",
        "楼栋 1",
        "近 30 天",
        "近 90 天",
        "近 365 天",
    ):
        assert words in card
    assert 'href="tel:13811112222"' in page
    assert "旧网格员" in card
    assert re.search(r'href="/heat\?area=e&amp;from=[\d-]+"', page)
    assert re.search(r'href="/cases\?area=e&amp;from=[\d-]+"', page)
    assert "本网格目前没有网格员" not in card


def test_a_grid_without_a_worker_says_so(leader: FlaskClient) -> None:
    assert "本网格目前没有网格员" in leader.get("/map/grids/a").text


def test_the_card_of_a_compound_tells_its_other_names(
    worker: FlaskClient, things: dict[str, UUID], city: Engine
) -> None:
    path, names = f"/map/compounds/{things['compound']}", text("UPDATE compound SET aliases = :names WHERE ref = :ref")
    assert "曾用名" not in worker.get(path).text
    with city.begin() as conn:
        conn.execute(names, {"names": ["纺织厂家属院", "三毛宿舍"], "ref": things["compound"]})
    try:
        assert "别名、曾用名 三毛宿舍、纺织厂家属院" in text_of(worker.get(path).text)
    finally:
        with city.begin() as conn:
            conn.execute(names, {"names": [], "ref": things["compound"]})


def test_the_card_of_a_compound(worker: FlaskClient, things: dict[str, UUID]) -> None:
    page = worker.get(f"/map/compounds/{things['compound']}").text
    card = text_of(page)
    for words in (
        "物业服务企业",
        "祥和物业",
        "张经理",
        "供热企业",
        "富泰热力",
        "楼栋长",
        "王楼长",
        "北门",
        "旧物业",
        "户数 12",
        "仕奇社区",
    ):
        assert words in card
    assert 'href="tel:0471-7654321"' in page
    assert f'hx-get="/map/buildings/{things["building"]}"' in page
    assert "Fubang" in worker.get(f"/map/compounds/{things['compound']}?lang=en").text


def test_the_card_of_a_building(worker: FlaskClient, things: dict[str, UUID]) -> None:
    card = text_of(worker.get(f"/map/buildings/{things['building']}").text)
    for words in ("住宅", "层数 6", "王楼长", "1单元 6", "2单元 6", "查看住户"):
        assert words in card


def test_the_card_of_a_service_point(worker: FlaskClient, things: dict[str, UUID]) -> None:
    page = worker.get(f"/map/services/{things['service']}").text
    for words in ("仕奇卫生服务站", "卫生服务站", "每日 08:00-18:00", 'href="tel:0471-1234567"', "e 网格"):
        assert words in page


def test_what_lies_outside_the_area_does_not_exist(
    worker: FlaskClient, leader: FlaskClient, things: dict[str, UUID]
) -> None:
    for path in (
        f"compounds/{things['foreign_compound']}", f"buildings/{things['foreign_building']}",
        f"services/{things['foreign_service']}", "grids/z",
    ):  # fmt: skip
        refused = worker.get(f"/map/{path}", headers=HTMX)
        assert refused.status_code == 404, path
        assert "外地" not in refused.text
        assert "<html" not in refused.text  # words for the panel, no page
        assert leader.get(f"/map/{path}", headers=HTMX).status_code == 200
    for name in ("compound", "building", "service"):
        assert worker.get(f"/map?{name}={things[f'foreign_{name}']}").status_code == 404
        assert worker.get(f"/map?{name}=no-ref").status_code == 404
    assert worker.get("/map?grid=z").status_code == 404


def test_a_click_outside_the_area_is_answered_in_words(worker: FlaskClient) -> None:
    click = worker.get("/map/card?lon=111.765&lat=40.805", headers=HTMX)
    assert click.status_code == 403
    assert "不在您的责任范围内" in click.text
    assert "地图各处都可以浏览" in click.text
    assert "外地" not in click.text
    assert "<html" not in click.text
    assert click.headers["Cache-Control"] == "no-store"


def test_search_groups_by_kind_and_stays_inside_the_area(
    worker: FlaskClient, leader: FlaskClient, things: dict[str, UUID]
) -> None:
    page = worker.get("/map/search", query_string={"q": "富邦小区3号楼"}).text
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", page) == ["楼栋"]
    assert f'hx-get="/map/buildings/{things["building"]}"' in page
    assert f'href="/map?building={things["building"]}"' in page
    assert "富邦小区 · 仕奇社区" in text_of(page)
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", worker.get("/map/search", query_string={"q": "富邦"}).text) == ["小区"]
    for words in ("外地小区", "外地楼", "外地服务站", "z"):
        assert "没有找到" in worker.get("/map/search", query_string={"q": words}).text, words
        assert "没有找到" not in leader.get("/map/search", query_string={"q": words}).text, words


@pytest.mark.parametrize("name", ["compound", "building", "service"])
def test_a_deep_link_opens_the_card_there(worker: FlaskClient, things: dict[str, UUID], name: str) -> None:
    page = worker.get(f"/map?{name}={things[name]}").text
    (card,) = re.findall(r'id="card"[^>]*hx-get="([^"]+)" hx-trigger="load"', page)
    assert worker.get(card).status_code == 200
    (south, west), (north, east) = json.loads(re.findall(r'"opensOn": (\[\[.*?\]\])', page)[0])
    lon, lat = middle_of("e")
    assert south < lat < north
    assert west < lon + 0.003 * (name == "service") < east


def test_deep_links_to_grids_places_and_areas(worker: FlaskClient) -> None:
    lon, lat = middle_of("e")
    assert 'hx-get="/map/grids/e"' in worker.get("/map?grid=e").text
    page = worker.get(f"/map?lon={lon}&lat={lat}").text
    assert f'hx-get="/map/card?lon={lon}&amp;lat={lat}"' in page
    for query in ("lon=200&lat=0", "lon=1", "lon=x&lat=1"):
        assert worker.get(f"/map?{query}").status_code == 422
    assert worker.get(f"/map?area={COMMUNITY}").status_code == 200
    assert '"opensOn": null' in worker.get("/map").text


def test_the_map_opens_on_the_own_area(worker: FlaskClient, leader: FlaskClient) -> None:
    def width(browser: FlaskClient) -> float:
        (_, west), (_, east) = json.loads(re.findall(r'"bounds": (\[\[.*?\]\])', browser.get("/map").text)[0])
        return float(east - west)

    assert width(worker) == pytest.approx(0.01)
    assert width(leader) > 0.03


def test_homes_ask_for_a_purpose_first(worker: FlaskClient, things: dict[str, UUID], city: Engine) -> None:
    before = len(noted(city))
    form = worker.get(f"/map/buildings/{things['building']}/homes", headers=HTMX)
    assert form.headers["Cache-Control"] == "no-store"
    for word in ("入户走访", "案件核实", "应急处置", "信息更新", "其他"):
        assert word in form.text
    assert "标记" not in form.text
    for fields in ({}, {"purpose": "other", "words": "看"}, {"purpose": "curiosity"}):
        again = post(worker, f"/map/buildings/{things['building']}/homes", **fields)
        assert again.status_code == 422
        assert 'role="alert"' in again.text
        assert "标记" not in again.text
    assert len(noted(city)) == before


def test_homes_are_shown_for_a_purpose_and_noted(worker: FlaskClient, things: dict[str, UUID], city: Engine) -> None:
    shown = post(worker, f"/map/buildings/{things['building']}/homes", purpose="home_visit")
    assert shown.status_code == 200
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.text.count("独居老人-标记") == 2
    assert "1单元 (6)" in shown.text
    assert "导出" not in shown.text
    line = noted(city)[-1]
    assert (line.action, line.object, line.purpose, line.detail) == (
        "homes_viewed", str(things["building"]), "home_visit", {"rows": 12},
    )  # fmt: skip
    assert line.account_id is not None
    assert line.request_id


def test_homes_elsewhere_are_not_there(worker: FlaskClient, things: dict[str, UUID], city: Engine) -> None:
    before = len(noted(city))
    address = f"/map/buildings/{things['foreign_building']}/homes"
    assert worker.get(address, headers=HTMX).status_code == 404
    assert post(worker, address, purpose="home_visit").status_code == 404
    assert post(worker, f"{address}.csv", purpose="home_visit").status_code == 404
    assert len(noted(city)) == before


@pytest.mark.parametrize(
    "role", ["leader", "admin", "building_head", "mobile_reporter", "property_company", "unit_handler"]
)
def test_homes_are_not_for_everybody(signed_in: SignIn, things: dict[str, UUID], city: Engine, role: str) -> None:
    browser, before = signed_in(role), len(noted(city))
    address = f"/map/buildings/{things['building']}/homes"
    assert browser.get(address, headers=HTMX).status_code == 403
    assert post(browser, address, purpose="home_visit").status_code == 403
    assert post(browser, f"{address}.csv", purpose="home_visit").status_code == 403
    assert "查看住户" not in browser.get(f"/map/buildings/{things['building']}").text
    assert len(noted(city)) == before


def test_homes_as_a_file_are_noted_as_such(
    signed_in: SignIn, worker: FlaskClient, things: dict[str, UUID], city: Engine
) -> None:
    address = f"/map/buildings/{things['building']}/homes.csv"
    assert post(worker, address, purpose="home_visit").status_code == 403  # a worker looks, but takes nothing away
    secretary = signed_in("community_secretary")
    assert "下载 CSV" in post(secretary, address.removesuffix(".csv"), purpose="update").text
    got = post(secretary, address, purpose="other", words="年度核对名册")
    assert got.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert got.headers["Cache-Control"] == "no-store"
    assert got.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(got.data.decode("utf-8-sig"))))
    assert rows[0] == ["单元", "楼层", "室", "人数", "关爱群体"]
    assert rows[1] == ["1单元", "1", "101", "3", "独居老人-标记"]
    assert len(rows) == 13
    line = noted(city)[-1]
    assert (line.action, line.purpose, line.detail) == ("homes_exported", "other: 年度核对名册", {"rows": 12})


def test_what_cannot_be_noted_is_not_shown(
    signed_in: SignIn, things: dict[str, UUID], city: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    secretary = signed_in("community_secretary")
    with city.begin() as conn:
        conn.execute(text("ALTER TABLE audit_log ADD CONSTRAINT broken CHECK (action NOT LIKE 'homes%') NOT VALID"))
    try:
        for suffix in ("", ".csv"):
            answer = post(secretary, f"/map/buildings/{things['building']}/homes{suffix}", purpose="home_visit")
            assert answer.status_code == 500
            assert "标记" not in answer.text
    finally:
        with city.begin() as conn:
            conn.execute(text("ALTER TABLE audit_log DROP CONSTRAINT broken"))
    assert "标记" not in caplog.text


def test_no_household_stands_in_any_other_answer(
    signed_in: SignIn, bearer: Callable[[str], dict[str, str]], things: dict[str, UUID]
) -> None:
    lon, lat = middle_of("e")
    for role in ("community_secretary", "leader", "admin"):
        browser = signed_in(role)
        for path in (
            "/map", "/map/grids/e", f"/map/compounds/{things['compound']}", f"/map/buildings/{things['building']}",
            f"/map/card?lon={lon}&lat={lat}", "/map/search?q=3号楼", "/tiles/base/16/53111/24674.mvt", "/tiles/services/16/53111/24674.mvt",
            "/api/v1/grids",
        ):  # fmt: skip
            assert "标记" not in browser.get(path).get_data(as_text=False).decode("utf-8", "replace"), path


def test_building_heads_are_volunteers(signed_in: SignIn, things: dict[str, UUID]) -> None:
    """Somebody who sees only own reports gets the worker's number, not the neighbours'."""
    head = signed_in("building_head")
    assert "13811112222" in head.get("/map/grids/e").text
    for path in (f"compounds/{things['compound']}", f"buildings/{things['building']}"):
        assert "王楼长" not in head.get(f"/map/{path}").text


def test_counts_are_for_those_who_may_see_figures(signed_in: SignIn) -> None:
    assert "近 30 天" not in signed_in("building_head").get("/map/grids/e").text
