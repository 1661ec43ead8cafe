"""The queue of addresses and the hotline's desk on the page Data."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from geodata.account_areas import set_areas
from geodata.accounts import add_account
from geodata.actions import file_report
from geodata.settings import Settings
from gridmap.report import ReportDraft
from tests.geodata.cities import (
    COMMUNITY,
    OTHER_COMMUNITY,
    OTHER_WEST,
    SIDE,
    SOUTH,
    insert_building,
    insert_compound,
    insert_other_district,
    insert_post,
    middle_of,
)
from tests.web.conftest import PASSWORD, SignIn, csrf_of, sign_in

HTMX = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def compounds(city: Engine) -> Engine:
    """富邦小区 in e, 康乐小区 in a and in another district; a worker of e and the secretary."""
    with city.begin() as conn:
        insert_other_district(conn)
        for code, name, (lon, lat), community in (
            ("c1", "富邦小区", middle_of("e"), COMMUNITY),
            ("c2", "康乐小区", middle_of("a"), COMMUNITY),
            ("c3", "康乐小区", (OTHER_WEST + SIDE / 2, SOUTH + SIDE / 2), OTHER_COMMUNITY),
        ):
            key = insert_compound(conn, code, lon, lat, name=name, community_code=community)
            insert_building(conn, f"{code}-3", lon, lat, name=f"{name}3号楼", compound_id=key)
        insert_post(conn, "李网格", "grid_worker", area_code="e", phone="13911112222")
        insert_post(conn, "王书记", "community_secretary", area_code=COMMUNITY, phone="13911113333")
        insert_post(conn, "赵楼长", "building_head", area_code="e", phone="13911114444")
    return city


@pytest.fixture
def file(compounds: Engine, web_settings: Settings) -> Callable[..., UUID]:
    """File an order by its address; the queue is empty before."""

    def run(address: str, number: str | None = None, **values: Any) -> UUID:
        with compounds.begin() as conn:
            draft = ReportDraft(category="供热", source="hotline", address_text=address, **values)
            ref = file_report(conn, web_settings, draft, scope="test").ref
            if number:
                conn.execute(
                    text(
                        "INSERT INTO hotline_order SELECT id, :number, now() + interval '1 day' FROM report WHERE ref = :ref"
                    ),
                    {"number": number, "ref": ref},
                )
        return ref

    with compounds.begin() as conn:
        for table in ("address_search", "hotline_order", "compound_alias"):
            conn.execute(text(f"DELETE FROM {table}"))
    return run


def queue(browser: FlaskClient, **query: str) -> str:
    answer = browser.get("/data/addresses", query_string=query)
    assert answer.status_code == 200
    return answer.text


def fields(page: str) -> dict[str, str]:
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("seen", "state")}
    return {"csrf_token": csrf_of(page), **{name: match.group(1) for name, match in found.items() if match}}


def placed(engine: Engine, ref: UUID) -> tuple[Any, ...]:
    query = (
        "SELECT g.code, o.reason, r.placed_by, a.state FROM report r JOIN owner o ON o.report_id = r.id "
        "JOIN address_search a ON a.report_id = r.id LEFT JOIN grid g ON g.id = o.grid_id WHERE r.ref = :ref"
    )
    with engine.connect() as conn:
        return tuple(conn.execute(text(query), {"ref": ref}).one())


def test_an_empty_queue_says_so(signed_in: SignIn, file: Callable[..., UUID]) -> None:
    page = queue(signed_in("dispatcher"))
    assert "所有地址均已定位" in page
    assert "/cases?lacking=coordinates" in page
    assert 'aria-current="page"' in page
    assert "地址待定" in page


def test_the_queue_shows_what_fits_and_where(signed_in: SignIn, file: Callable[..., UUID]) -> None:
    ref = file("康乐小区3号楼漏水", number="HH-1")
    page = queue(signed_in("dispatcher"))
    assert f"/data/addresses/{ref}/place" in page
    assert ">康乐小区</mark>" in page
    assert page.count("data-gm-candidate ") == 2
    assert "工单 HH-1" in page
    assert "小区：一致" in page
    assert "新城区" in page
    assert 'data-gm-count="open">1<' in page


def test_one_click_places_and_the_next_comes_up(signed_in: SignIn, file: Callable[..., UUID], city: Engine) -> None:
    first, second = file("康乐小区3号楼"), file("富邦小区附近")
    browser = signed_in("hotline_agent")
    page = queue(browser)
    sent = {**fields(page), "chosen": "0"}
    answer = browser.post(f"/data/addresses/{first}/place", data=sent, headers=HTMX)
    assert answer.status_code == 200
    assert "已定位：康乐小区3号楼" in answer.text
    assert f"/data/addresses/{second}/place" in answer.text
    assert f'data-gm-order="/data/addresses?state=open&amp;order={second}"' in answer.text
    assert "<html" not in answer.text
    assert placed(city, first)[1:] == ("address", "address", "placed")
    assert "人工定位（找到“康乐小区3号楼”）" in browser.get(f"/cases/{first}").text
    # Without scripts the same form leads to the page.
    page = queue(browser, order=str(second))
    answer = browser.post(f"/data/addresses/{second}/place", data={**fields(page), "chosen": "0"})
    assert answer.status_code == 303
    assert "已定位：富邦小区附近" in browser.get(answer.headers["Location"]).text
    assert placed(city, second) == ("e", "address", "address", "placed")


def test_a_name_is_taught_by_a_tick_and_told_of(signed_in: SignIn, file: Callable[..., UUID], city: Engine) -> None:
    ref, other = file("毛纺厂家属院3号楼"), file("毛纺厂家属院3号楼附近")
    browser = signed_in("dispatcher")
    page = queue(browser, order=str(ref))
    assert "以后把“毛纺厂家属院”认作所选的小区" in page
    assert 'hx-include="#teach"' in page
    assert "以后把" not in queue(browser, order=str(other)), "beside it is not called so"
    lon, lat = middle_of("e")
    sent = {**fields(page), "lon": str(lon), "lat": str(lat), "teach": "1"}
    assert "已定位" in browser.post(f"/data/addresses/{ref}/place", data=sent, headers=HTMX).text
    page = queue(browser, state="placed", order=str(ref))
    assert "此后“毛纺厂家属院”即认作富邦小区" in page
    following = file("毛纺厂家属院3号楼")
    assert placed(city, following) == ("e", "address", "address", "assigned")
    assert "小区：曾用名" in queue(browser, state="assigned", order=str(following))


def test_a_place_in_no_compound_is_refused_with_the_tick(signed_in: SignIn, file: Callable[..., UUID]) -> None:
    ref = file("毛纺厂家属院3号楼")
    browser = signed_in("dispatcher")
    lon, lat = middle_of("i")
    sent = {**fields(queue(browser)), "lon": str(lon), "lat": str(lat), "teach": "1"}
    assert "不在任何小区内" in browser.post(f"/data/addresses/{ref}/place", data=sent, headers=HTMX).text


def test_a_pin_places_too(signed_in: SignIn, file: Callable[..., UUID], city: Engine) -> None:
    ref = file("不知名胡同12号")
    browser = signed_in("dispatcher")
    page = queue(browser)
    assert "图层中没有找到相符的名称" in page
    lon, lat = middle_of("h")
    sent = {**fields(page), "lon": f"{lon:.6f}", "lat": f"{lat:.6f}"}
    assert browser.post(f"/data/addresses/{ref}/place", data=sent, headers=HTMX).status_code == 200
    assert placed(city, ref) == ("h", "inside", "person", "placed")
    assert "人工定位" in browser.get(f"/cases/{ref}").text


@pytest.mark.parametrize(
    "place",
    [{"lon": "", "lat": ""}, {"lon": "x", "lat": "1"}, {"lon": "999", "lat": "1"}, {"chosen": "77"}, {"chosen": "x"}],
)
def test_what_is_no_place_is_told(signed_in: SignIn, file: Callable[..., UUID], place: dict[str, str]) -> None:
    ref = file("不知名胡同12号")
    browser = signed_in("dispatcher")
    sent = {**fields(queue(browser)), **place}
    assert 'role="alert"' in browser.post(f"/data/addresses/{ref}/place", data=sent, headers=HTMX).text
    assert browser.post(f"/data/addresses/{ref}/place", data=sent).status_code == 422


def test_giving_up_needs_a_reason_and_can_be_taken_back(
    signed_in: SignIn, file: Callable[..., UUID], city: Engine
) -> None:
    ref = file("康乐小区3号楼")
    browser = signed_in("dispatcher")
    sent = fields(queue(browser))
    assert "请写明无法定位的原因" in browser.post(f"/data/addresses/{ref}/give-up", data=sent, headers=HTMX).text
    answer = browser.post(f"/data/addresses/{ref}/give-up", data={**sent, "why": "地址不全 <b>"}, headers=HTMX)
    assert "所有地址均已定位" in answer.text
    page = queue(browser, state="unplaceable")
    assert "地址不全 &lt;b&gt;" in page
    answer = browser.post(f"/data/addresses/{ref}/place", data={**fields(page), "chosen": "0"}, headers=HTMX)
    assert "可重新定位" in answer.text
    assert placed(city, ref)[3] == "placed"


def test_whoever_was_slower_is_told(signed_in: SignIn, file: Callable[..., UUID]) -> None:
    ref = file("康乐小区3号楼")
    quick, slow = signed_in("dispatcher"), signed_in("hotline_agent")
    page = queue(slow)
    browser_page = queue(quick)
    quick.post(f"/data/addresses/{ref}/place", data={**fields(browser_page), "chosen": "0"}, headers=HTMX)
    sent = {**fields(page), "chosen": "1"}
    answer = slow.post(f"/data/addresses/{ref}/place", data=sent, headers=HTMX)
    assert "已被" in answer.text or "修改" in answer.text
    assert slow.post(f"/data/addresses/{ref}/place", data=sent).status_code == 409


def test_candidates_elsewhere_are_for_those_who_see_both(
    app: Flask, file: Callable[..., UUID], compounds: Engine
) -> None:
    ref = file("康乐小区3号楼")
    with compounds.begin() as conn:
        # As if the district had taken it in.
        conn.execute(
            text(
                "UPDATE owner SET intake_district = '150105' WHERE report_id = (SELECT id FROM report WHERE ref = :ref)"
            ),
            {"ref": ref},
        )
        if (district := "district-dispatcher") not in conn.scalars(text("SELECT name FROM account")).all():
            set_areas(conn, add_account(conn, district, PASSWORD, "dispatcher"), ["150105"])
    browser = app.test_client()
    sign_in(browser, district)
    page = queue(browser)
    assert page.count("data-gm-candidate ") == 1
    assert "另有 1 个候选不在您的责任范围内" in page
    assert "新城区" not in page
    sent = fields(page)
    shown = re.search(r'name="chosen" value="(\d)"', page)
    assert shown
    hidden = "1" if shown.group(1) == "0" else "0"
    answer = browser.post(f"/data/addresses/{ref}/place", data={**sent, "chosen": hidden})
    assert answer.status_code == 403
    assert browser.post(f"/data/addresses/{ref}/place", data={**sent, "chosen": shown.group(1)}).status_code == 303


def test_a_grid_worker_sees_what_came_to_the_own_grid(signed_in: SignIn, file: Callable[..., UUID]) -> None:
    ref = file("富邦小区3号楼")
    page = queue(signed_in("grid_worker"), state="assigned")
    assert str(ref) in page
    assert "已自动定位到第一个候选" in page
    file("康乐小区3号楼")
    assert 'data-gm-count="open">0<' in queue(signed_in("grid_worker"))


@pytest.mark.parametrize("role", ["leader", "building_head", "unit_handler", "boundary_editor"])
def test_the_queue_is_for_those_who_place(signed_in: SignIn, role: str) -> None:
    browser = signed_in(role)
    assert browser.get("/data/addresses").status_code == 403
    assert browser.get("/data/addresses/desk?text=富邦小区").status_code == 403


def test_the_desk_answers_while_the_caller_waits(signed_in: SignIn, file: Callable[..., UUID]) -> None:
    ref = file("富邦小区3号楼", number="HH-20260214-000123")
    browser = signed_in("hotline_agent")
    found = browser.get("/data/addresses/desk", query_string={"text": "我家在富邦小区三号楼2单元"}).text
    for shown in (
        "富邦小区3号楼",
        "e 网格",
        "李网格",
        "tel:13911112222",
        "王书记",
        "可确定",
        f"/cases/{ref}",
        "HH-20260214-000123",
        "时限",
    ):
        assert shown in found, shown
    assert "赵楼长" not in found
    assert "/report?lon=111.715" in found
    assert "source=hotline" in found
    page = browser.get("/report?lon=111.715&lat=40.815&address_text=富邦小区3号楼&source=hotline").text
    assert 'value="富邦小区3号楼"' in page
    assert '<option value="hotline" selected>' in page


def test_the_desk_finds_an_order_by_its_number(signed_in: SignIn, file: Callable[..., UUID]) -> None:
    ref = file("富邦小区3号楼", number="HH-20260214-000124")
    browser = signed_in("hotline_agent")
    found = browser.get("/data/addresses/desk?text=HH-20260214-000124").text
    assert f"/cases/{ref}" in found
    assert "待核实" in found
    listed = browser.get("/cases?q=HH-20260214-000124").text
    assert f"/cases/{ref}" in listed
    assert f"/cases/{ref}" not in browser.get("/cases?q=HH-20260214-999999").text


@pytest.mark.parametrize("words", ["", "   ", "不知名胡同12号", "x" * 400, "HH-20990101-000001"])
def test_the_desk_has_words_for_finding_nothing(signed_in: SignIn, file: Callable[..., UUID], words: str) -> None:
    found = signed_in("hotline_agent").get("/data/addresses/desk", query_string={"text": words})
    assert found.status_code == 200
    assert ("责任范围内没有相符的位置" in found.text) is bool(words.strip())


def test_today_tells_how_many_wait(signed_in: SignIn, file: Callable[..., UUID]) -> None:
    assert "data-gm-to-place" not in signed_in("dispatcher").get("/").text
    file("康乐小区3号楼")
    assert "data-gm-to-place>1<" in signed_in("dispatcher").get("/").text
    assert "data-gm-to-place" not in signed_in("leader").get("/").text


def test_a_whole_community_is_no_place(signed_in: SignIn, file: Callable[..., UUID]) -> None:
    ref = file("仕奇社区漏水")
    browser = signed_in("dispatcher")
    page = queue(browser)
    assert "data-gm-candidate " in page
    assert 'name="chosen"' not in page
    sent = {**fields(page), "chosen": "0"}
    assert "范围较大" in browser.post(f"/data/addresses/{ref}/place", data=sent, headers=HTMX).text
    found = browser.get("/data/addresses/desk?text=仕奇社区").text
    assert "范围较大，请询问小区和楼号" in found
    assert "王书记" in found
    assert "李网格" not in found
    assert "在此处建单" not in found
