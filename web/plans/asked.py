"""The plan, its ground and its version that an address names."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from geodata.plans.ground import PlanGround
from geodata.plans.kept import kept_ground
from geodata.plans.listing import plan_by_ref
from geodata.plans.versions import PlanVersion, version_of
from web.scope import scope


def asked_plan(conn: Connection, ref: UUID) -> Row[Any]:
    """A plan as ``plan_by_ref`` gives it, if the signed-in account may see it. Errors: ``UnknownPlan``."""
    return plan_by_ref(conn, scope(), ref)


def asked_ground(conn: Connection, row: Row[Any]) -> PlanGround:
    """The units of a plan that was asked for, kept by this process: nobody may change them."""
    return kept_ground(conn, row)


def asked_version(conn: Connection, row: Row[Any], version: int | None) -> PlanVersion:
    """A version of a plan that was asked for, None: the latest. Errors: ``UnknownVersion``."""
    return version_of(conn, row.id, row.version if version is None else version)
