from collections.abc import Callable

from flask.testing import FlaskClient

Bearer = Callable[[str], dict[str, str]]


def test_pages_by_code(client: FlaskClient, bearer: Bearer) -> None:
    headers, codes, cursor = bearer("leader"), [], ""
    while True:
        page = client.get(f"/api/v1/grids?limit=4&cursor={cursor}", headers=headers).json
        codes += [one["id"] for one in page["features"]]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert codes == list("abcdefghi")


def test_area_and_box(client: FlaskClient, bearer: Bearer) -> None:
    headers = bearer("leader")
    assert len(client.get("/api/v1/grids?area=150105001018", headers=headers).json["features"]) == 9
    assert client.get("/api/v1/grids?area=150102", headers=headers).json["features"] == []
    box = client.get("/api/v1/grids?bbox=111.701,40.801,111.709,40.809", headers=headers).json
    assert [one["id"] for one in box["features"]] == ["a"]


def test_one_grid(client: FlaskClient, bearer: Bearer) -> None:
    headers = bearer("leader")
    found = client.get("/api/v1/grids/e?at=2026-11-20", headers=headers)
    assert found.json["geometry"]["type"] == "MultiPolygon"
    assert found.json["properties"]["community_code"] == "150105001018"
    assert 0.8e6 < found.json["properties"]["area_m2"] < 1.0e6
    assert (
        client.get(found.request.full_path, headers={**headers, "If-None-Match": found.headers["ETag"]}).status_code
        == 304
    )
    missing = client.get("/api/v1/grids/zz", headers=headers)
    assert (missing.status_code, missing.json["error"]["code"]) == (404, "unknown_grid")
