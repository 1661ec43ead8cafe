"""A plan goes its way: community proposes, street reviews, district approves, and those who drew it are told."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import Connection

from geodata.actions.acting import Actor
from geodata.actions.planning.saving import save_version
from geodata.actions.planning.stepping import NothingToPropose, PlanMovedOn, StepForbidden, steps_for, take_step
from geodata.notices import notices_of
from geodata.plans.listing import UnknownPlan, change_plan, plan_by_ref
from geodata.plans.talk import (
    CommentMissing,
    UnknownComment,
    add_comment,
    comments_on,
    settle_comment,
    steps_of,
)
from geodata.plans.versions import add_version, version_of
from geodata.scope import EVERYTHING
from gridmap.planning.approval import OwnPlan, PlanStep
from tests.geodata.plans.conftest import People, drawn


def status(conn: Connection, ref: UUID) -> str:
    return str(plan_by_ref(conn, EVERYTHING, ref).status)


@pytest.fixture
def saved(nine_grids: Connection, people: People, ref: UUID) -> UUID:
    save_version(nine_grids, people.drafter, ref, drawn([0, 1, 1, 2]))
    return ref


def test_the_whole_way(nine_grids: Connection, people: People, saved: UUID) -> None:
    conn = nine_grids
    take_step(conn, people.drafter, saved, PlanStep.PROPOSE, version=2)
    take_step(conn, people.street, saved, PlanStep.REVIEW, version=2)
    take_step(conn, people.approver, saved, PlanStep.SEND_BACK, version=2, reason="两个网格户数不均")
    assert status(conn, saved) == "draft"
    save_version(conn, people.second, saved, drawn([0, 0, 1, 2], base=2))
    take_step(conn, people.second, saved, PlanStep.PROPOSE, version=3)
    take_step(conn, people.street, saved, PlanStep.REVIEW, version=3)
    take_step(conn, people.approver, saved, PlanStep.APPROVE, version=3)
    assert status(conn, saved) == "approved"
    key = plan_by_ref(conn, EVERYTHING, saved).id
    assert [(row.step, row.version, row.author) for row in steps_of(conn, key)] == [
        ("propose", 2, "drafter"),
        ("review", 2, "street"),
        ("send_back", 2, "approver"),
        ("propose", 3, "second"),
        ("review", 3, "street"),
        ("approve", 3, "approver"),
    ]
    assert people.drafter.account_id is not None
    told = notices_of(conn, people.drafter.account_id)
    assert [row.detail["step"] for row in told] == ["approve", "review", "propose", "send_back", "review"]
    assert told[3].detail["reason"] == "两个网格户数不均"


def test_whoever_may_take_a_plan_on_is_told_that_it_waits(nine_grids: Connection, people: People, saved: UUID) -> None:
    conn = nine_grids
    take_step(conn, people.drafter, saved, PlanStep.PROPOSE, version=2)
    take_step(conn, people.street, saved, PlanStep.REVIEW, version=2)
    take_step(conn, people.approver, saved, PlanStep.APPROVE, version=2)

    def waits_for(who: Actor) -> list[str]:
        assert who.account_id is not None
        return [row.detail["step"] for row in notices_of(conn, who.account_id) if row.kind == "plan_waits"]

    # The street decides before the district; whoever approved publishes, and needs no word of it.
    assert waits_for(people.street) == ["review"]
    assert waits_for(people.approver) == ["approve"]
    assert waits_for(people.drafter) == waits_for(people.second) == waits_for(people.stranger) == []


def test_the_next_one_is_told_where_the_nearest_drew_the_plan(
    nine_grids: Connection, people: People, saved: UUID
) -> None:
    key = plan_by_ref(nine_grids, EVERYTHING, saved).id
    assert people.street.account_id is not None
    row = version_of(nine_grids, key, 2)
    add_version(nine_grids, key, replace(row, version=3, base=2, account_id=people.street.account_id))
    change_plan(nine_grids, key, version=3)
    take_step(nine_grids, people.drafter, saved, PlanStep.PROPOSE, version=3)
    assert people.approver.account_id is not None
    assert [each.kind for each in notices_of(nine_grids, people.approver.account_id)] == ["plan_waits"]
    assert [each.kind for each in notices_of(nine_grids, people.street.account_id)] == ["plan_step"]


def test_who_drew_does_not_decide_even_with_the_role(nine_grids: Connection, people: People, saved: UUID) -> None:
    save_version(nine_grids, people.approver, saved, drawn([0, 0, 1, 2], base=2))
    take_step(nine_grids, people.drafter, saved, PlanStep.PROPOSE, version=3)
    with pytest.raises(OwnPlan):
        take_step(nine_grids, people.approver, saved, PlanStep.REVIEW, version=3)
    row = plan_by_ref(nine_grids, EVERYTHING, saved)
    assert PlanStep.REVIEW not in steps_for(nine_grids, people.approver, row)
    assert PlanStep.REVIEW in steps_for(nine_grids, people.street, row)


def test_roles_and_areas_bound_the_steps(nine_grids: Connection, people: People, saved: UUID) -> None:
    with pytest.raises(StepForbidden):
        take_step(nine_grids, people.street, saved, PlanStep.PROPOSE, version=2)
    with pytest.raises(UnknownPlan):
        take_step(nine_grids, people.stranger, saved, PlanStep.PROPOSE, version=2)
    take_step(nine_grids, people.drafter, saved, PlanStep.PROPOSE, version=2)
    with pytest.raises(StepForbidden):
        take_step(nine_grids, people.second, saved, PlanStep.REVIEW, version=2)
    assert status(nine_grids, saved) == "proposed"


def test_nobody_decides_about_what_they_have_not_seen(nine_grids: Connection, people: People, saved: UUID) -> None:
    save_version(nine_grids, people.second, saved, drawn([0, 0, 1, 2], base=2))
    with pytest.raises(PlanMovedOn):
        take_step(nine_grids, people.drafter, saved, PlanStep.PROPOSE, version=2)


def test_an_empty_plan_is_not_proposed(nine_grids: Connection, people: People, ref: UUID) -> None:
    with pytest.raises(NothingToPropose):
        take_step(nine_grids, people.drafter, ref, PlanStep.PROPOSE, version=1)


def test_comments_stand_at_their_place_until_settled(nine_grids: Connection, people: People, saved: UUID) -> None:
    conn, key = nine_grids, plan_by_ref(nine_grids, EVERYTHING, saved).id
    at_place = add_comment(
        conn, key, 1, " 河以北应归一个网格 ", at=(111.705, 40.805), account_id=people.street.account_id
    )
    add_comment(conn, key, 1, "总体可行", account_id=people.approver.account_id)
    first, second = comments_on(conn, key)
    assert (first.ref, first.text, first.lon, first.lat, first.author) == (
        at_place, "河以北应归一个网格", 111.705, 40.805, "street",
    )  # fmt: skip
    assert (second.lon, second.settled_at) == (None, None)
    assert people.drafter.account_id is not None
    settle_comment(conn, key, at_place, people.drafter.account_id)
    assert comments_on(conn, key)[0].settled_at is not None
    with pytest.raises(UnknownComment):
        settle_comment(conn, key, at_place, people.drafter.account_id)
    with pytest.raises(CommentMissing):
        add_comment(conn, key, 1, "  ", account_id=None)
