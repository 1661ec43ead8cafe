"""Homes are read for a purpose, by those responsible for the place, and never without a line in the audit log."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from geodata.actions.viewing_homes import HomesNotAllowed, view_homes
from geodata.buildings import UnknownBuilding
from geodata.homes import PURPOSES, Purpose, PurposeMissing, PurposeUnclear, homes_of
from geodata.scope import Scope
from geodata.tables import audit_log
from gridmap.access import GRANTS, Permission, Reach, Role
from tests.geodata.cities import insert_building, insert_household, insert_stairwell, middle_of
from tests.geodata.test_buildings import ref_of
from tests.geodata.test_compounds import DAY

WORKER = GRANTS[Role.GRID_WORKER].permissions


def worker_of(*areas: str) -> Scope:
    return Scope(None, WORKER, Reach.AREA, areas)


@pytest.fixture
def ref(nine_grids: Connection) -> UUID:
    key = insert_building(nine_grids, "b", *middle_of("e"))
    stairs = {number: insert_stairwell(nine_grids, key, number) for number in ("2", "1")}
    insert_household(
        nine_grids, "x", key, stairwell_id=stairs["2"], floor=1, room="101", people=1, care_groups=["独居老人"]
    )
    insert_household(nine_grids, "y", key, stairwell_id=stairs["1"], floor=2, room="201", people=3)
    insert_household(nine_grids, "z", key, stairwell_id=stairs["1"], floor=1, room="102", people=4)
    insert_household(nine_grids, "w", key, people=2)
    return ref_of(nine_grids, key)


def noted(conn: Connection) -> list[Any]:
    return list(conn.execute(select(audit_log).where(audit_log.c.action.startswith("homes_"))))


def test_homes_come_by_stairwell_floor_and_room(nine_grids: Connection, ref: UUID) -> None:
    _, homes = view_homes(nine_grids, worker_of("e"), ref, Purpose("home_visit"), DAY)
    assert [(home.stairwell, home.floor, home.room, home.people) for home in homes] == [
        ("1单元", 1, "102", 4),
        ("1单元", 2, "201", 3),
        ("2单元", 1, "101", 1),
        ("", None, "", 2),
    ]
    assert homes[2].care_groups == ("独居老人",)


def test_each_look_is_a_line(nine_grids: Connection, ref: UUID) -> None:
    view_homes(nine_grids, worker_of("e"), ref, Purpose("case_check"), DAY, request_id="r1")
    view_homes(nine_grids, worker_of("e"), ref, Purpose("other", "核对门牌号"), DAY, action="homes_exported")
    first, second = noted(nine_grids)
    assert (first.action, first.object, first.purpose, first.request_id, first.detail) == (
        "homes_viewed", str(ref), "case_check", "r1", {"rows": 4},
    )  # fmt: skip
    assert (second.action, second.purpose) == ("homes_exported", "other: 核对门牌号")


def test_homes_elsewhere_are_unknown_and_leave_no_line(nine_grids: Connection, ref: UUID) -> None:
    with pytest.raises(UnknownBuilding):
        view_homes(nine_grids, worker_of("d"), ref, Purpose("home_visit"), DAY)
    assert noted(nine_grids) == []


@pytest.mark.parametrize("role", [role for role in Role if Permission.VIEW_HOMES not in GRANTS[role].permissions])
def test_a_role_that_is_not_responsible_gets_none(nine_grids: Connection, ref: UUID, role: Role) -> None:
    asks = Scope(None, GRANTS[role].permissions, GRANTS[role].reports, None)
    with pytest.raises(HomesNotAllowed):
        view_homes(nine_grids, asks, ref, Purpose("home_visit"), DAY)


def test_who_may_is_responsible_for_a_place() -> None:
    """Not leaders, not those who run the machine: and never for the whole city."""
    may = {role for role in Role if Permission.VIEW_HOMES in GRANTS[role].permissions}
    assert may == {Role.GRID_WORKER, Role.BRANCH_SECRETARY, Role.COMMUNITY_SECRETARY}
    assert all(not {"city", "district", "street"} & set(GRANTS[role].levels) for role in may)


def test_what_cannot_be_noted_is_not_read_out(nine_grids: Connection, ref: UUID) -> None:
    nine_grids.execute(text("ALTER TABLE audit_log ADD CONSTRAINT broken CHECK (action <> 'homes_viewed') NOT VALID"))
    with pytest.raises(DBAPIError, match="broken"):
        view_homes(nine_grids, worker_of("e"), ref, Purpose("home_visit"), DAY)


def test_a_purpose_is_one_of_five_or_put_into_words() -> None:
    for kind in PURPOSES[:-1]:
        assert str(Purpose.parse({"purpose": kind, "words": "ignored"})) == kind
    assert str(Purpose.parse({"purpose": "other", "words": "  核对  门牌号 "})) == "other: 核对 门牌号"
    for form in ({}, {"purpose": ""}, {"purpose": "curiosity"}):
        with pytest.raises(PurposeMissing):
            Purpose.parse(form)
    for words in ("", "  ", "看看", "x" * 201):
        with pytest.raises(PurposeUnclear):
            Purpose.parse({"purpose": "other", "words": words})


def test_a_building_without_homes(nine_grids: Connection) -> None:
    key = insert_building(nine_grids, "empty", *middle_of("e"))
    assert homes_of(nine_grids, key) == []
