"""Start a plan: its row at once, its ground in units by a job, the present grids as its first version."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Connection, Row, select

from geodata.actions.acting import Actor
from geodata.actions.planning.grounding import Made, layers_for, make_ground
from geodata.jobs.queue import enqueue
from geodata.plans.figures import figures_of
from geodata.plans.ground import PlanGround, write_ground
from geodata.plans.layers import AreaLayers, Layer, communities_of
from geodata.plans.listing import PlanAreaUnknown, add_plan, change_plan
from geodata.plans.shifted import doubtful_datum
from geodata.plans.versions import PRESENT, PlannedGrid, PlanVersion, add_version
from geodata.scope import OutsideArea
from geodata.settings import Settings
from geodata.tables import division, plan
from gridmap.coverage import hold_buildings
from gridmap.planning.units import Rules
from gridmap.planning.units.shift import Shift

GROUND_JOB = "plan_ground"


def start_plan(conn: Connection, by: Actor, name: str, area: str, *, target: int, lower: int, upper: int) -> Row[Any]:
    """A new draft for a division inside the actor's area, in the caller's transaction: ``id``, ``ref``. A job makes its ground.

    Errors: ``PlanAreaUnknown``, ``OutsideArea``, ``PlanNameMissing``, ``PlanBoundsWrong``, ``NoCommunities``.
    """
    if not area:
        raise PlanAreaUnknown(field="area")
    if not by.scope.holds_area(area):
        raise OutsideArea(field="area")
    if conn.scalar(select(division.c.id).where(division.c.code == area, division.c.retired_on.is_(None))) is None:
        raise PlanAreaUnknown(field="area")
    communities_of(conn, area)
    made = add_plan(conn, name, area, target=target, lower=lower, upper=upper, account_id=by.account_id)
    ask_for_ground(conn, by, UUID(str(made.ref)), name)
    by.note(conn, "plan_started", str(made.ref), name=name, area=area)
    return made


def ask_for_ground(conn: Connection, by: Actor, ref: UUID, name: str) -> UUID | None:
    """Have the ground of a plan made; None when that is under way. The job's page shows the plan's name."""
    arguments = {"plan": str(ref), "name": name}
    return enqueue(conn, GROUND_JOB, arguments, unique_key=f"{GROUND_JOB}:{ref}", account_id=by.account_id)


def lay_ground(
    conn: Connection,
    settings: Settings,
    ref: UUID,
    *,
    now: datetime,
    progress: Callable[[float, str], None] | None = None,
) -> int:
    """Make the ground of a plan and its first version, the present grids, in the caller's transaction; how many units.

    Done again it does nothing. Errors: those of ``ground_work`` and ``make_ground``.
    """
    work = ground_work(conn, settings, ref, now)
    return 0 if work is None else keep_ground(conn, ref, work, work.made(settings, progress))


@dataclass(frozen=True, slots=True)
class GroundWork:
    """What the ground of a plan is to be made of, read at once."""

    rules: Rules
    layers: AreaLayers
    shift: Shift | None

    def made(self, settings: Settings, progress: Callable[[float, str], None] | None = None) -> Made:
        """The ground, without any database: in a city that takes minutes. Errors: those of ``make_ground``."""
        return make_ground(self.layers, settings.metric_crs, self.rules, progress, doubtful=self.shift is not None)


def ground_work(conn: Connection, settings: Settings, ref: UUID, now: datetime) -> GroundWork | None:
    """What is to be done for the ground of a plan; None where it is there. Errors: ``NoCommunities``, ``LayersShifted``."""
    row = conn.execute(select(plan).where(plan.c.ref == ref)).one()
    if row.version:
        return None
    rules = Rules(target=row.target, lower=row.lower, upper=row.upper)
    layers = layers_for(conn, settings, row.area_code, now)
    return GroundWork(rules, layers, doubtful_datum(conn, layers))


def keep_ground(conn: Connection, ref: UUID, work: GroundWork, made: Made) -> int:
    """Store a plan's ground and its first version in the caller's transaction; how many units, 0 where somebody else was faster."""
    row = conn.execute(select(plan).where(plan.c.ref == ref).with_for_update()).one()
    if row.version:
        return 0
    write_ground(conn, row.id, made.ground)
    present = _present(made.ground, work.layers.grids)
    figures = figures_of(row, made.ground, present)
    add_version(conn, row.id, replace(present, figures=figures))
    change_plan(conn, row.id, version=present.version, remarks=made.remarks)
    return len(made.ground)


def _present(ground: PlanGround, grids: Layer) -> PlanVersion:
    """The grids in force as a version: a unit is in the one that holds most of its ground, in none where none does."""
    rows = grids.rows
    held = hold_buildings(ground.shapes, grids.shapes).grid
    fixed = ground.units["fixed_code"]
    place = {code: number for number, code in enumerate(rows["code"])}
    for unit in np.flatnonzero(fixed.notna()).tolist():
        held[unit] = place[fixed.iloc[unit]]
    # What stays as it is has its own unit alone.
    kept = np.isin(held, [place[code] for code in fixed.dropna()]) & fixed.isna().to_numpy()
    held[kept] = -1
    used, label = np.unique(held[held >= 0], return_inverse=True)
    labels = np.full(len(ground), -1, dtype=np.int32)
    labels[held >= 0] = label
    stays = set(fixed.dropna())
    named = rows["name"].where(rows["name"].fillna("") != "", rows["code"])
    chosen = zip(named.iloc[used], rows["kind"].iloc[used], rows["code"].iloc[used], strict=True)
    found = tuple(PlannedGrid(name, kind, code, code in stays) for name, kind, code in chosen)
    return PlanVersion(PRESENT, None, labels, found, "present")
