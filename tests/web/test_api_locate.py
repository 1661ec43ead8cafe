from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

Bearer = Callable[[str], dict[str, str]]


def test_inside_a_grid(client: FlaskClient, bearer: Bearer) -> None:
    answer = client.get("/api/v1/locate?lon=111.715&lat=40.815", headers=bearer("leader"))
    assert answer.status_code == 200
    found = answer.json
    assert found["grid"] == {"code": "e", "name": "e 网格"}
    assert found["community"] == {"code": "150105001018", "name": "仕奇社区"}
    assert found["street"] == {"code": "150105001", "name": "人民路街道"}
    assert found["district"] == {"code": "150105", "name": "赛罕区"}
    assert found["reason"] == "inside"
    assert 400 < found["distance_to_edge_m"] < 560
    assert found["ambiguous"] is False
    assert found["alternatives"] == []
    assert found["plan_version"] > 0
    assert set(found) == {
        "grid", "community", "street", "district", "reason", "distance_to_edge_m", "ambiguous", "alternatives", "plan_version", "at",
    }  # fmt: skip


def test_nowhere_is_an_answer_too(client: FlaskClient, bearer: Bearer) -> None:
    answer = client.get("/api/v1/locate?lon=0&lat=0", headers=bearer("leader"))
    assert answer.status_code == 200
    assert answer.json["grid"] is None
    assert answer.json["community"] is None
    assert answer.json["reason"] == "none"
    assert answer.json["distance_to_edge_m"] is None


def test_datum_moves_the_place(client: FlaskClient, bearer: Bearer) -> None:
    # 111.7199 lies inside e; read as GCJ-02 the same numbers mean a place some 600 m away.
    there = client.get("/api/v1/locate?lon=111.7199&lat=40.815&datum=gcj02", headers=bearer("leader")).json
    here = client.get("/api/v1/locate?lon=111.7199&lat=40.815", headers=bearer("leader")).json
    assert (here["grid"]["code"], there["grid"]["code"]) == ("e", "e")
    assert abs(here["distance_to_edge_m"] - there["distance_to_edge_m"]) > 100


def test_close_to_an_edge_is_ambiguous(client: FlaskClient, bearer: Bearer) -> None:
    found = client.get("/api/v1/locate?lon=111.71995&lat=40.815&accuracy_m=30", headers=bearer("leader")).json
    assert found["ambiguous"] is True
    assert {one["code"] for one in found["alternatives"]} >= {"f"}


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("lat=40", "missing_field", "lon"),
        ("lon=111", "missing_field", "lat"),
        ("lon=x&lat=40", "not_a_number", "lon"),
        ("lon=1_1&lat=40", "not_a_number", "lon"),
        ("lon=１１１&lat=40", "not_a_number", "lon"),
        ("lon=111&lat=40&at=0001-01-01", "bad_day", "at"),
        ("lon=111&lat=40&at=9999-12-31", "bad_day", "at"),
        ("lon=190&lat=40", "lon_out_of_range", "lon"),
        ("lon=111&lat=-91", "lat_out_of_range", "lat"),
        ("lon=nan&lat=40", "lon_out_of_range", "lon"),
        ("lon=inf&lat=40", "lon_out_of_range", "lon"),
        ("lon=111&lat=40&datum=mars", "unknown_datum", "datum"),
        ("lon=111&lat=40&accuracy_m=-1", "accuracy_out_of_range", "accuracy_m"),
        ("lon=111&lat=40&accuracy_m=nan", "accuracy_out_of_range", "accuracy_m"),
        ("lon=111&lat=40&at=yesterday", "bad_day", "at"),
        ("lon=111&lat=40&acuracy_m=3", "unknown_field", "acuracy_m"),
    ],
)
def test_every_wrong_query_is_told(client: FlaskClient, bearer: Bearer, query: str, code: str, field: str) -> None:
    answer = client.get(f"/api/v1/locate?{query}", headers=bearer("leader"))
    assert answer.status_code == 422
    assert answer.json["error"]["code"] == code
    assert answer.json["error"]["field"] == field


def test_messages_speak_the_language_asked_for(client: FlaskClient, bearer: Bearer) -> None:
    chinese = client.get("/api/v1/locate?lat=40", headers=bearer("leader")).json["error"]["message"]
    english = client.get("/api/v1/locate?lat=40&lang=en", headers=bearer("leader")).json["error"]["message"]
    assert chinese == "缺少字段 lon。"
    assert english == "The field lon is missing."
