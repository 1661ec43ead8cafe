"""Start a plan: its row at once, its ground in units by a job, the present grids as its first version."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from sqlalchemy import Connection, Row, func, select

from geodata.actions.acting import Actor
from geodata.actions.planning.grounding import make_ground
from geodata.days import valid_on
from geodata.jobs.queue import enqueue
from geodata.plans.figures import figures_of
from geodata.plans.ground import PlanGround, write_ground
from geodata.plans.layers import communities_of
from geodata.plans.listing import add_plan, change_plan
from geodata.plans.versions import PRESENT, PlannedGrid, PlanVersion, add_version
from geodata.scope import OutsideArea
from geodata.settings import Settings
from geodata.tables import grid, plan
from gridmap.coverage import hold_buildings
from gridmap.planning.units import Rules

GROUND_JOB = "plan_ground"


def start_plan(conn: Connection, by: Actor, name: str, area: str, *, target: int, lower: int, upper: int) -> Row[Any]:
    """A new draft for a division inside the actor's area, in the caller's transaction: ``id``, ``ref``. A job makes its ground.

    Errors: ``OutsideArea``, ``PlanNameMissing``, ``PlanBoundsWrong``, ``NoCommunities``.
    """
    if not by.scope.holds_area(area):
        raise OutsideArea(field="area")
    communities_of(conn, area)
    made = add_plan(conn, name, area, target=target, lower=lower, upper=upper, account_id=by.account_id)
    enqueue(conn, GROUND_JOB, {"plan": str(made.ref)}, unique_key=f"{GROUND_JOB}:{made.ref}", account_id=by.account_id)
    by.note(conn, "plan_started", str(made.ref), name=name, area=area)
    return made


def lay_ground(
    conn: Connection,
    settings: Settings,
    ref: UUID,
    *,
    now: datetime,
    progress: Callable[[float, str], None] | None = None,
) -> int:
    """Make the ground of a plan and its first version, the present grids, in the caller's transaction; how many units.

    Done again it does nothing. Errors: those of ``make_ground``.
    """
    row = conn.execute(select(plan).where(plan.c.ref == ref).with_for_update()).one()
    if row.version:
        return 0
    rules = Rules(target=row.target, lower=row.lower, upper=row.upper)
    made = make_ground(conn, settings, row.area_code, rules, now=now, progress=progress)
    write_ground(conn, row.id, made.ground)
    present = _present(conn, made.ground, settings, now)
    figures = figures_of(row, made.ground, present)
    add_version(conn, row.id, replace(present, figures=figures))
    change_plan(conn, row.id, version=present.version, remarks=made.remarks)
    return len(made.ground)


def _present(conn: Connection, ground: PlanGround, settings: Settings, now: datetime) -> PlanVersion:
    """The grids in force as a version: a unit is in the one that holds most of its ground, in none where none does."""
    codes = set(ground.units["community_code"])
    query = select(grid.c.code, grid.c.name, grid.c.kind, func.ST_AsBinary(grid.c.geom).label("shape")).where(
        valid_on(grid, now.astimezone(settings.zone).date()), grid.c.community_code.in_(codes)
    )
    rows = conn.execute(query.order_by(grid.c.code)).all()
    shapes = shapely.from_wkb(np.array([bytes(row.shape) for row in rows], dtype=object))
    held = hold_buildings(ground.shapes, shapes).grid
    fixed = ground.units["fixed_code"]
    place = {row.code: number for number, row in enumerate(rows)}
    for unit in np.flatnonzero(fixed.notna()).tolist():
        held[unit] = place[fixed.iloc[unit]]
    # What stays as it is has its own unit alone.
    kept = np.isin(held, [place[code] for code in fixed.dropna()]) & fixed.isna().to_numpy()
    held[kept] = -1
    used, label = np.unique(held[held >= 0], return_inverse=True)
    labels = np.full(len(ground), -1, dtype=np.int32)
    labels[held >= 0] = label
    grids = tuple(
        PlannedGrid(rows[at].name or rows[at].code, rows[at].kind, rows[at].code, rows[at].code in set(fixed.dropna()))
        for at in used.tolist()
    )
    return PlanVersion(PRESENT, None, labels, grids, "present")
