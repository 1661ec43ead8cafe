"""Addresses to places in PostGIS."""

import pytest
from sqlalchemy import Connection, text

from geodata.addresses.finding import AddressCandidate, address_index, find_address, find_addresses
from geodata.addresses.matching import searched_version
from geodata.scope import EVERYTHING
from geodata.settings import Settings
from tests.geodata.cities import (
    COMMUNITY,
    OTHER_COMMUNITY,
    OTHER_WEST,
    SIDE,
    SOUTH,
    WEST,
    insert_building,
    insert_compound,
    insert_other_district,
    insert_service_point,
    insert_stairwell,
    middle_of,
)
from tests.geodata.test_compounds import scope_of_areas


@pytest.fixture
def city(nine_grids: Connection) -> Connection:
    """富邦小区 inside e, 长河家园 half in a and half in b, 阳光小区 in two districts, roads that cross in d, a park."""
    conn = nine_grids
    insert_other_district(conn)
    lon, lat = middle_of("e")
    first = insert_compound(conn, "C1", lon, lat, name="富邦小区", address="学苑路8号")
    for number in (1, 3):
        insert_building(
            conn, f"B{number}", lon + number * 0.0005, lat, name=f"{number}号楼", compound_id=first, floors=6
        )
    tower = insert_building(conn, "B9", lon, lat, name="富邦小区9号楼", compound_id=first)
    for number in "12":
        insert_stairwell(conn, tower, number)
    insert_compound(conn, "C2", WEST + SIDE, SOUTH + SIDE / 2, name="长河家园")
    for code, community, west in (("C3", COMMUNITY, WEST), ("C4", OTHER_COMMUNITY, OTHER_WEST)):
        key = insert_compound(conn, code, west + SIDE / 2, SOUTH + SIDE / 2, name="阳光小区", community_code=community)
        insert_building(conn, f"{code}B", west + SIDE / 2, SOUTH + SIDE / 2, name="阳光小区1号楼", compound_id=key)
    insert_building(conn, "B20", *middle_of("g"), name="仕奇社区平房2排")
    insert_building(conn, "B21", *middle_of("h"), name="", address="学苑路21号")
    insert_service_point(conn, "S1", *middle_of("f"), name="仕奇社区卫生服务站")
    lines = (
        ("R1", "学苑路", f"{WEST} {SOUTH + 1.5 * SIDE}, {WEST + 3 * SIDE} {SOUTH + 1.5 * SIDE}"),
        ("R2", "健康街", f"{WEST + SIDE / 2} {SOUTH}, {WEST + SIDE / 2} {SOUTH + 3 * SIDE}"),
        ("R3", "学苑路", f"{OTHER_WEST} {SOUTH + 0.005}, {OTHER_WEST + SIDE} {SOUTH + 0.005}"),
    )
    for code, name, line in lines:
        conn.execute(
            text("INSERT INTO road (code, name, geom) VALUES (:code, :name, ST_Multi(ST_GeomFromText(:line, 4326)))"),
            {"code": code, "name": name, "line": f"LINESTRING({line})"},
        )
    return conn


def first(conn: Connection, settings: Settings, words: str) -> AddressCandidate:
    return find_address(conn, settings, EVERYTHING, words)[0]


def test_a_building_has_its_place_its_grid_and_the_divisions_above(city: Connection, settings: Settings) -> None:
    found = first(city, settings, "我家在富邦小区三号楼2单元501")
    lon, lat = middle_of("e")
    assert (found.kind, found.key, found.sure, found.near) == ("building", "B3", True, False)
    assert (found.lon, found.lat) == pytest.approx((lon + 0.0015, lat))
    assert (found.grid_code, found.community_code, found.compound_code) == ("e", COMMUNITY, "C1")
    assert (found.community_name, found.street_name, found.district_name) == ("仕奇社区", "人民路街道", "赛罕区")
    assert found.ref == city.scalar(text("SELECT ref FROM building WHERE code = 'B3'"))
    assert found.ground_share == 1.0
    assert found.matched == {"compound": "exact", "building": "number"}
    # Its stairwells are not known.
    assert (found.name, found.compound_name, found.stairwell) == ("3号楼", "富邦小区", None)


def test_a_stairwell_that_is_there_is_told_by_its_number(city: Connection, settings: Settings) -> None:
    for words in ("富邦小区9号楼2单元501", "富邦小区九栋二单元"):
        assert first(city, settings, words).stairwell == "2"
    assert first(city, settings, "富邦小区9号楼7单元").stairwell is None


@pytest.mark.parametrize(
    ("words", "kind", "key", "grid", "sure"),
    [
        ("富邦小区", "compound", "C1", "e", True),
        ("富邦小区9号楼2单元", "building", "B9", "e", True),
        ("富邦小区4号楼", "compound", "C1", "e", False),
        ("仕奇社区平房2排", "building", "B20", "g", True),
        ("仕奇2排3号", "building", "B20", "g", True),
        ("仕奇社区卫生服务站", "service_point", "S1", "f", True),
        ("赛罕区学苑路8号", "compound", "C1", "e", True),
        ("赛罕区学苑路21号", "building", "B21", "h", True),
        ("学苑路与健康街交叉口", "road_crossing", "R1+R2", "d", True),
        ("新城区阳光小区1号楼", "building", "C4B", "x", True),
        ("富邦小区1号楼对面", "building", "B1", "e", False),
    ],
)
def test_things_and_their_grids(
    city: Connection, settings: Settings, words: str, kind: str, key: str, grid: str, sure: bool
) -> None:
    found = first(city, settings, words)
    assert (found.kind, found.key, found.grid_code, found.sure) == (kind, key, grid, sure)


def test_what_lies_in_several_grids_is_not_sure(city: Connection, settings: Settings) -> None:
    for words, share in (("长河家园", 0.5), ("仕奇社区", 1 / 9), ("赛罕区学苑路", 1 / 3)):
        found = first(city, settings, words)
        assert found.score > 0.9, words
        assert not found.sure, words
        assert found.ground_share == pytest.approx(share, abs=0.02), words
    assert first(city, settings, "长河家园").accuracy_m > 150


def test_a_division_without_boundary_lies_where_its_grids_are(city: Connection, settings: Settings) -> None:
    found = first(city, settings, "车站社区")
    assert found.grid_code in ("x", "y")
    assert found.ground_share == pytest.approx(0.5)


def test_equal_names_in_two_districts_stay_open_until_the_district_is_known(
    city: Connection, settings: Settings
) -> None:
    found = find_address(city, settings, EVERYTHING, "阳光小区1号楼")
    assert {each.key for each in found} == {"C3B", "C4B"}
    assert not any(each.sure for each in found)
    known = find_address(city, settings, EVERYTHING, "阳光小区1号楼", within=["150102"])
    assert [(each.key, each.sure) for each in known] == [("C4B", True)]


def test_a_scope_hides_places_and_makes_none_surer(city: Connection, settings: Settings) -> None:
    found = find_address(city, settings, scope_of_areas(COMMUNITY), "阳光小区1号楼")
    assert [(each.key, each.sure) for each in found] == [("C3B", False)]
    assert find_address(city, settings, scope_of_areas(COMMUNITY), "新城区阳光小区1号楼")[0].score < 0.5
    assert find_address(city, settings, scope_of_areas("e"), "仕奇社区卫生服务站") == []


def test_many_texts_are_answered_as_one_by_one(city: Connection, settings: Settings) -> None:
    texts = ["富邦小区3号楼", "没有这个地方", "", "学苑路与健康街路口", "仕奇社区"]
    together = find_addresses(city, settings, EVERYTHING, texts)
    assert together == [find_address(city, settings, EVERYTHING, each) for each in texts]
    assert together[1] == together[2] == []
    assert find_addresses(city, settings, EVERYTHING, []) == []


def test_a_road_is_one_however_many_lines_it_has_and_another_in_another_town(
    city: Connection, settings: Settings
) -> None:
    line = f"LINESTRING({WEST + 3 * SIDE} {SOUTH + 1.5 * SIDE}, {WEST + 3.2 * SIDE} {SOUTH + 1.5 * SIDE})"
    city.execute(
        text("INSERT INTO road (code, name, geom) VALUES ('R4', '学苑路', ST_Multi(ST_GeomFromText(:line, 4326)))"),
        {"line": line},
    )
    assert {each.key for each in find_address(city, settings, EVERYTHING, "学苑路")} == {"R1", "R3"}
    assert address_index(city, settings).roads["R1"] == ("R1", "R4")


def test_the_index_is_kept_until_a_layer_changes(city: Connection, settings: Settings) -> None:
    before = address_index(city, settings)
    assert address_index(city, settings) is before
    city.execute(text("UPDATE compound SET name = '富康小区' WHERE code = 'C1'"))
    assert first(city, settings, "富康小区3号楼").key == "B3"
    assert address_index(city, settings) is not before


def test_a_stairwell_that_is_new_counts_at_once(city: Connection, settings: Settings) -> None:
    assert not first(city, settings, "富邦小区9号楼3单元").sure
    version = searched_version(city)
    tower = city.scalar(text("SELECT id FROM building WHERE code = 'B9'"))
    insert_stairwell(city, tower, "3")
    assert searched_version(city) > version, "what waits is looked for again"
    found = first(city, settings, "富邦小区9号楼3单元")
    assert (found.sure, found.matched["stairwell"]) == (True, "number")


def test_a_former_name_is_one_of_the_compound(city: Connection, settings: Settings) -> None:
    assert find_address(city, settings, EVERYTHING, "毛纺厂家属院3号楼") == []
    city.execute(text("UPDATE compound SET aliases = '{毛纺厂家属院, 三毛宿舍}' WHERE code = 'C1'"))
    for words in ("毛纺厂家属院3号楼", "赛罕区三毛宿舍3号楼"):
        found = first(city, settings, words)
        assert (found.key, found.sure, found.matched["compound"]) == ("B3", True, "former"), words


def test_the_setting_decides_what_is_sure(city: Connection, settings: Settings) -> None:
    strict = Settings(home=settings.home, database_url=settings.database_url, address_sure=0.995)
    assert not first(city, strict, "富邦小区3号楼").sure


def test_an_empty_database_finds_nothing(conn: Connection, settings: Settings) -> None:
    assert find_address(conn, settings, EVERYTHING, "富邦小区3号楼") == []
