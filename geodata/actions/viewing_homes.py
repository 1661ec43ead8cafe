"""Looking at homes: only by those responsible for the place, for a stated purpose, and never without a line in the audit log."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from geodata.audit import note
from geodata.buildings import building_by_ref
from geodata.homes import Home, Purpose, homes_of
from geodata.scope import Scope
from gridmap.access import Permission
from gridmap.errors import GridmapError


class HomesNotAllowed(GridmapError):
    """Somebody asks for homes whose role is not responsible for any."""

    code = "homes_not_allowed"
    zh = "住户信息只对负责该处的网格员和书记开放。"
    en = "Homes are open only to the grid workers and secretaries responsible for the place."


def view_homes(
    conn: Connection,
    scope: Scope,
    ref: UUID,
    purpose: Purpose,
    at: date,
    *,
    action: str = "homes_viewed",
    request_id: str = "",
) -> tuple[Row[Any], list[Home]]:
    """The building and its homes, noted in the caller's transaction: show them after it is committed, not before.

    ``action`` is ``homes_viewed`` or ``homes_exported``. Errors: ``HomesNotAllowed``, ``UnknownBuilding``.
    """
    if not scope.may(Permission.VIEW_HOMES):
        raise HomesNotAllowed
    building = building_by_ref(conn, scope, ref, at)
    homes = homes_of(conn, building.id)
    note(
        conn,
        action,
        account_id=scope.account_id,
        subject=str(building.ref),
        purpose=str(purpose),
        request_id=request_id,
        rows=len(homes),
    )
    return building, homes
