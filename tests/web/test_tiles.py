"""Tiles: what is in them, their addresses, caching, seams."""

import io
import math
from collections.abc import Callable

import mapbox_vector_tile
import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Engine, text

SignIn = Callable[[str], FlaskClient]
LON, LAT = 111.7, 40.8

THINGS = text(
    """
    INSERT INTO road (code, name, class, geom) VALUES
        ('r1', '新华大街', 'primary', ST_Multi(ST_MakeLine(ST_Point(111.69, 40.8, 4326), ST_Point(111.71, 40.8, 4326)))),
        ('r2', '小路', 'path', ST_Multi(ST_MakeLine(ST_Point(111.7, 40.79, 4326), ST_Point(111.7, 40.81, 4326))));
    INSERT INTO landcover (code, kind, name, geom) VALUES
        ('w1', 'water', '湖', ST_MakeEnvelope(111.701, 40.801, 111.706, 40.806, 4326)),
        ('t1', 'rail', '', ST_MakeLine(ST_Point(111.69, 40.799, 4326), ST_Point(111.71, 40.799, 4326)));
    INSERT INTO compound (code, name, geom) VALUES ('c1', '富邦小区', ST_Multi(ST_MakeEnvelope(111.698, 40.798, 111.702, 40.802, 4326)));
    INSERT INTO building (code, name, floors, geom) VALUES
        ('b1', '3号楼', 6, ST_Multi(ST_MakeEnvelope(111.6999, 40.7999, 111.7003, 40.8002, 4326)));
    INSERT INTO grid (code, name, name_en, valid, geom) VALUES
        ('G1', '一号<网格>', 'One', '[2020-01-01,)', ST_Multi(ST_MakeEnvelope(111.69, 40.79, 111.7, 40.81, 4326))),
        ('G2', '二号网格', NULL, '[2020-01-01,2021-01-01)', ST_Multi(ST_MakeEnvelope(111.7, 40.79, 111.71, 40.81, 4326)));
    INSERT INTO division (code, level, name, geom) VALUES
        ('9901', 'city', '试验市', ST_Multi(ST_MakeEnvelope(111.6, 40.7, 111.8, 40.9, 4326)));
    INSERT INTO division (code, level, name, geom)
    SELECT code, level, name, ST_Multi(ST_MakeEnvelope(111.72, 40.79, 111.74, 40.81, 4326)) FROM (VALUES
        ('990101', 'district', '试验区'), ('990101001', 'street', '试验街道'), ('990101001001', 'community', '仕奇社区居委会')) v (code, level, name);
    INSERT INTO grid (code, name, name_en, community_code, valid, geom) VALUES
        ('990101001001001', '仕奇社区第一网格', NULL, '990101001001', '[2020-01-01,)', ST_Multi(ST_MakeEnvelope(111.725, 40.79, 111.727, 40.81, 4326)));
    INSERT INTO report (category, raw_lon, raw_lat, geom, occurred_at, reported_at, intake_district)
    SELECT '路灯', lon, lat, ST_Point(lon, lat, 4326), '2026-01-05', '2026-01-05', '1501'
    FROM (SELECT 111.7 + 0.004 * sin(i) AS lon, 40.8 + 0.003 * cos(i * 1.7) AS lat FROM generate_series(1, 500) i) p;
    """
)


@pytest.fixture(scope="module", autouse=True)
def things(city: Engine) -> None:
    with city.begin() as conn:
        conn.execute(THINGS)


@pytest.fixture
def browser(signed_in: SignIn) -> FlaskClient:
    return signed_in("leader")


def tile_at(zoom: int, lon: float = LON) -> tuple[int, int]:
    x = int((lon / 360 + 0.5) * 2**zoom)
    y = int((0.5 - math.asinh(math.tan(math.radians(LAT))) / (2 * math.pi)) * 2**zoom)
    return x, y


def decoded(browser: FlaskClient, layer: str, zoom: int, query: str = "") -> dict[str, list[dict]]:
    x, y = tile_at(zoom)
    answer = browser.get(f"/tiles/{layer}/{zoom}/{x}/{y}.mvt{query}")
    if answer.status_code == 204:
        return {}
    assert answer.status_code == 200
    assert answer.content_type == "application/vnd.mapbox-vector-tile"
    return {name: found["features"] for name, found in mapbox_vector_tile.decode(answer.data).items()}


def test_the_base_map_grows_with_the_zoom(browser: FlaskClient) -> None:
    assert set(decoded(browser, "base", 9)) <= {"road", "landcover"}
    at = decoded(browser, "base", 13)
    assert {feature["properties"]["kind"] for feature in at["landcover"]} == {"water", "rail"}
    assert "building" not in at
    assert [feature["properties"]["name"] for feature in at["compound"]] == ["富邦小区"]
    near = decoded(browser, "base", 15)
    assert [feature["properties"]["floors"] for feature in near["building"]] == [6]
    assert {feature["properties"]["class"] for feature in decoded(browser, "base", 12)["road"]} == {"primary"}
    assert {feature["properties"]["class"] for feature in decoded(browser, "base", 13)["road"]} == {"primary", "path"}


def test_grids_carry_key_code_name_and_kind(browser: FlaskClient) -> None:
    found = decoded(browser, "grids", 13)
    [grid] = [feature for feature in found["grids"] if feature["properties"].get("code") == "G1"]
    assert grid["properties"] == {"code": "G1", "name": "一号<网格>", "name_en": "One", "kind": "general"}
    assert grid["id"] > 0
    assert "G1" in [feature["properties"]["code"] for feature in found["grid_labels"]]


@pytest.mark.parametrize(
    ("zoom", "grid", "community"),
    [(12, None, "仕奇社区"), (14, "第一网格", None), (15, "第一网格", None), (16, "仕奇社区第一网格", None)],
)
def test_names_are_as_long_as_there_is_room(browser: FlaskClient, zoom: int, grid: str, community: str) -> None:
    """The grid is 0.002 degrees wide: 12 pixels of a tile at zoom 12, 47 at 14, 93 at 15, 186 at 16. A community is named where its grids are not."""
    for layer, labels, code, name in (
        ("grids", "grid_labels", "990101001001001", grid),
        ("divisions", "division_labels", "990101001001", community),
    ):
        x, y = tile_at(zoom, 111.726 if layer == "grids" else 111.73)
        tile = mapbox_vector_tile.decode(browser.get(f"/tiles/{layer}/{zoom}/{x}/{y}.mvt").data)
        names = (
            [f["properties"]["name"] for f in tile[labels]["features"] if f["properties"]["code"] == code]
            if labels in tile
            else []
        )
        assert names == ([name] if name else []), layer


def test_grids_are_those_of_the_day(browser: FlaskClient) -> None:
    def codes(query: str) -> set[str]:
        return {feature["properties"]["code"] for feature in decoded(browser, "grids", 13, query)["grids"]}

    assert "G2" not in codes("")
    assert {"G1", "G2"} <= codes("?at=2020-06-01")
    assert "G1" not in decoded(browser, "grids", 13, "?at=2019-12-31")
    assert browser.get("/tiles/grids/13/0/0.mvt?at=yesterday").status_code == 422


def test_divisions(browser: FlaskClient) -> None:
    assert "试验市" in [f["properties"]["name"] for f in decoded(browser, "divisions", 9)["divisions"]]


def test_a_place_without_anything_is_empty(browser: FlaskClient) -> None:
    assert browser.get("/tiles/base/10/0/0.mvt").status_code == 204


@pytest.mark.parametrize(
    "path",
    [
        "nothing/1/0/0.mvt",
        "base/20/0/0.mvt",
        "base/3/8/0.mvt",
        "base/3/0/8.mvt",
        "base/-1/0/0.mvt",
        "base/3/a/0.mvt",
        "heat/3/8/0.png",
    ],
)
def test_addresses_that_do_not_exist_are_404(browser: FlaskClient, path: str) -> None:
    answer = browser.get(f"/tiles/{path}")
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["error"]["status"] == 404


def test_tiles_need_a_sign_in(client: FlaskClient) -> None:
    for path in ("base/1/0/0.mvt", "grids/1/0/0.mvt", "heat/1/0/0.png"):
        assert client.get(f"/tiles/{path}").status_code == 401


@pytest.mark.parametrize("path", ["base/13/{}/{}.mvt", "grids/13/{}/{}.mvt", "heat/13/{}/{}.png"])
def test_an_unchanged_tile_is_not_sent_again(browser: FlaskClient, path: str) -> None:
    address = "/tiles/" + path.format(*tile_at(13))
    first = browser.get(address)
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert browser.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_change_shows_at_once(browser: FlaskClient, city: Engine) -> None:
    x, y = tile_at(14)
    grids, heat = f"/tiles/grids/14/{x}/{y}.mvt", f"/tiles/heat/14/{x}/{y}.png"
    tags = {address: browser.get(address).headers["ETag"] for address in (grids, heat)}
    with city.begin() as conn:
        conn.execute(text("UPDATE grid SET name = '改名' WHERE code = 'G1'"))
        conn.execute(text("UPDATE report SET category = '改类' WHERE id = (SELECT min(id) FROM report)"))
    for address, tag in tags.items():
        assert browser.get(address, headers={"If-None-Match": tag}).status_code == 200
    assert "改名" in [f["properties"]["name"] for f in decoded(browser, "grids", 14)["grids"]]


def pixels(browser: FlaskClient, zoom: int, x: int, y: int, query: str = "") -> np.ndarray:
    answer = browser.get(f"/tiles/heat/{zoom}/{x}/{y}.png{query}")
    assert answer.status_code == 200
    assert answer.content_type == "image/png"
    return np.asarray(Image.open(io.BytesIO(answer.data)).convert("RGBA"))


def test_heat_is_where_the_reports_are(browser: FlaskClient) -> None:
    x, y = tile_at(13)
    assert (pixels(browser, 13, x, y)[..., 3] > 0).any()
    assert pixels(browser, 13, 0, 0).shape == (1, 1, 4)


def test_heat_follows_the_filter(browser: FlaskClient) -> None:
    x, y = tile_at(13)
    assert pixels(browser, 13, x, y, "?category=没有").shape == (1, 1, 4)
    assert (pixels(browser, 13, x, y, "?from=2026-01-01&to=2026-02-01")[..., 3] > 0).any()
    assert browser.get(f"/tiles/heat/13/{x}/{y}.png?from=2026-02-01&to=2026-01-01").status_code == 422


@pytest.mark.parametrize("zoom", [9, 12, 15])
def test_neighbouring_heat_tiles_have_no_seam(browser: FlaskClient, zoom: int) -> None:
    x, y = tile_at(zoom)
    for (left, right), edge in (
        (((x, y), (x + 1, y)), "column"),
        (((x, y), (x, y + 1)), "row"),
    ):
        a, b = pixels(browser, zoom, *left), pixels(browser, zoom, *right)
        if a.shape != b.shape:
            continue
        last, first = (a[:, -1], b[:, 0]) if edge == "column" else (a[-1], b[0])
        # Colours step by one class at a time: hardly a pixel differs across the border.
        assert (last != first).any(axis=1).mean() < 0.1
