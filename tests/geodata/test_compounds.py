"""What stands on a compound's card, and for whom there is one."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, select

from geodata.compounds import UnknownCompound, bodies_of, compound_by_ref, compounds_of_grid, gates_of
from geodata.scope import EVERYTHING, Scope
from geodata.tables import compound, grid, unit
from gridmap.access import Permission, Reach
from tests.geodata.cities import (
    COMMUNITY,
    SIDE,
    insert_body,
    insert_building,
    insert_compound,
    insert_gate,
    insert_household,
    middle_of,
)

DAY = date(2026, 11, 20)


def scope_of_areas(*areas: str) -> Scope:
    return Scope(1, frozenset({Permission.VIEW_MAP}), Reach.AREA, areas)


def ref_of(conn: Connection, key: int) -> UUID:
    found = conn.scalar(select(compound.c.ref).where(compound.c.id == key))
    assert found is not None
    return found


def test_a_compound_counts_its_buildings_and_names_its_community(nine_grids: Connection) -> None:
    lon, lat = middle_of("e")
    key = insert_compound(nine_grids, "c", lon, lat, name="富邦小区")
    building = insert_building(nine_grids, "b", lon, lat, compound_id=key)
    for n in range(7):
        insert_household(nine_grids, f"h{n}", building)
    found = compound_by_ref(nine_grids, EVERYTHING, ref_of(nine_grids, key), DAY)
    assert (found.name, found.buildings, found.households) == ("富邦小区", 1, 7)
    assert (found.community_code, found.community_name) == (COMMUNITY, "仕奇社区")
    assert [one["code"] for one in found.grids] == ["e"]


def test_a_compound_in_two_grids_names_the_larger_part_first_and_only_what_is_in_scope(nine_grids: Connection) -> None:
    lon, lat = middle_of("e")
    key = insert_compound(nine_grids, "c", lon + 0.0045, lat)  # most of it in e, a strip in f
    ref = ref_of(nine_grids, key)
    assert [one["code"] for one in compound_by_ref(nine_grids, EVERYTHING, ref, DAY).grids] == ["e", "f"]
    assert [one["code"] for one in compound_by_ref(nine_grids, scope_of_areas("f"), ref, DAY).grids] == ["f"]


@pytest.mark.parametrize("areas", [("d",), ("150105002",), ()])
def test_a_compound_outside_the_area_is_unknown(nine_grids: Connection, areas: tuple[str, ...]) -> None:
    ref = ref_of(nine_grids, insert_compound(nine_grids, "c", *middle_of("e")))
    with pytest.raises(UnknownCompound):
        compound_by_ref(nine_grids, scope_of_areas(*areas), ref, DAY)
    for held in (("e",), (COMMUNITY,), ("150105",)):
        assert compound_by_ref(nine_grids, scope_of_areas(*held), ref, DAY).code == "c"


def test_touching_a_grid_is_not_lying_in_it(nine_grids: Connection) -> None:
    lon, lat = middle_of("e")
    ref = ref_of(nine_grids, insert_compound(nine_grids, "c", lon, lat, side=SIDE))
    with pytest.raises(UnknownCompound):
        compound_by_ref(nine_grids, scope_of_areas("f"), ref, DAY)


def test_an_unknown_ref_is_unknown(nine_grids: Connection) -> None:
    with pytest.raises(UnknownCompound):
        compound_by_ref(nine_grids, EVERYTHING, uuid4(), DAY)


def test_bodies_hold_or_are_history(nine_grids: Connection) -> None:
    key = insert_compound(nine_grids, "c", *middle_of("e"))
    water = nine_grids.scalar(
        unit.insert().values(code="w", name="春华水务", kind="utility", phone="0471-96111").returning(unit.c.id)
    )
    insert_body(nine_grids, key, "property_company", "旧物业", valid="[2020-01-01,2025-07-01)", phone="1")
    insert_body(nine_grids, key, "property_company", "新物业", valid="[2025-07-01,)", phone="2")
    insert_body(nine_grids, key, "water", "春华水务", unit_id=water)
    insert_body(nine_grids, key, "desk", "明年的工位", valid="[2027-01-01,)")
    now, before = bodies_of(nine_grids, key, DAY)
    assert [(body.kind, body.name, body.phone) for body in now] == [
        ("property_company", "新物业", "2"),
        ("water", "春华水务", "0471-96111"),  # the unit's number where the body has none
    ]
    assert [(body.name, body.valid_to) for body in before] == [("旧物业", date(2025, 7, 1))]


def test_gates_and_the_compounds_of_a_grid(nine_grids: Connection) -> None:
    lon, lat = middle_of("e")
    key = insert_compound(nine_grids, "c", lon, lat)
    insert_compound(nine_grids, "other", *middle_of("a"))
    insert_gate(nine_grids, "cS", key, lon, lat - 0.002, name="南门", kind="pedestrian")
    insert_gate(nine_grids, "cN", key, lon, lat + 0.002, name="北门")
    assert [(gate.name, gate.kind) for gate in gates_of(nine_grids, key)] == [
        ("北门", "vehicle"),
        ("南门", "pedestrian"),
    ]
    grid_id = nine_grids.scalar(select(grid.c.id).where(grid.c.code == "e"))
    assert grid_id is not None
    assert [one.code for one in compounds_of_grid(nine_grids, grid_id)] == ["c"]
