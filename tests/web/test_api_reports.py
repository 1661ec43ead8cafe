import base64
import json
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from tests.web.conftest import SignIn, csrf_of

Bearer = Callable[[str], dict[str, str]]
IN_E = {"lon": 111.715, "lat": 40.815, "category": "井盖"}


_FORGED = (
    '["2026-01-01T00:00:00+00:00",Infinity]', '["2026-01-01T00:00:00+00:00",99999999999999999999]', '["2026-01-01T00:00:00+00:00",true]',
    '["2026-01-01T00:00:00",1]', '["2026-01-01T00:00:00+00:00","1"]', '["x",1]', '[["x"],1]', "{}", "[" * 20_000,
)  # fmt: skip


def _cursor(content: str) -> str:
    return base64.urlsafe_b64encode(content.encode()).decode()


def body(**fields: Any) -> dict[str, Any]:
    return {**IN_E, "client_key": str(uuid.uuid4()), **fields}


def count(engine: Engine) -> int:
    with engine.connect() as conn:
        return conn.scalar(text("SELECT count(*) FROM report"))


def test_new_then_again_then_reused(client: FlaskClient, city: Engine) -> None:
    draft = body(text="少了一块", occurred_at="2026-11-20T08:30:00+08:00")
    before = count(city)
    first = client.post("/api/v1/reports", json=draft)
    again = client.post("/api/v1/reports", json=draft)
    other = client.post("/api/v1/reports", json={**draft, "text": "少了两块"})
    assert [first.status_code, again.status_code, other.status_code] == [201, 200, 409]
    assert first.json["ref"] == again.json["ref"]
    assert (first.json["created"], again.json["created"]) == (True, False)
    assert other.json["error"] == {
        "status": 409, "code": "key_reused", "message": other.json["error"]["message"], "field": "client_key",
    }  # fmt: skip
    assert count(city) == before + 1


def test_without_account_no_more_than_names_and_link(client: FlaskClient) -> None:
    answer = client.post("/api/v1/reports", json=body())
    assert set(answer.json) == {"ref", "created", "tracking_url", "grid", "community", "reason", "photos"}
    assert answer.json["photos"] == []
    assert answer.json["grid"] == {"code": "e", "name": "e 网格"}
    assert answer.json["tracking_url"] == f"/track/{answer.json['ref']}"
    assert answer.headers["Location"] == answer.json["tracking_url"]


def test_with_account_the_whole_place(client: FlaskClient, bearer: Bearer) -> None:
    answer = client.post("/api/v1/reports", json=body(), headers=bearer("grid_worker"))
    assert answer.status_code == 201
    assert answer.json["district"]["code"] == "150105"
    assert answer.json["reason"] == "inside"
    assert answer.headers["Location"] == f"/api/v1/reports/{answer.json['ref']}"


def test_keys_are_unique_within_an_account_only(client: FlaskClient, bearer: Bearer) -> None:
    draft = body()
    answers = [
        client.post("/api/v1/reports", json=draft, headers=bearer(role)) for role in ("grid_worker", "dispatcher")
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json["ref"] != answers[1].json["ref"]


def test_a_place_in_no_grid_is_filed(client: FlaskClient) -> None:
    answer = client.post("/api/v1/reports", json=body(lon=10.0, lat=10.0))
    assert answer.status_code == 201
    assert answer.json["reason"] == "none"
    assert answer.json["grid"] is None


def test_an_address_without_coordinates_is_filed(client: FlaskClient) -> None:
    answer = client.post("/api/v1/reports", json={"category": "噪音", "address_text": "富邦小区3号楼"})
    assert answer.status_code == 201
    assert answer.json["reason"] == "none"


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"lon": 190}, "lon_out_of_range", "lon"),
        ({"lat": 10**400}, "lat_out_of_range", "lat"),
        ({"lon": "111.7"}, "not_a_number", "lon"),
        ({"lat": True}, "not_a_number", "lat"),
        ({"accuracy_m": "20"}, "not_a_number", "accuracy_m"),
        ({"accuracy_m": -1}, "accuracy_out_of_range", "accuracy_m"),
        ({"lat": None}, "coordinate_incomplete", "lat"),
        ({"lon": None, "lat": None}, "place_missing", "lon"),
        ({"datum": "mars"}, "unknown_datum", "datum"),
        ({"datum": 5}, "not_text", "datum"),
        ({"category": ""}, "category_missing", "category"),
        ({"category": None}, "category_missing", "category"),
        ({"category": 7}, "not_text", "category"),
        ({"category": "x" * 121}, "category_missing", "category"),
        ({"text": "x" * 4001}, "text_too_long", "text"),
        ({"text": "nul \0"}, "not_text", "text"),
        ({"text": "half \ud800"}, "not_text", "text"),
        ({"source": "hotline"}, "unknown_source", "source"),
        ({"occurred_at": "2026-11-20"}, "bad_time", "occurred_at"),
        ({"occurred_at": "2026-11-20T08:30:00"}, "bad_time", "occurred_at"),
        ({"occurred_at": "soon"}, "bad_time", "occurred_at"),
        ({"occurred_at": 5}, "not_text", "occurred_at"),
        ({"occurred_at": "9999-12-31T23:59:59+00:00"}, "time_in_future", "occurred_at"),
        ({"occurred_at": "0001-01-02T00:00:00+00:00"}, "time_too_old", "occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "bad_time", "occurred_at"),
        ({"client_key": "abc"}, "bad_client_key", "client_key"),
        ({"client_key": 7}, "bad_client_key", "client_key"),
        ({"longitude": 111.7}, "unknown_field", "longitude"),
        ({"half \ud800": 1}, "unknown_field", "half ?"),
    ],
)  # fmt: skip
def test_every_wrong_field_is_told(
    client: FlaskClient, city: Engine, fields: dict[str, Any], code: str, field: str
) -> None:
    before = count(city)
    # Written by json itself: it spells any text in ASCII, also what is no valid text.
    answer = client.post("/api/v1/reports", data=json.dumps(body(**fields)), content_type="application/json")
    assert answer.status_code == 422, answer.text
    assert answer.json["error"]["code"] == code
    assert answer.json["error"]["field"] == field
    assert count(city) == before


@pytest.mark.parametrize(
    ("data", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed_json"),
        (b"", "application/json", 400, "malformed_json"),
        (b"\xff\xfe", "application/json", 400, "malformed_json"),
        (b'{"lon": NaN}', "application/json", 400, "malformed_json"),
        (b"[" * 100_000, "application/json", 400, "malformed_json"),
        (b"[]", "application/json", 422, "not_an_object"),
        (b"{}", "text/plain", 415, "wrong_content_type"),
        (b"lon=1", "application/x-www-form-urlencoded", 415, "wrong_content_type"),
    ],
)
def test_every_wrong_body_is_told(client: FlaskClient, data: bytes, kind: str, status: int, code: str) -> None:
    answer = client.post("/api/v1/reports", data=data, content_type=kind)
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)


def test_a_body_beyond_the_limit(client: FlaskClient) -> None:
    answer = client.post("/api/v1/reports", data=b" " * (21 * 1024 * 1024), content_type="application/json")
    assert (answer.status_code, answer.json["error"]["code"]) == (413, "body_too_large")
    assert "20 MB" in answer.json["error"]["message"]


def test_two_at_once_with_one_key_file_one(app: Flask, city: Engine) -> None:
    draft, start = body(), threading.Barrier(4)
    statuses: list[int] = []

    def send() -> None:
        client = app.test_client()
        start.wait()
        statuses.append(client.post("/api/v1/reports", json=draft).status_code)

    before = count(city)
    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 200, 200, 201]
    assert count(city) == before + 1


def test_list_filters_pages_and_tags(client: FlaskClient, bearer: Bearer) -> None:
    headers = bearer("street_officer")
    for day in range(1, 6):
        filed = body(category="乱堆", occurred_at=f"2026-10-0{day}T12:00:00+08:00")
        assert client.post("/api/v1/reports", json=filed, headers=headers).status_code == 201
    seen, cursor = [], ""
    for _ in range(3):
        page = client.get(f"/api/v1/reports?category=乱堆&limit=2&cursor={cursor}", headers=headers)
        assert page.mimetype == "application/geo+json"
        seen += [one["properties"]["occurred_at"][:10] for one in page.json["features"]]
        cursor = page.json["next"] or ""
    assert seen == ["2026-10-05", "2026-10-04", "2026-10-03", "2026-10-02", "2026-10-01"]
    assert cursor == ""
    some = client.get(
        "/api/v1/reports?category=乱堆&from=2026-10-02&to=2026-10-04&bbox=111.7,40.8,111.8,40.9&area=e", headers=headers
    )
    assert [one["properties"]["occurred_at"][:10] for one in some.json["features"]] == ["2026-10-03", "2026-10-02"]
    assert some.json["features"][0]["geometry"] == {"type": "Point", "coordinates": [111.715, 40.815]}
    assert some.json["features"][0]["properties"]["grid_code"] == "e"
    assert some.headers["Cache-Control"] == "private, no-cache"
    same = client.get(some.request.full_path, headers={**headers, "If-None-Match": some.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("limit=0", "limit_out_of_range", "limit"),
        ("limit=1001", "limit_out_of_range", "limit"),
        ("limit=ten", "limit_out_of_range", "limit"),
        ("cursor=nonsense", "bad_cursor", "cursor"),
        *((f"cursor={_cursor(content)}", "bad_cursor", "cursor") for content in _FORGED),
        ("to=0001-01-01", "bad_day", "to"),
        ("bbox=1,2,3", "bad_bbox", "bbox"),
        ("bbox=3,2,1,4", "bad_bbox", "bbox"),
        ("from=x", "bad_day", "from"),
        ("from=2026-02-01&to=2026-01-01", "empty_period", "to"),
        ("source=mars", "unknown_source", "source"),
        ("status=mars", "unknown_status", "status"),
        ("colour=red", "unknown_field", "colour"),
    ],
)
def test_every_wrong_filter_is_told(client: FlaskClient, bearer: Bearer, query: str, code: str, field: str) -> None:
    answer = client.get(f"/api/v1/reports?{query}", headers=bearer("leader"))
    assert answer.status_code == 422
    assert (answer.json["error"]["code"], answer.json["error"]["field"]) == (code, field)


def test_nul_in_a_query_is_a_bad_request(client: FlaskClient, bearer: Bearer) -> None:
    answer = client.get("/api/v1/reports?category=%00", headers=bearer("leader"))
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "bad_request")


def test_one_report_with_its_events(client: FlaskClient, bearer: Bearer) -> None:
    headers = bearer("grid_worker")
    ref = client.post("/api/v1/reports", json=body(), headers=headers).json["ref"]
    found = client.get(f"/api/v1/reports/{ref}", headers=headers)
    assert found.status_code == 200
    assert found.json["id"] == ref
    assert [event["kind"] for event in found.json["properties"]["events"]] == ["filed"]
    missing = client.get(f"/api/v1/reports/{uuid.uuid4()}", headers=headers)
    assert (missing.status_code, missing.json["error"]["code"]) == (404, "unknown_report")


def test_a_signed_in_browser_needs_the_token_against_forgery(signed_in: SignIn) -> None:
    browser = signed_in("grid_worker")
    refused = browser.post("/api/v1/reports", json=body())
    assert (refused.status_code, refused.json["error"]["code"]) == (400, "csrf_failed")
    token = csrf_of(browser.get("/nowhere").text)
    assert browser.post("/api/v1/reports", json=body(), headers={"X-CSRFToken": token}).status_code == 201


def test_a_name_that_comes_twice_is_refused(client: FlaskClient, city: Engine) -> None:
    before = count(city)
    answer = client.post(
        "/api/v1/reports",
        data='{"lon": 111.715, "lat": 40.815, "category": "x", "lat": 40.9}',
        content_type="application/json",
    )
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "malformed_json")
    assert count(city) == before
