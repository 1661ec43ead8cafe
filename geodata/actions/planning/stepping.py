"""Take a plan a step on its way: propose, review, approve, send back, discard. Publishing and withdrawing do more and stand elsewhere."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func

from geodata.actions.acting import Actor
from geodata.notices import deciders_of, tell
from geodata.plans.listing import authors_of, change_plan, drew, plan_by_ref
from geodata.plans.talk import note_step
from geodata.plans.versions import PRESENT
from gridmap.errors import GridmapError
from gridmap.planning.approval import STEPS, PlanState, PlanStep, possible_steps, state_after, step_onward

REASON_MOST = 500


class NothingToPropose(GridmapError):
    """A plan without a saved version goes no further."""

    code = "plan_without_version"
    zh = "方案还没有保存任何版本，不能提交审核；请先生成或绘制网格并保存。"
    en = "No version of the plan was saved yet: suggest or draw grids, and save them first."


class PlanMovedOn(GridmapError):
    """A step was taken with another version in view than the one that is saved now."""

    code = "plan_moved_on"
    zh = "方案现已更新到第 {version} 版；请查看最新内容后再操作。"
    en = "The plan is at version {version} now. Look at it before you decide."


class StepReasonTooLong(GridmapError):
    """A reason that would be cut off."""

    code = "plan_reason_too_long"
    zh = "理由最多 {most} 字，现有 {length} 字。"
    en = "A reason has {most} characters at most; this one has {length}."


class StepForbidden(GridmapError):
    """A step that the account's role may not take."""

    code = "plan_step_forbidden"
    zh = "您的角色不能办理这一步。"
    en = "Your role may not take this step."


def steps_for(conn: Connection, by: Actor, row: Row[Any]) -> tuple[PlanStep, ...]:
    """The steps that the actor may take now with a plan."""
    mine = drew(conn, row.id, by.account_id)
    return possible_steps(PlanState(row.status), by.scope.permissions, drew=mine)


def checked_reason(reason: str, field: str = "reason") -> str:
    """A reason without blanks around it. Errors: ``StepReasonTooLong``."""
    words = reason.strip()
    if len(words) > REASON_MOST:
        raise StepReasonTooLong(field=field, most=REASON_MOST, length=len(words))
    return words


def take_step(
    conn: Connection,
    by: Actor,
    ref: UUID,
    step: PlanStep,
    *,
    version: int,
    reason: str = "",
    day: date | None = None,
    **detail: Any,
) -> Row[Any]:
    """Move a plan on in the caller's transaction; the plan as it was before.

    ``day`` is the first one in force, for publishing. ``version`` is the one in view: nobody decides about what they have not seen. Those who drew the plan are told, and those who may take it on.
    Errors: ``UnknownPlan``, ``StepForbidden``, ``PlanMovedOn``, ``NothingToPropose``, ``StepNotNow``, ``OwnPlan``, ``StepReasonMissing``,
    ``StepReasonTooLong``.
    """
    row = plan_by_ref(conn, by.scope, ref, lock=True)
    if not by.scope.may(STEPS[step].permission):
        raise StepForbidden(field="step")
    after = state_after(step, PlanState(row.status), drew=drew(conn, row.id, by.account_id), reason=reason)
    if row.version != version:
        raise PlanMovedOn(field="version", version=row.version)
    if step is PlanStep.PROPOSE and row.version <= PRESENT:
        raise NothingToPropose(field="plan")
    words = checked_reason(reason)
    dates: dict[str, Any] = {}
    if step in (PlanStep.PUBLISH, PlanStep.WITHDRAW):
        dates = {"valid_from": day, "published_at": None if day is None else func.now()}
    change_plan(conn, row.id, status=after, **dates)
    note_step(conn, row.id, step, version, reason=words, account_id=by.account_id, **detail)
    about = {"plan": str(row.ref), "name": row.name}
    authors = authors_of(conn, row.id)
    tell(conn, authors, "plan_step", about | {"step": step.value, "reason": words}, but=by.account_id)
    if onward := step_onward(after):
        deciders = deciders_of(conn, row.area_code, STEPS[onward].permission, by.day, but=authors)
        tell(conn, deciders, "plan_waits", about | {"step": onward.value}, but=by.account_id)
    by.note(conn, f"plan_{step.value}", str(row.ref), version=version, reason=words)
    return row
