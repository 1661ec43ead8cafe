"""Units: departments, utilities, property companies, owners' bodies, and what they are responsible for."""

from typing import Any

from sqlalchemy import Connection, Row, select

from geodata.tables import unit
from gridmap.errors import GridmapError


class UnknownUnit(GridmapError):
    """A unit that does not exist."""

    code = "unknown_unit"
    zh = "没有编码为“{value}”的单位。"
    en = "There is no unit with the code “{value}”."


def unit_by_code(conn: Connection, code: str) -> Row[Any]:
    """The unit of a code. Errors: ``UnknownUnit``."""
    found = conn.execute(select(unit).where(unit.c.code == code)).one_or_none()
    if found is None:
        raise UnknownUnit(field="unit", value=code)
    return found
