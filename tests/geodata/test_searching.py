"""Search by what people write: names, codes, addresses such as 富邦小区3号楼."""

import pytest
from sqlalchemy import Connection, text

from geodata.scope import EVERYTHING
from geodata.searching import find_things
from tests.geodata.cities import COMMUNITY, insert_building, insert_compound, insert_service_point, middle_of
from tests.geodata.test_compounds import DAY, scope_of_areas


@pytest.fixture
def city(nine_grids: Connection) -> Connection:
    """富邦小区 in e with short names of buildings, 锦绣园 in a with whole ones, a clinic in e."""
    lon, lat = middle_of("e")
    first = insert_compound(nine_grids, "150105001018C01", lon, lat, name="富邦小区", name_en="Fubang")
    for number in (1, 2, 3, 13, 30):
        insert_building(nine_grids, f"150105001018B{number:04d}", lon, lat, name=f"{number}号楼", compound_id=first)
    lon, lat = middle_of("a")
    second = insert_compound(nine_grids, "150105001018C02", lon, lat, name="锦绣园2期")
    insert_building(nine_grids, "150105001018B0103", lon, lat, name="锦绣园2期3号楼", compound_id=second)
    insert_building(nine_grids, "150105001018B0200", lon, lat, name="", address="新华大街12号")
    lon, lat = middle_of("e")
    insert_service_point(nine_grids, "150105001018S01", lon, lat, name="仕奇卫生服务站", address="新华大街8号")
    return nine_grids


def found(conn: Connection, words: str, *areas: str) -> list[tuple[str, str]]:
    scope = scope_of_areas(*areas) if areas else EVERYTHING
    return [(thing.kind, thing.name or thing.address) for thing in find_things(conn, scope, words, DAY)]


@pytest.mark.parametrize(
    "words",
    [
        "富邦小区3号楼",
        "富邦小区 3 号楼",
        "富邦3栋",
        "富邦小区3幢",
        "富邦小区3#",
        "富邦小区3号楼2单元501",
        "富邦小区03号楼",
        "富邦小区3",
    ],
)
def test_a_compound_and_a_number_find_the_building(city: Connection, words: str) -> None:
    assert found(city, words) == [("building", "3号楼")]


@pytest.mark.parametrize(
    ("words", "things"),
    [
        ("富邦", [("compound", "富邦小区")]),
        ("fubang", [("compound", "富邦小区")]),
        ("锦绣园2期3号楼", [("building", "锦绣园2期3号楼")]),
        ("新华大街12号", [("building", "新华大街12号")]),
        ("新华大街", [("building", "新华大街12号"), ("service", "仕奇卫生服务站")]),
        ("卫生服务", [("service", "仕奇卫生服务站")]),
        ("150105001018S", [("service", "仕奇卫生服务站")]),
        ("150105001018B0003", [("building", "3号楼")]),
        ("没有这个", []),
        ("  ", []),
        ("%", []),
    ],
)
def test_names_addresses_and_codes(city: Connection, words: str, things: list[tuple[str, str]]) -> None:
    assert found(city, words) == things


def test_the_short_name_comes_first_and_each_kind_ends(city: Connection) -> None:
    names = [name for _, name in found(city, "150105001018B")]
    assert names[:3] == ["新华大街12号", "1号楼", "2号楼"]
    assert len(find_things(city, EVERYTHING, "150105001018B", DAY, limit=2)) == 2


def test_results_say_compound_community_and_extent(city: Connection) -> None:
    (building,) = find_things(city, EVERYTHING, "富邦小区3号楼", DAY)
    assert (building.compound_name, building.community_name) == ("富邦小区", "仕奇社区")
    south, west, north, east = building.bounds
    lon, lat = middle_of("e")
    assert south < lat < north
    assert west < lon < east
    (clinic,) = find_things(city, EVERYTHING, "卫生服务站", DAY)
    assert clinic.community_name == "仕奇社区"


def test_what_lies_outside_the_area_is_not_found(city: Connection) -> None:
    for words in ("富邦", "富邦小区3号楼", "卫生服务站", "150105001018B0003"):
        assert found(city, words, "e")
        assert found(city, words, COMMUNITY)
        assert found(city, words, "d") == []
        assert found(city, words, "150105002") == []


def test_a_number_alone_means_one_of_the_own_area(city: Connection) -> None:
    assert ("building", "锦绣园2期3号楼") in found(city, "3号楼", "a")
    assert ("building", "锦绣园2期3号楼") not in found(city, "3号楼")


def test_buildings_are_found_by_index(city: Connection) -> None:
    """A city has 60,000 of them."""
    city.execute(
        text(
            "INSERT INTO building (code, name, geom) SELECT 'x' || n, '路' || n || '号楼', ST_Multi(ST_MakeEnvelope(112, 41, 112.001, 41.001, 4326)) FROM generate_series(1, 20000) n"
        )
    )
    city.execute(text("ANALYZE building"))
    for column in ("name", "address", "code"):
        plan = city.execute(text(f"EXPLAIN SELECT id FROM building WHERE {column} LIKE '富邦小区3%'")).scalars().all()
        assert f"ix_building_{column}_start" in "\n".join(plan)
