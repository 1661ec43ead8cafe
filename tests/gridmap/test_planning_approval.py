"""The way of a plan: every allowed and every forbidden step."""

from itertools import product

import pytest

from gridmap.access import GRANTS, Permission, Role
from gridmap.planning.approval import (
    STEPS,
    OwnPlan,
    PlanState,
    PlanStep,
    StepNotNow,
    StepReasonMissing,
    possible_steps,
    state_after,
)

# Written down again, by hand: what the table must say.
ALLOWED = {
    ("draft", "propose"): "proposed",
    ("draft", "discard"): "discarded",
    ("proposed", "review"): "reviewed",
    ("reviewed", "approve"): "approved",
    ("proposed", "send_back"): "draft",
    ("reviewed", "send_back"): "draft",
    ("approved", "send_back"): "draft",
    ("approved", "publish"): "published",
    ("published", "withdraw"): "approved",
}


@pytest.mark.parametrize(("state", "step"), list(product(PlanState, PlanStep)))
def test_every_pair_is_allowed_or_refused_as_written(state: PlanState, step: PlanStep) -> None:
    if (state, step) in ALLOWED:
        assert state_after(step, state, drew=False, reason="因为") == ALLOWED[state, step]
    else:
        with pytest.raises(StepNotNow):
            state_after(step, state, drew=False, reason="因为")


@pytest.mark.parametrize("step", ["review", "approve", "publish"])
def test_nobody_decides_about_their_own_plan(step: str) -> None:
    row = STEPS[PlanStep(step)]
    (state,) = row.sources
    with pytest.raises(OwnPlan):
        state_after(row.step, state, drew=True)
    assert row.step not in possible_steps(state, frozenset(Permission), drew=True)
    assert row.step in possible_steps(state, frozenset(Permission), drew=False)


@pytest.mark.parametrize("step", ["send_back", "withdraw", "discard"])
def test_steps_back_need_a_reason(step: str) -> None:
    row = STEPS[PlanStep(step)]
    for state in row.sources:
        with pytest.raises(StepReasonMissing):
            state_after(row.step, state, drew=False, reason="  ")


def test_no_role_both_draws_and_publishes() -> None:
    for role in Role:
        permissions = GRANTS[role].permissions
        assert not {Permission.DRAFT_PLANS, Permission.APPROVE_PLANS} <= permissions
        if permissions & {Permission.DRAFT_PLANS, Permission.REVIEW_PLANS, Permission.APPROVE_PLANS}:
            assert Permission.VIEW_PLANS in permissions


def test_who_sees_nothing_may_do_nothing() -> None:
    assert possible_steps(PlanState.DRAFT, frozenset(), drew=False) == ()
