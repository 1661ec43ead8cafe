"""The tile of points: service points, gates, names of compounds; geography, the same for everybody."""

import mapbox_vector_tile
import pytest
from sqlalchemy import Connection, text

from geodata.scope import EVERYTHING
from geodata.tiles import TileAddress, tile_version, vector_tile
from tests.geodata.cities import insert_compound, insert_gate, insert_service_point, middle_of
from tests.geodata.test_compounds import DAY, scope_of_areas


@pytest.fixture
def city(conn: Connection) -> Connection:
    lon, lat = middle_of("e")
    own = insert_compound(conn, "c", lon, lat, name="富邦小区", community_code=None)
    insert_gate(conn, "g", own, lon, lat + 0.002, kind="pedestrian")
    insert_service_point(conn, "s", lon, lat, name="仕奇卫生服务站", kind="clinic")
    return conn


def tile_of(conn: Connection, z: int) -> TileAddress:
    lon, lat = middle_of("e")
    x, y = conn.execute(
        text(
            "SELECT floor((:lon + 180) / 360 * 2 ^ :z)::int, floor((1 - ln(tan(radians(:lat)) + 1 / cos(radians(:lat))) / pi()) / 2 * 2 ^ :z)::int"
        ),
        {"lon": lon, "lat": lat, "z": z},
    ).one()
    return TileAddress(z, x, y)


@pytest.mark.parametrize(
    ("zoom", "layers"),
    [
        (12, set()),
        (13, {"services"}),
        (15, {"services", "compound_labels"}),
        (16, {"services", "compound_labels", "gates"}),
    ],
)
def test_points_come_with_the_zoom(city: Connection, zoom: int, layers: set[str]) -> None:
    tile = mapbox_vector_tile.decode(vector_tile(city, EVERYTHING, "services", tile_of(city, zoom), DAY))
    assert set(tile) == layers
    for name, words in (("services", "仕奇卫生服务站"), ("compound_labels", "富邦小区"), ("gates", "北门")):
        if name in layers:
            assert [one["properties"]["name"] for one in tile[name]["features"]] == [words]
    if "gates" in layers:
        assert tile["gates"]["features"][0]["properties"]["kind"] == "pedestrian"


def test_points_are_geography(city: Connection) -> None:
    address = tile_of(city, 16)
    nobody = scope_of_areas("nowhere")
    assert vector_tile(city, nobody, "services", address, DAY) == vector_tile(
        city, EVERYTHING, "services", address, DAY
    )
    assert tile_version(city, nobody, "services", DAY) == tile_version(city, EVERYTHING, "services", DAY)


@pytest.mark.parametrize("table", ["service_point", "gate", "compound"])
def test_a_change_makes_new_tiles(city: Connection, table: str) -> None:
    before = tile_version(city, EVERYTHING, "services", DAY)
    city.execute(text(f"UPDATE {table} SET name = name || ' neu'"))
    assert tile_version(city, EVERYTHING, "services", DAY) != before
