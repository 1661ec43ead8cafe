"""Service points (服务点): halls, clinics, stations."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from geodata.scope import Scope
from geodata.sql import statement
from geodata.tables import service_point
from gridmap.errors import GridmapError


class UnknownServicePoint(GridmapError):
    """A service point that does not exist, or not for the caller."""

    code = "unknown_service_point"
    zh = "没有这个服务点，或它不在您的责任范围内。"
    en = "There is no such service point, or it lies outside your area."


def service_point_by_ref(conn: Connection, scope: Scope, ref: UUID, at: date) -> Row[Any]:
    """A service point in a grid of the scope on a day, with its grid and community. Errors: ``UnknownServicePoint``."""
    found = conn.execute(statement("service_point"), {"ref": ref, "at": at, **scope.sql_areas()}).one_or_none()
    if found is None:
        raise UnknownServicePoint(field="service")
    return found


def service_kinds(conn: Connection) -> list[str]:
    """Kinds of service points that there are, by name."""
    return list(conn.scalars(select(service_point.c.kind).distinct().order_by(service_point.c.kind)))
