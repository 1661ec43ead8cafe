"""Publish a plan (发布启用): old grids end at the midnight of its day, new ones begin there; withdraw it before that day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import numpy as np
import shapely
from sqlalchemy import Connection, func, insert, select, update

from geodata.actions.acting import Actor
from geodata.actions.boundaries import Followed, follow_grids, remember_grids
from geodata.actions.planning.checking import Finding, check_plan
from geodata.actions.planning.drafting import Draft, drafted
from geodata.actions.planning.stepping import take_step
from geodata.actions.publishing import PublicationPast, withdraw_grids
from geodata.days import today, valid_on
from geodata.plans.ground import read_ground
from geodata.plans.listing import plan_by_ref
from geodata.plans.versions import PRESENT, PlanVersion, version_of
from geodata.settings import Settings
from geodata.tables import grid
from gridmap.errors import GridmapError
from gridmap.planning.approval import PlanStep

#: Ground in square metres by which a grid may differ from what it was and still be the same edition.
_SAME_GROUND_M2 = 0.01


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
    ground = read_ground(conn, row.id)
    version, present = version_of(conn, row.id, row.version), version_of(conn, row.id, PRESENT)
    draft = drafted(conn, row.area_code, ground, version)
    return PlanPreview(version, draft, check_plan(conn, row, ground, present, version, draft, day))


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

    ``signed``: reasons for findings that may be signed off, by check. Grids that stay as they are keep their edition.
    Errors: ``PlanDayTooEarly``, ``PlanChecksFailed``, and those of ``take_step`` and ``drafted``.
    """
    earliest = today(settings.zone) + timedelta(days=1)
    if day < earliest:
        raise PlanDayTooEarly(field="day", earliest=earliest.isoformat())
    remember_grids(conn)
    reasons = {check: words.strip() for check, words in (signed or {}).items() if words.strip()}
    row = take_step(conn, by, ref, PlanStep.PUBLISH, version=version, day=day, signed=reasons)
    seen = preview_plan(conn, by, ref, day)
    open_ones = [finding.check for finding in seen.findings if finding.forbids or finding.check not in reasons]
    if open_ones:
        raise PlanChecksFailed(field="signed", count=len(open_ones), checks=", ".join(open_ones))
    _write_grids(conn, row.id, seen, day)
    return follow_grids(conn, settings, account_id=by.account_id)


def withdraw_plan(conn: Connection, settings: Settings, by: Actor, ref: UUID, *, version: int, reason: str) -> None:
    """Take a published plan back before its day: the grids that would end go on. It is approved again, not published.

    Errors: ``PublicationPast``, and those of ``take_step``.
    """
    row = take_step(conn, by, ref, PlanStep.WITHDRAW, version=version, reason=reason)
    if row.valid_from <= today(settings.zone):
        raise PublicationPast(field="day", day=row.valid_from.isoformat())
    withdraw_grids(conn, by, row.valid_from, plan_id=row.id)


def _write_grids(conn: Connection, plan_id: int, seen: PlanPreview, day: date) -> None:
    """End the grids of the plan's communities that change, begin the new ones."""
    draft = seen.draft
    before = _in_force(conn, draft, day)
    same = {
        number
        for number, code in enumerate(draft.codes)
        if code in before and _same_ground(draft.shapes[number], before[code][1])
    }
    going = [key for code, (key, _) in before.items() if code not in {draft.codes[number] for number in same}]
    ends = func.daterange(func.lower(grid.c.valid), day)
    conn.execute(update(grid).where(grid.c.id.in_(going)).values(valid=ends))
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
        if number not in same
    ]
    for row in rows:
        conn.execute(insert(grid).values(row))


def _in_force(conn: Connection, draft: Draft, day: date) -> dict[str, tuple[int, shapely.Geometry]]:
    """Key and shape by code of the grids of the communities that are in force when the day begins."""
    query = select(grid.c.id, grid.c.code, func.ST_AsBinary(grid.c.geom).label("shape")).where(
        grid.c.community_code.in_(set(draft.communities)), valid_on(grid, day)
    )
    return {row.code: (row.id, shapely.from_wkb(bytes(row.shape))) for row in conn.execute(query)}


def _same_ground(one: shapely.Geometry, other: shapely.Geometry) -> bool:
    metres = np.cos(np.radians(one.centroid.y)) * 111_320.0**2
    return bool(one.symmetric_difference(other).area * metres <= _SAME_GROUND_M2)
