"""Publish a plan (发布启用): old grids end at the midnight of its day, new ones begin there; withdraw it before that day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import shapely
from sqlalchemy import Connection, Row, func, insert, update

from geodata.actions.acting import Actor
from geodata.actions.boundaries import Followed, follow_grids, remember_grids
from geodata.actions.planning.changing import GridChanges, grid_changes
from geodata.actions.planning.checking import Finding, check_plan
from geodata.actions.planning.drafting import Draft, drafted
from geodata.actions.planning.stepping import checked_reason, take_step
from geodata.actions.planning.telling import tell_published, tell_withdrawn
from geodata.actions.publishing import PublicationPast, withdraw_grids
from geodata.days import today
from geodata.plans.ground import PlanGround, read_ground
from geodata.plans.listing import plan_by_ref
from geodata.plans.versions import PRESENT, PlanVersion, version_of
from geodata.settings import Settings
from geodata.tables import grid
from gridmap.errors import GridmapError
from gridmap.planning.approval import PlanStep


class PlanDayTooEarly(GridmapError):
    """A plan is to come into force today or earlier."""

    code = "plan_day_too_early"
    zh = "启用日期最早为明天（{earliest}）：网格从当日零时起生效。"
    en = "The earliest day is tomorrow ({earliest}): grids come into force at midnight."


class PlanChecksFailed(GridmapError):
    """A plan has findings that forbid publication, or that nobody signed off."""

    code = "plan_checks_failed"
    zh = "还有 {count} 项检查未通过：{checks}。请先修改方案，或对允许的项目填写理由。"
    en = "{count} checks are not passed: {checks}. Change the plan, or give a reason where that is allowed."


@dataclass(frozen=True, slots=True)
class PlanPreview:
    """What publishing a version from a day would be: its grids with their codes, and what stands against it."""

    version: PlanVersion
    draft: Draft
    findings: list[Finding]


def preview_plan(conn: Connection, by: Actor, ref: UUID, day: date) -> PlanPreview:
    """Nothing is written. Errors: ``UnknownPlan``, those of ``drafted``."""
    row = plan_by_ref(conn, by.scope, ref)
    return preview_ground(conn, row, read_ground(conn, row.id), day)


def preview_ground(conn: Connection, row: Row[Any], ground: PlanGround, day: date) -> PlanPreview:
    """The same of a plan whose ground was read already."""
    version, present = version_of(conn, row.id, row.version), version_of(conn, row.id, PRESENT)
    draft = drafted(conn, row.area_code, ground, version)
    return PlanPreview(version, draft, check_plan(conn, row, ground, present, version, draft, day))


def check_day(settings: Settings, day: date) -> None:
    """Refuse a day that has begun. Errors: ``PlanDayTooEarly``."""
    earliest = today(settings.zone) + timedelta(days=1)
    if day < earliest:
        raise PlanDayTooEarly(field="day", earliest=earliest.isoformat())


def publish_plan(
    conn: Connection,
    settings: Settings,
    by: Actor,
    ref: UUID,
    day: date,
    *,
    version: int,
    signed: Mapping[str, str] | None = None,
) -> Followed:
    """Bring a plan into force from a day, in the caller's transaction: all of it or nothing.

    ``signed``: reasons for findings that may be signed off, by check. Grids that stay as they are keep their edition. Those who work in the
    others are told. Errors: ``PlanDayTooEarly``, ``PlanChecksFailed``, ``StepReasonTooLong``, and those of ``take_step`` and ``drafted``.
    """
    check_day(settings, day)
    remember_grids(conn)
    reasons = {check: checked_reason(words, check) for check, words in (signed or {}).items() if words.strip()}
    row = take_step(conn, by, ref, PlanStep.PUBLISH, version=version, day=day, signed=reasons)
    seen = preview_plan(conn, by, ref, day)
    open_ones = [finding.check for finding in seen.findings if finding.forbids or finding.check not in reasons]
    if open_ones:
        raise PlanChecksFailed(field="signed", count=len(open_ones), checks=", ".join(open_ones))
    changes = grid_changes(conn, seen.draft, day)
    _write_grids(conn, row.id, seen, changes, day)
    tell_published(conn, by, row, day)
    return follow_grids(conn, settings, account_id=by.account_id)


def withdraw_plan(conn: Connection, settings: Settings, by: Actor, ref: UUID, *, version: int, reason: str) -> None:
    """Take a published plan back before its day: the grids that would end go on. It is approved again, not published.

    Errors: ``PublicationPast``, and those of ``take_step``.
    """
    row = take_step(conn, by, ref, PlanStep.WITHDRAW, version=version, reason=reason)
    if row.valid_from <= today(settings.zone):
        raise PublicationPast(field="day", day=row.valid_from.isoformat())
    tell_withdrawn(conn, by, row, row.valid_from)
    withdraw_grids(conn, by, row.valid_from, plan_id=row.id)


def _write_grids(conn: Connection, plan_id: int, seen: PlanPreview, changes: GridChanges, day: date) -> None:
    """End the grids of the plan's communities that change, begin the new ones."""
    draft = seen.draft
    ends = func.daterange(func.lower(grid.c.valid), day)
    conn.execute(update(grid).where(grid.c.id.in_(changes.going(draft))).values(valid=ends))
    rows = [
        {
            "code": draft.codes[number],
            "name": planned.name,
            "kind": planned.kind,
            "community_code": draft.communities[number],
            "plan_id": plan_id,
            "valid": func.daterange(day, None),
            "households": int(draft.households[number]),
            "geom": func.ST_Multi(func.ST_GeomFromWKB(shapely.to_wkb(draft.shapes[number]), 4326)),
        }
        for number, planned in enumerate(seen.version.grids)
        if number not in changes.staying
    ]
    for row in rows:
        conn.execute(insert(grid).values(row))
