"""Plans as a whole. A plan is seen by whoever may see plans and whose area holds the plan's."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, false, func, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert

from geodata.accounts import SHOWN_NAME
from geodata.scope import Scope
from geodata.tables import account, division, plan, plan_unit, plan_version
from gridmap.errors import GridmapError
from gridmap.planning.approval import PlanState

NAME_MOST = 80


class UnknownPlan(GridmapError):
    """A plan that does not exist, or not for the caller."""

    code = "unknown_plan"
    zh = "没有该划分方案，或它不在您的责任范围内。"
    en = "There is no such plan, or it lies outside your area."


class PlanNameMissing(GridmapError):
    """A plan without a name."""

    code = "plan_name_missing"
    zh = "请填写方案名称。"
    en = "Give the plan a name."


class PlanAreaUnknown(GridmapError):
    """A plan for no area, or for one that is no division."""

    code = "plan_area_unknown"
    zh = "请选择要划分的社区、街道或旗县区。"
    en = "Choose the community, street or district that the plan is for."


class PlanBoundsWrong(GridmapError):
    """Bounds on households that contradict each other."""

    code = "plan_bounds_wrong"
    zh = "户数设置有误：应满足 0 < 下限 ≤ 目标 ≤ 上限，现为 {lower}、{target}、{upper}。"
    en = "The households are not in order: 0 < lower ≤ target ≤ upper is needed, not {lower}, {target}, {upper}."


def plan_condition(scope: Scope) -> ColumnElement[bool]:
    """A condition on the table ``plan``: those whose area lies inside the scope."""
    if scope.areas is None:
        return true()
    return or_(false(), *(plan.c.area_code.startswith(area, autoescape=True) for area in scope.areas))


def list_plans(
    conn: Connection, scope: Scope, *, states: tuple[PlanState, ...] = (), area: str | None = None
) -> list[Row[Any]]:
    """Plans of the scope, and of an area or below it, the latest changed first: columns of ``plan``, ``area_name``, ``author``, ``units``,
    ``households``, and the ``figures`` of the last version (None before there is one)."""
    query = _described().where(plan_condition(scope))
    if area:
        query = query.where(plan.c.area_code.startswith(area, autoescape=True))
    if states:
        query = query.where(plan.c.status.in_(states))
    return list(conn.execute(query.order_by(plan.c.changed_at.desc(), plan.c.id.desc())))


def plan_by_ref(conn: Connection, scope: Scope, ref: UUID, *, lock: bool = False) -> Row[Any]:
    """One plan as in ``list_plans``; ``lock``: nobody else changes it before the transaction ends. Errors: ``UnknownPlan``."""
    if lock:
        conn.execute(select(plan.c.id).where(plan.c.ref == ref, plan_condition(scope)).with_for_update())
    found = conn.execute(_described().where(plan.c.ref == ref, plan_condition(scope))).one_or_none()
    if found is None:
        raise UnknownPlan(field="plan")
    return found


def add_plan(
    conn: Connection, name: str, area_code: str, *, target: int, lower: int, upper: int, account_id: int | None
) -> Row[Any]:
    """A new draft: ``id``, ``ref``. Errors: ``PlanNameMissing``, ``PlanBoundsWrong``."""
    if not name.strip():
        raise PlanNameMissing(field="name")
    if not 0 < lower <= target <= upper:
        raise PlanBoundsWrong(field="target", target=target, lower=lower, upper=upper)
    values = {"target": target, "lower": lower, "upper": upper, "account_id": account_id}
    made = insert(plan).values(name=name.strip()[:NAME_MOST], area_code=area_code, **values)
    return conn.execute(made.returning(plan.c.id, plan.c.ref)).one()


def change_plan(conn: Connection, plan_id: int, **values: Any) -> None:
    """Write columns of a plan, and that it was changed now."""
    conn.execute(update(plan).where(plan.c.id == plan_id).values(**values, changed_at=func.now()))


def drew(conn: Connection, plan_id: int, account_id: int | None) -> bool:
    """Whether an account started a plan or saved a version of it."""
    return account_id is not None and account_id in authors_of(conn, plan_id)


def authors_of(conn: Connection, plan_id: int) -> set[int]:
    """Accounts that started a plan or saved a version of it."""
    started = select(plan.c.account_id).where(plan.c.id == plan_id)
    saved = select(plan_version.c.account_id).where(plan_version.c.plan_id == plan_id)
    return {key for key in conn.scalars(started.union(saved)) if key is not None}


def _described() -> Any:
    ground = (
        select(func.count().label("units"), func.coalesce(func.sum(plan_unit.c.households), 0).label("households"))
        .where(plan_unit.c.plan_id == plan.c.id)
        .lateral()
    )
    return (
        select(
            plan,
            division.c.name.label("area_name"),
            division.c.name_en.label("area_name_en"),
            SHOWN_NAME.label("author"),
            ground.c.units,
            ground.c.households,
            plan_version.c.figures,
        )
        .join(division, division.c.code == plan.c.area_code)
        .outerjoin(account, account.c.id == plan.c.account_id)
        .outerjoin(plan_version, and_(plan_version.c.plan_id == plan.c.id, plan_version.c.version == plan.c.version))
        .join(ground, true())
    )
