"""Divisions: city, district, street, community."""

from collections.abc import Collection
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
    return {level_of(code): named for code, named in names_of(conn, codes).items()}


def names_of(conn: Connection, codes: Collection[str]) -> dict[str, NamedPlace]:
    """Divisions by code; a code that is unknown is left out."""
    if not codes:
        return {}
    wanted = select(division.c.code, division.c.name, division.c.name_en).where(division.c.code.in_(codes))
    return {row.code: NamedPlace(row.code, row.name, row.name_en) for row in conn.execute(wanted)}
