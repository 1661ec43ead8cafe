"""Versions of a plan: whole, never overwritten, never out of bounds."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from geodata.actions.planning.saving import (
    FixedGridTouched,
    GridUnnamed,
    LabelsDoNotFit,
    PlanNotDraft,
    PlanNotReady,
    StalePlan,
    save_version,
)
from geodata.actions.planning.stepping import take_step
from geodata.plans.ground import read_ground
from geodata.plans.listing import PlanBoundsWrong, PlanNameMissing, UnknownPlan, add_plan, list_plans, plan_by_ref
from geodata.plans.versions import PlannedGrid, UnknownVersion, list_versions, version_of
from geodata.scope import EVERYTHING
from geodata.tables import plan_version
from gridmap.planning.approval import PlanStep
from tests.geodata.cities import COMMUNITY
from tests.geodata.plans.conftest import GRIDS, People, drawn, four_units


def test_ground_comes_back_as_it_was_written(nine_grids: Connection, ref: UUID) -> None:
    found = read_ground(nine_grids, plan_by_ref(nine_grids, EVERYTHING, ref).id)
    made = four_units()
    assert found.units.to_dict("list") == {
        **made.units.to_dict("list"), "compound_id": [None] * 4,
    }  # fmt: skip
    assert all(one.equals(other) for one, other in zip(found.shapes, made.shapes, strict=True))
    assert found.edges.tolist() == made.edges.tolist()
    assert found.border_m.tolist() == made.border_m.tolist()
    assert found.barrier.tolist() == made.barrier.tolist()


def test_a_plan_is_listed_inside_its_area_alone(nine_grids: Connection, people: People, ref: UUID) -> None:
    (row,) = list_plans(nine_grids, people.drafter.scope)
    assert (row.area_name, row.units, row.households, row.author) == ("仕奇社区", 4, 800, "drafter")
    assert [each.ref for each in list_plans(nine_grids, people.approver.scope)] == [ref]
    assert list_plans(nine_grids, people.stranger.scope) == []
    with pytest.raises(UnknownPlan):
        save_version(nine_grids, people.stranger, ref, drawn([0, 1, 1, 2]))


def test_versions_follow_each_other_and_stay(nine_grids: Connection, people: People, ref: UUID) -> None:
    first = save_version(nine_grids, people.drafter, ref, drawn([0, 1, 1, 2]))
    second = save_version(nine_grids, people.second, ref, drawn([0, -1, 1, 2], base=2, note="东街待定"))
    assert (first.version, second.version) == (2, 3)
    key = plan_by_ref(nine_grids, EVERYTHING, ref).id
    assert [(row.version, row.base, row.author) for row in list_versions(nine_grids, key)] == [
        (3, 2, "second"),
        (2, 1, "drafter"),
        (1, None, None),
    ]
    assert version_of(nine_grids, key, 2).labels.tolist() == [0, 1, 1, 2]
    with pytest.raises(UnknownVersion):
        version_of(nine_grids, key, 4)
    with pytest.raises(DBAPIError, match="appended only"):
        nine_grids.execute(plan_version.update().values(note="anders"))


def test_a_grid_keeps_its_code_while_it_is_the_same(nine_grids: Connection, people: People, ref: UUID) -> None:
    same = save_version(nine_grids, people.drafter, ref, drawn([0, 0, 1, 2]))
    assert [grid.code for grid in same.grids] == [grid.code for grid in GRIDS]
    other = save_version(nine_grids, people.drafter, ref, drawn([0, 1, 1, 2], base=2))
    assert [grid.code for grid in other.grids] == [None, None, GRIDS[2].code]
    back = save_version(nine_grids, people.drafter, ref, drawn([1, 1, 0, 2], base=3))
    assert [grid.code for grid in back.grids] == ["150105001018002", "150105001018001", GRIDS[2].code]


def test_a_stale_save_is_refused_and_names_who_was_first(nine_grids: Connection, people: People, ref: UUID) -> None:
    save_version(nine_grids, people.second, ref, drawn([0, 1, 1, 2]))
    with pytest.raises(StalePlan) as caught:
        save_version(nine_grids, people.drafter, ref, drawn([1, 1, 1, 2]))
    assert caught.value.values == {"version": 2, "author": "second"}
    assert plan_by_ref(nine_grids, EVERYTHING, ref).version == 2


def test_the_same_save_again_makes_no_second_version(nine_grids: Connection, people: People, ref: UUID) -> None:
    once = save_version(nine_grids, people.drafter, ref, drawn([0, 1, 1, 2]))
    again = save_version(nine_grids, people.drafter, ref, drawn([0, 1, 1, 2]))
    assert once.version == again.version == plan_by_ref(nine_grids, EVERYTHING, ref).version == 2
    with pytest.raises(StalePlan):
        save_version(nine_grids, people.second, ref, drawn([0, 1, 1, 2]))


def test_grids_without_a_unit_are_left_out(nine_grids: Connection, people: People, ref: UUID) -> None:
    saved = save_version(nine_grids, people.drafter, ref, drawn([1, 1, -1, 2]))
    assert [grid.name for grid in saved.grids] == ["东街网格", "满都海公园网格"]
    assert saved.labels.tolist() == [0, 0, -1, 1]


def test_nothing_is_saved_before_there_are_units(nine_grids: Connection, people: People) -> None:
    row = add_plan(
        nine_grids, "新方案", COMMUNITY, target=400, lower=300, upper=500, account_id=people.drafter.account_id
    )
    with pytest.raises(PlanNotReady):
        save_version(nine_grids, people.drafter, row.ref, drawn([]))


@pytest.mark.parametrize("labels", [[0, 1, 1], [0, 1, 1, 3], [0, -2, 1, 2], [0, 1, 1, 2, 0]])
def test_labels_that_do_not_fit_are_refused(
    nine_grids: Connection, people: People, ref: UUID, labels: list[int]
) -> None:
    with pytest.raises(LabelsDoNotFit):
        save_version(nine_grids, people.drafter, ref, drawn(labels))
    assert plan_by_ref(nine_grids, EVERYTHING, ref).version == 1


@pytest.mark.parametrize("labels", [[0, 1, 2, 2], [0, 1, 1, 1], [0, 1, 1, -1]])
def test_a_grid_that_stays_is_not_touched(nine_grids: Connection, people: People, ref: UUID, labels: list[int]) -> None:
    with pytest.raises(FixedGridTouched):
        save_version(nine_grids, people.drafter, ref, drawn(labels))


def test_a_grid_needs_a_name(nine_grids: Connection, people: People, ref: UUID) -> None:
    unnamed = replace(drawn([0, 1, 1, 2]), grids=(PlannedGrid(" "), *GRIDS[1:]))
    with pytest.raises(GridUnnamed):
        save_version(nine_grids, people.drafter, ref, unnamed)


def test_what_is_being_decided_about_cannot_be_changed(nine_grids: Connection, people: People, ref: UUID) -> None:
    save_version(nine_grids, people.drafter, ref, drawn([0, 1, 1, 2]))
    take_step(nine_grids, people.drafter, ref, PlanStep.PROPOSE, version=2)
    with pytest.raises(PlanNotDraft):
        save_version(nine_grids, people.drafter, ref, drawn([0, 0, 1, 2], base=2))


def test_a_plan_needs_a_name_and_bounds_in_order(nine_grids: Connection) -> None:
    with pytest.raises(PlanNameMissing):
        add_plan(nine_grids, "  ", COMMUNITY, target=400, lower=300, upper=500, account_id=None)
    with pytest.raises(PlanBoundsWrong):
        add_plan(nine_grids, "方案", COMMUNITY, target=600, lower=300, upper=500, account_id=None)
