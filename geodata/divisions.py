"""Divisions: city, district, street, community."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

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
