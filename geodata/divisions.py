"""Divisions: city, district, street, community."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from geodata.tables import division
from gridmap.codes import level_of

_LENGTHS = (4, 6, 9, 12)


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A code with its name."""

    code: str
    name: str
    name_en: str | None = None


def division_chain(conn: Connection, code: str | None) -> dict[str, NamedPlace]:
    """The division and those above it by level: ``{"community": ..., "street": ..., "district": ..., "city": ...}``.

    A code that is None or unknown gives what is known of it, at worst nothing.
    """
    if not code:
        return {}
    codes = [code[:length] for length in _LENGTHS if len(code) >= length]
    rows = conn.execute(select(division.c.code, division.c.name, division.c.name_en).where(division.c.code.in_(codes)))
    return {level_of(row.code): NamedPlace(row.code, row.name, row.name_en) for row in rows}


def children(conn: Connection, code: str | None) -> list[Row[Any]]:
    """The divisions directly below one (code, level, kind, name, name_en); below None the cities."""
    below = division.c.parent_code == code if code else division.c.level == "city"
    return list(
        conn.execute(
            select(division.c.code, division.c.level, division.c.kind, division.c.name, division.c.name_en)
            .where(below, division.c.retired_on.is_(None))
            .order_by(division.c.code)
        )
    )
