"""Buildings: where they lie decides who sees them; small numbers of households do not follow from others."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import Connection, select

from geodata.buildings import UnknownBuilding, building_by_ref, households_of, stairwells_of
from geodata.scope import EVERYTHING
from geodata.tables import building
from tests.geodata.cities import (
    COMMUNITY,
    insert_building,
    insert_compound,
    insert_household,
    insert_stairwell,
    middle_of,
)
from tests.geodata.test_compounds import DAY, scope_of_areas


def ref_of(conn: Connection, key: int) -> UUID:
    found = conn.scalar(select(building.c.ref).where(building.c.id == key))
    assert found is not None
    return found


def with_homes(conn: Connection, code: str, homes: int, **values: object) -> int:
    lon, lat = middle_of("e")
    key = insert_building(conn, code, lon, lat, **values)
    for n in range(homes):
        insert_household(conn, f"{code}-{n}", key)
    return key


def test_a_building_knows_its_compound_grid_and_community(nine_grids: Connection) -> None:
    lon, lat = middle_of("e")
    compound = insert_compound(nine_grids, "c", lon, lat, name="富邦小区")
    key = insert_building(nine_grids, "b", lon, lat, name="3号楼", compound_id=compound, floors=6)
    found = building_by_ref(nine_grids, EVERYTHING, ref_of(nine_grids, key), DAY)
    assert (found.compound_name, found.grid_code, found.community_code) == ("富邦小区", "e", COMMUNITY)
    assert (found.west, found.east) == pytest.approx((lon - 0.0002, lon + 0.0002))


def test_a_building_outside_the_area_is_unknown(nine_grids: Connection) -> None:
    ref = ref_of(nine_grids, insert_building(nine_grids, "b", *middle_of("e")))
    for areas in (("d",), ("150105002",), ()):
        with pytest.raises(UnknownBuilding):
            building_by_ref(nine_grids, scope_of_areas(*areas), ref, DAY)
    assert building_by_ref(nine_grids, scope_of_areas("e"), ref, DAY).grid_code == "e"


def test_a_building_that_reaches_over_a_border_belongs_where_its_middle_lies(nine_grids: Connection) -> None:
    lon, lat = middle_of("e")
    ref = ref_of(nine_grids, insert_building(nine_grids, "b", lon + 0.0049, lat))
    assert building_by_ref(nine_grids, EVERYTHING, ref, DAY).grid_code == "e"
    with pytest.raises(UnknownBuilding):
        building_by_ref(nine_grids, scope_of_areas("f"), ref, DAY)


def test_a_building_in_no_grid_is_for_those_who_have_the_city(nine_grids: Connection) -> None:
    ref = ref_of(nine_grids, insert_building(nine_grids, "b", 112.5, 41.5))
    assert building_by_ref(nine_grids, EVERYTHING, ref, DAY).grid_code is None
    with pytest.raises(UnknownBuilding):
        building_by_ref(nine_grids, scope_of_areas("1501"), ref, DAY)


def test_grids_of_another_day_do_not_hold_it(nine_grids: Connection) -> None:
    nine_grids.exec_driver_sql("UPDATE grid SET valid = '[2020-01-01,2026-01-01)' WHERE code = 'e'")
    ref = ref_of(nine_grids, insert_building(nine_grids, "b", *middle_of("e")))
    assert building_by_ref(nine_grids, scope_of_areas("e"), ref, date(2025, 12, 31)).grid_code == "e"
    with pytest.raises(UnknownBuilding):
        building_by_ref(nine_grids, scope_of_areas("e"), ref, DAY)


def test_a_small_number_does_not_follow_from_the_compound_and_its_other_buildings(nine_grids: Connection) -> None:
    compound = insert_compound(nine_grids, "c", *middle_of("e"))
    few = with_homes(nine_grids, "few", 2, compound_id=compound)
    next_ = with_homes(nine_grids, "next", 8, compound_id=compound)
    many = with_homes(nine_grids, "many", 30, compound_id=compound)
    alone = with_homes(nine_grids, "alone", 9)
    assert households_of(nine_grids, few, compound) == (2, False)
    assert households_of(nine_grids, next_, compound) == (8, False)  # else 40 - 30 - 8 = 2
    assert households_of(nine_grids, many, compound) == (30, True)
    assert households_of(nine_grids, alone, None) == (9, True)


def test_stairwells_in_order_with_their_homes(nine_grids: Connection) -> None:
    key = insert_building(nine_grids, "b", *middle_of("e"))
    for number, homes in (("10", 6), ("2", 12), ("1", 7)):
        stairwell = insert_stairwell(nine_grids, key, number)
        for n in range(homes):
            insert_household(nine_grids, f"{number}-{n}", key, stairwell_id=stairwell)
    assert stairwells_of(nine_grids, key) == [("1单元", 7, True), ("2单元", 12, True), ("10单元", 6, True)]
    insert_stairwell(nine_grids, key, "11")
    insert_household(nine_grids, "lone", key, stairwell_id=insert_stairwell(nine_grids, key, "12"))
    told = {name: may for name, _, may in stairwells_of(nine_grids, key)}
    assert told == {"1单元": True, "2单元": True, "10单元": False, "11单元": True, "12单元": False}
