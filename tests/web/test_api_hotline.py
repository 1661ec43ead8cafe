"""The interface of the hotline's own platform: what an address means, orders in, their state back."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from tests.geodata.cities import (
    COMMUNITY,
    OTHER_WEST,
    SIDE,
    SOUTH,
    insert_building,
    insert_compound,
    insert_other_district,
    insert_post,
    middle_of,
)

Bearer = Callable[[str], dict[str, str]]
ORDER = {
    "number": "HH-20260214-000123",
    "received_at": "2026-02-14T08:31:05+08:00",
    "category": "供热",
    "text": "家中暖气不热",
    "address": "赛罕区富邦小区3号楼2单元501",
    "due_at": "2026-02-19T18:00:00+08:00",
}


@pytest.fixture(scope="module")
def compounds(city: Engine) -> Engine:
    with city.begin() as conn:
        insert_other_district(conn)
        for code, name, (lon, lat) in (
            ("c1", "富邦小区", middle_of("e")),
            ("c3", "远方小区", (OTHER_WEST + SIDE / 2, SOUTH + SIDE / 2)),
        ):
            key = insert_compound(conn, code, lon, lat, name=name, community_code=None)
            insert_building(conn, f"{code}-3", lon, lat, name=f"{name}3号楼", compound_id=key)
        insert_post(conn, "李网格", "grid_worker", area_code="e", phone="13911112222")
        insert_post(conn, "王书记", "community_secretary", area_code=COMMUNITY, phone="")
    return city


@pytest.fixture
def agent(compounds: Engine, bearer: Bearer) -> dict[str, str]:
    with compounds.begin() as conn:
        for table in ("address_search", "hotline_order"):
            conn.execute(text(f"DELETE FROM {table}"))
        conn.execute(text("DELETE FROM report_key WHERE scope = 'hotline'"))
        conn.execute(text("UPDATE report SET status = 'closed'"))
    return bearer("hotline_agent")


def test_an_address_tells_grid_people_and_open_cases(client: FlaskClient, agent: dict[str, str]) -> None:
    assert client.post("/api/v1/hotline/orders", json=ORDER, headers=agent).status_code == 201
    words = "我在富邦小区三号楼"
    answer = client.get(f"/api/v1/address?text={quote(words)}", headers=agent)
    assert answer.status_code == 200
    assert answer.json["text"] == words
    found = answer.json["candidates"][0]
    assert (found["kind"], found["code"], found["name"]) == ("building", "c1-3", "富邦小区3号楼")
    assert (found["sure"], found["near"]) == (True, False)
    assert found["score"] > 0.9
    assert (found["lon"], found["lat"]) == pytest.approx(middle_of("e"))
    assert found["grid"] == {"code": "e", "name": "e 网格"}
    assert [found[level]["code"] for level in ("community", "street", "district")] == [
        COMMUNITY, COMMUNITY[:9], COMMUNITY[:6],
    ]  # fmt: skip
    assert [(part["part"], words[part["start"] : part["end"]]) for part in found["matched"]] == [
        ("compound", "富邦小区"), ("building", "三号楼"),
    ]  # fmt: skip
    assert found["responsible"] == [
        {"post": "grid_worker", "name": "李网格", "phone": "13911112222"},
        {"post": "community_secretary", "name": "王书记", "phone": None},
    ]
    case = found["open_cases"][0]
    assert (case["number"], case["category"], case["status"]) == (ORDER["number"], "供热", "filed")
    assert case["due_at"] == "2026-02-19T10:00:00+00:00"
    assert case["distance_m"] < 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "missing_field"),
        ("text=%20", "missing_field"),
        ("text=x&limit=99", "limit_out_of_range"),
        ("text=x&limt=1", "unknown_field"),
        ("text=" + "x" * 301, "address_too_long"),
    ],
)
def test_what_is_asked_wrongly_is_told(client: FlaskClient, agent: dict[str, str], query: str, code: str) -> None:
    answer = client.get(f"/api/v1/address?{query}", headers=agent)
    assert (answer.status_code, answer.json["error"]["code"]) == (422, code)


def test_nothing_found_is_an_empty_list(client: FlaskClient, agent: dict[str, str]) -> None:
    assert client.get("/api/v1/address?text=abc", headers=agent).json == {"text": "abc", "candidates": []}


def test_a_worker_is_told_of_the_own_grid_only(client: FlaskClient, agent: dict[str, str], bearer: Bearer) -> None:
    def candidates(role: str, words: str) -> list[Any]:
        found: list[Any] = client.get(f"/api/v1/address?text={quote(words)}", headers=bearer(role)).json["candidates"]
        return found

    assert candidates("grid_worker", "富邦小区3号楼")
    assert candidates("grid_worker", "远方小区3号楼") == []
    assert candidates("hotline_agent", "远方小区3号楼")


def test_an_order_is_handed_over_once(client: FlaskClient, agent: dict[str, str]) -> None:
    first = client.post("/api/v1/hotline/orders", json=ORDER, headers=agent)
    assert (first.status_code, first.json["created"]) == (201, True)
    assert first.headers["Location"].endswith("/api/v1/hotline/orders/HH-20260214-000123")
    assert first.json["grid"] == {"code": "e", "name": "e 网格"}
    assert first.json["placing"] == "assigned"
    again = client.post("/api/v1/hotline/orders", json=ORDER, headers=agent)
    assert (again.status_code, again.json["created"]) == (200, False)
    other = client.post("/api/v1/hotline/orders", json={**ORDER, "text": "别的"}, headers=agent)
    assert (other.status_code, other.json["error"]["code"]) == (409, "order_differs")
    assert "text" in other.json["error"]["message"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"number": ""}, "order_number_missing"),
        ({"number": " HH-1"}, "order_number_missing"),
        ({"number": "x" * 61}, "order_number_missing"),
        ({"number": "HH\n1"}, "order_number_missing"),
        ({"number": "/HH-1"}, "order_number_missing"),
        ({"number": "HH//1"}, "order_number_missing"),
        # Browsers and most programs take these out of an address before they ask.
        ({"number": "."}, "order_number_missing"),
        ({"number": ".."}, "order_number_missing"),
        ({"number": "HH/../1"}, "order_number_missing"),
        ({"number": 5}, "not_text"),
        ({"due_at": "2026-02-13T08:00:00+08:00"}, "due_before_received"),
        ({"due_at": "2036-02-19T08:31:05+08:00"}, "due_too_late"),
        ({"due_at": "9999-12-31T23:59:59-14:00"}, "bad_time"),
        ({"due_at": "明天"}, "bad_time"),
        ({"address": ""}, "place_missing"),
        ({"category": ""}, "category_missing"),
        ({"caller": "张三"}, "unknown_field"),
        ({"lon": 111.7}, "coordinate_incomplete"),
        ({"received_at": "2999-01-01T00:00:00+08:00", "due_at": None}, "time_in_future"),
    ],
)
def test_an_order_that_cannot_be_is_refused(
    client: FlaskClient, agent: dict[str, str], changed: dict[str, Any], code: str
) -> None:
    answer = client.post("/api/v1/hotline/orders", json={**ORDER, **changed}, headers=agent)
    assert (answer.status_code, answer.json["error"]["code"]) == (422, code)


@pytest.mark.parametrize("number", ["市/12345", "a'b\"c", "1?x=2#3", "100%", "a..b", ".1", "工单"])
def test_an_order_is_found_where_the_answer_says(client: FlaskClient, agent: dict[str, str], number: str) -> None:
    handed = client.post("/api/v1/hotline/orders", json={**ORDER, "number": number}, headers=agent)
    assert handed.status_code == 201
    assert client.get(handed.headers["Location"], headers=agent).json["number"] == number


def test_a_number_tells_nothing_of_an_order_elsewhere(
    client: FlaskClient, agent: dict[str, str], bearer: Bearer
) -> None:
    order = {**ORDER, "address": "远方小区3号楼"}
    handed = client.post("/api/v1/hotline/orders", json=order, headers=agent)
    assert handed.json["grid"]["code"] == "x"
    for guess in (order, {**order, "text": "猜"}):
        answer = client.post("/api/v1/hotline/orders", json=guess, headers=bearer("grid_worker"))
        assert (answer.status_code, answer.json["error"]["code"]) == (409, "order_elsewhere")
        assert set(answer.json) == {"error"}
    # Whoever handed an order over is told of it again, wherever it is.
    own = {**order, "number": "HH-mine"}
    told = [client.post("/api/v1/hotline/orders", json=own, headers=bearer("grid_worker")) for _ in range(2)]
    assert [(each.status_code, each.json["grid"]["code"]) for each in told] == [(201, "x"), (200, "x")]


def test_the_state_of_an_order_for_the_call_back(
    client: FlaskClient, agent: dict[str, str], city: Engine, bearer: Bearer
) -> None:
    ref = client.post("/api/v1/hotline/orders", json=ORDER, headers=agent).json["ref"]
    with city.begin() as conn:
        key = conn.scalar(text("SELECT id FROM report WHERE ref = :ref"), {"ref": ref})
        for kind, detail in (
            ("dispatched", '{"unit": "样例供热公司"}'),
            ("closed", '{"result": "已修复管道"}'),
            ("rated", '{"rating": "满意"}'),
        ):
            conn.execute(
                text(
                    "INSERT INTO event (report_id, kind, intake_district, detail) VALUES (:key, :kind, '150105', CAST(:detail AS jsonb))"
                ),
                {"key": key, "kind": kind, "detail": detail},
            )
        conn.execute(text("UPDATE report SET status = 'rated' WHERE id = :key"), {"key": key})
    told = client.get("/api/v1/hotline/orders/HH-20260214-000123", headers=agent).json
    assert (told["status"], told["status_word"]) == ("rated", "已评哨")
    assert (told["responsible_unit"], told["result"], told["rating"]) == ("样例供热公司", "已修复管道", "满意")
    assert told["closed_at"] is not None
    assert told["last_event_at"] >= told["closed_at"]
    assert told["community"]["name"] == "仕奇社区"
    assert client.get("/api/v1/hotline/orders/HH-0", headers=agent).json["error"]["code"] == "unknown_order"
    assert client.get("/api/v1/hotline/orders/HH-20260214-000123", headers=bearer("leader")).status_code == 403


def test_an_order_without_a_place_is_told_to_wait(client: FlaskClient, agent: dict[str, str], bearer: Bearer) -> None:
    order = {**ORDER, "number": "HH-2", "address": "不知名胡同12号", "due_at": None}
    told = client.post("/api/v1/hotline/orders", json=order, headers=agent).json
    assert (told["grid"], told["placing"], told["due_at"], told["closed_at"]) == (None, "open", None, None)
    # It belongs to no grid, so no worker of a grid is told of it.
    assert client.get("/api/v1/hotline/orders/HH-2", headers=bearer("grid_worker")).status_code == 404


def test_the_answers_fit_the_description(client: FlaskClient, agent: dict[str, str]) -> None:
    schemas = client.get("/api/v1/openapi.json", headers=agent).json["components"]["schemas"]
    handed = client.post("/api/v1/hotline/orders", json=ORDER, headers=agent).json
    assert set(handed) == set(schemas["HandedOver"]["properties"])
    assert set(handed) - {"created"} == set(schemas["Order"]["properties"])
    found = client.get(f"/api/v1/address?text={quote('富邦小区3号楼')}", headers=agent).json
    assert set(found) == set(schemas["AddressAnswer"]["properties"])
    assert set(found["candidates"][0]) == set(schemas["AddressCandidate"]["properties"])
    assert set(found["candidates"][0]["open_cases"][0]) == set(schemas["OpenCase"]["properties"])
    from web.api import hotline

    assert set(schemas["OrderDraft"]["properties"]) == set(hotline._BODY)
