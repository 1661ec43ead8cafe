"""Save what was drawn as the next version of a plan; what somebody else saved meanwhile is never overwritten."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

import numpy as np
from sqlalchemy import Connection

from geodata.actions.acting import Actor
from geodata.actions.planning.describing import with_codes
from geodata.plans.figures import figures_of
from geodata.plans.ground import PlanGround
from geodata.plans.kept import kept_ground
from geodata.plans.listing import change_plan, plan_by_ref
from geodata.plans.versions import PRESENT, PlannedGrid, PlanVersion, add_version, version_of
from geodata.tables.grids import KINDS
from gridmap.errors import GridmapError
from gridmap.planning.approval import PlanState

GRID_NAME_MOST = 80


class PlanNotDraft(GridmapError):
    """A version is saved of a plan that is being decided about."""

    code = "plan_not_draft"
    zh = "方案已提交审核，不能再修改；如需修改，请先由审核人退回。"
    en = "The plan is being decided about and cannot be changed. It has to be sent back first."


class PlanNotReady(GridmapError):
    """A version is saved before the plan's ground was cut into units."""

    code = "plan_not_ready"
    zh = "方案的基础单元还在生成，请稍候；进度见“任务”。"
    en = "The plan's units are still being made. Wait a moment; see the progress under Jobs."


class StalePlan(GridmapError):
    """Somebody else saved a version after the one that was drawn from."""

    code = "stale_plan"
    zh = "{author}已在您之后保存了第 {version} 版。请合并两版，或放弃您的修改；您的修改尚未保存。"
    en = "{author} saved version {version} meanwhile. Merge the two, or leave yours: your changes are not saved yet."


class LabelsDoNotFit(GridmapError):
    """Labels that are not one for each unit, or that name grids that are not there."""

    code = "plan_labels_do_not_fit"
    zh = "提交的网格与方案的基础单元不符（应为 {units} 个单元、{grids} 个网格）；请刷新页面后重试。"
    en = "The labels do not fit the plan: {units} units and {grids} grids are expected. Reload the page."


class FixedGridTouched(GridmapError):
    """A grid that the plan leaves as it is was changed."""

    code = "plan_fixed_grid_touched"
    zh = "网格 {grid_code} 在本方案中保持不变，不能增减其单元。"
    en = "The plan leaves grid {grid_code} as it is: units cannot be added to it or taken from it."


class GridUnnamed(GridmapError):
    """A grid of a version without a name, or of an unknown kind."""

    code = "plan_grid_unnamed"
    zh = "第 {number} 个网格缺少名称或类型有误。"
    en = "Grid {number} has no name, or a kind that does not exist."


def save_version(conn: Connection, by: Actor, ref: UUID, made: PlanVersion) -> PlanVersion:
    """Append a version drawn from ``made.base`` in the caller's transaction; what comes back has its number.

    Saving the same again (a repeated request) makes no second version. Grids without a unit are left out.
    Errors: ``UnknownPlan``, ``PlanNotDraft``, ``PlanNotReady``, ``StalePlan``, ``LabelsDoNotFit``, ``FixedGridTouched``, ``GridUnnamed``.
    """
    row = plan_by_ref(conn, by.scope, ref, lock=True)
    if row.status != PlanState.DRAFT:
        raise PlanNotDraft(field="plan")
    if row.version == 0:
        raise PlanNotReady(field="plan")
    ground = kept_ground(conn, row)
    made = with_codes(ground, version_of(conn, row.id, PRESENT), _tidy(made, len(ground)))
    latest = version_of(conn, row.id, row.version)
    if made.base != latest.version:
        if latest.base == made.base and latest.account_id == by.account_id and _same(latest, made):
            return latest
        raise StalePlan(field="version", version=latest.version, author=latest.author or "—")
    _leave_fixed(ground, made)
    figures = figures_of(row, ground, made)
    saved = replace(made, version=row.version + 1, account_id=by.account_id, figures=figures)
    add_version(conn, row.id, saved)
    change_plan(conn, row.id, version=saved.version)
    return saved


def _tidy(made: PlanVersion, units: int) -> PlanVersion:
    """The same with grids in use alone, numbered in their order."""
    labels, count = made.labels, len(made.grids)
    if len(labels) != units or (len(labels) and (labels.min() < -1 or labels.max() >= count)):
        raise LabelsDoNotFit(field="labels", units=units, grids=count)
    used = np.unique(labels[labels >= 0])
    places = np.full(count + 1, -1, dtype=np.int32)
    places[used] = np.arange(len(used))
    grids = tuple(made.grids[place] for place in used)
    for number, grid in enumerate(grids, start=1):
        if not grid.name.strip() or grid.kind not in KINDS:
            raise GridUnnamed(field="grids", number=number)
    named = tuple(replace(grid, name=grid.name.strip()[:GRID_NAME_MOST]) for grid in grids)
    return replace(made, labels=places[labels], grids=named)


def _same(one: PlanVersion, other: PlanVersion) -> bool:
    return bool(np.array_equal(one.labels, other.labels)) and one.grids == other.grids and one.note == other.note


def _leave_fixed(ground: PlanGround, made: PlanVersion) -> None:
    """Units of a fixed grid lie in a grid of its code, and nothing else does."""
    fixed = ground.fixed_codes
    codes = set(fixed) - {None}
    of_label = [grid.code if grid.code in codes else None for grid in made.grids]
    for stays, label in zip(fixed, made.labels.tolist(), strict=True):
        lies_in = None if label < 0 else of_label[label]
        if lies_in != stays:
            raise FixedGridTouched(field="labels", grid_code=stays or lies_in)


def as_grids(rows: Sequence[object]) -> tuple[PlannedGrid, ...]:
    """Grids as a page sends them. Errors: ``GridUnnamed``."""
    found = []
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, Mapping):
            raise GridUnnamed(field="grids", number=number)
        name, kind, code = row.get("name"), row.get("kind", "general"), row.get("code")
        if not isinstance(name, str) or not isinstance(kind, str) or not isinstance(code, str | None):
            raise GridUnnamed(field="grids", number=number)
        found.append(PlannedGrid(name, kind, code, bool(row.get("locked"))))
    return tuple(found)
