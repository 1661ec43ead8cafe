"""A plan of grids on its way, so that a visitor of the sample sees one: proposed by the secretary, with comments, for the street to review."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from geodata.accounts import account_by_name
from geodata.actions.acting import Actor
from geodata.actions.planning.saving import save_version
from geodata.actions.planning.starting import lay_ground
from geodata.actions.planning.stepping import take_step
from geodata.actions.planning.suggesting import suggest
from geodata.actions.planning.talking import say
from geodata.plans.ground import read_ground
from geodata.plans.listing import add_plan, plan_by_ref
from geodata.plans.versions import PRESENT, PlanVersion, version_of
from geodata.scope import EVERYTHING, scope_of
from geodata.settings import Settings
from gridmap.errors import GridmapError
from gridmap.planning.approval import PlanStep
from gridmap.planning.units import Rules

_RULES = Rules()


class _Unlogged(Actor):
    """Somebody of the sample: what it is made of stands in no audit log, and goes with it."""

    def note(self, conn: Connection, action: str, subject: str, **detail: Any) -> None:
        """Nothing."""


#: Who draws it, who speaks about it.
DRAFTER, OTHERS = "secretary", ("street", "leader")


def lay_plan(conn: Connection, settings: Settings, until: date) -> int:
    """A plan for the secretary's community, through the actions that pages use; how many: none where its homes make no plan."""
    drafter, street, leader = (_actor(conn, settings, name, until) for name in (DRAFTER, *OTHERS))
    (community,) = drafter.scope.areas or ("",)
    bounds = {"target": _RULES.target, "lower": _RULES.lower, "upper": _RULES.upper}
    try:
        with conn.begin_nested():
            # Without the job that would make its ground: that is made here.
            name = f"{until.year + 1}年网格优化"
            made = add_plan(conn, name, community, account_id=drafter.account_id, **bounds)
            ref = UUID(str(made.ref))
            lay_ground(conn, settings, ref, now=datetime.combine(until, time(9), settings.zone).astimezone(UTC))
            version = _suggested(conn, drafter, ref)
    except GridmapError:
        return 0
    ground = read_ground(conn, made.id)
    middle = ground.shapes[int(ground.units["households"].argmax())].representative_point()
    say(conn, street, ref, "这里的边界请先与楼栋长沟通后再定。", version=version, at=(middle.x, middle.y))
    say(conn, leader, ref, "请街道尽快审核。", version=version)
    take_step(conn, drafter, ref, PlanStep.PROPOSE, version=version, reason="边界沿道路，各网格户数尽量均衡。")
    return 1


def _suggested(conn: Connection, by: Actor, ref: UUID) -> int:
    row = plan_by_ref(conn, EVERYTHING, ref)
    found = suggest(conn, row, read_ground(conn, row.id), version_of(conn, row.id, PRESENT))
    made = PlanVersion(0, PRESENT, found.labels, found.grids, "suggested", "按户数均衡生成")
    return save_version(conn, by, ref, made).version


def _actor(conn: Connection, settings: Settings, name: str, day: date) -> Actor:
    found = account_by_name(conn, name)
    return _Unlogged(scope_of(conn, found, settings.city_code, day), found.id, day)
