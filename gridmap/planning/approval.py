"""The way of a draft plan (划分方案) to its publication: who may take which step from which state, as one table.

Community proposes, street reviews, district approves; whoever drew a plan neither reviews, approves nor publishes it.
"""

from dataclasses import dataclass
from enum import StrEnum

from gridmap.access import Permission
from gridmap.errors import GridmapError


class PlanState(StrEnum):
    """How far a plan has come."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class PlanStep(StrEnum):
    """What somebody does with a plan as a whole."""

    PROPOSE = "propose"
    REVIEW = "review"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    DISCARD = "discard"


class StepNotNow(GridmapError):
    """A step that the plan's state does not allow."""

    code = "plan_step_not_now"
    zh = "方案目前为“{state_zh}”，不能{step_zh}；请刷新页面查看最新状态。"
    en = "The plan is {state} now: “{step}” is not possible. Reload the page to see how far it is."


class OwnPlan(GridmapError):
    """Somebody decides about a plan that they drew themselves."""

    code = "plan_is_own"
    zh = "您参与了该方案的起草，不能由您{step_zh}；请由另一位负责人办理。"
    en = "You drew this plan: “{step}” needs another person."


class StepReasonMissing(GridmapError):
    """A step that needs a reason comes without one."""

    code = "plan_reason_missing"
    zh = "请填写理由。"
    en = "Give a reason."


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the table. ``others_only``: nobody who drew a version of the plan takes it."""

    step: PlanStep
    sources: frozenset[PlanState]
    target: PlanState
    permission: Permission
    others_only: bool = False
    reason: bool = False


_S = PlanState
STEPS: dict[PlanStep, Step] = {
    each.step: each
    for each in (
        Step(PlanStep.PROPOSE, frozenset({_S.DRAFT}), _S.PROPOSED, Permission.DRAFT_PLANS),
        Step(PlanStep.REVIEW, frozenset({_S.PROPOSED}), _S.REVIEWED, Permission.REVIEW_PLANS, others_only=True),
        Step(PlanStep.APPROVE, frozenset({_S.REVIEWED}), _S.APPROVED, Permission.APPROVE_PLANS, others_only=True),
        Step(
            PlanStep.SEND_BACK,
            frozenset({_S.PROPOSED, _S.REVIEWED, _S.APPROVED}),
            _S.DRAFT,
            Permission.REVIEW_PLANS,
            reason=True,
        ),
        Step(PlanStep.PUBLISH, frozenset({_S.APPROVED}), _S.PUBLISHED, Permission.APPROVE_PLANS, others_only=True),
        Step(PlanStep.WITHDRAW, frozenset({_S.PUBLISHED}), _S.APPROVED, Permission.APPROVE_PLANS, reason=True),
        Step(PlanStep.DISCARD, frozenset({_S.DRAFT}), _S.DISCARDED, Permission.DRAFT_PLANS, reason=True),
    )
}

_STATE_ZH = {
    _S.DRAFT: "草案", _S.PROPOSED: "待街道审核", _S.REVIEWED: "待区审批", _S.APPROVED: "已批准·待发布",
    _S.PUBLISHED: "已发布", _S.DISCARDED: "已作废",
}  # fmt: skip
_STEP_ZH = {
    PlanStep.PROPOSE: "提交审核", PlanStep.REVIEW: "审核通过", PlanStep.APPROVE: "批准", PlanStep.SEND_BACK: "退回修改",
    PlanStep.PUBLISH: "发布启用", PlanStep.WITHDRAW: "撤回发布", PlanStep.DISCARD: "作废",
}  # fmt: skip


def possible_steps(state: PlanState, permissions: frozenset[Permission], *, drew: bool) -> tuple[PlanStep, ...]:
    """The steps that a person may take now, in the order of the table. ``drew``: they drew a version of the plan."""
    return tuple(
        each.step
        for each in STEPS.values()
        if state in each.sources and each.permission in permissions and not (drew and each.others_only)
    )


def step_onward(state: PlanState) -> PlanStep | None:
    """The step of somebody else that a plan waits for on its way to publication.

    >>> step_onward(PlanState.PROPOSED), step_onward(PlanState.DRAFT)
    (<PlanStep.REVIEW: 'review'>, None)
    """
    waited_for = (each.step for each in STEPS.values() if state in each.sources and each.others_only)
    return next(waited_for, None)


def state_after(step: PlanStep, state: PlanState, *, drew: bool, reason: str = "") -> PlanState:
    """The state that a step leads to. Permission is the caller's matter.

    Errors: ``StepNotNow``, ``OwnPlan``, ``StepReasonMissing``.

    >>> state_after(PlanStep.REVIEW, PlanState.PROPOSED, drew=False)
    <PlanState.REVIEWED: 'reviewed'>
    """
    row = STEPS[step]
    if state not in row.sources:
        raise StepNotNow(state=state.value, step=step.value, state_zh=_STATE_ZH[state], step_zh=_STEP_ZH[step])
    if drew and row.others_only:
        raise OwnPlan(step=step.value, step_zh=_STEP_ZH[step])
    if row.reason and not reason.strip():
        raise StepReasonMissing(field="reason")
    return row.target
