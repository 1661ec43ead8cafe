"""Divisions: city, district, street, community."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, or_, select

from geodata.days import valid_on
from geodata.tables import division, division_former, division_succession
from gridmap.codes import level_of

_LENGTHS = (4, 6, 9, 12)


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A code with its name."""

    code: str
    name: str
    name_en: str | None = None


def division_chain(conn: Connection, code: str | None, at: date | None = None) -> dict[str, NamedPlace]:
    """The division and those above it by level: ``{"community": ..., "street": ..., "district": ..., "city": ...}``.

    Names are those of ``at``, None for today. A code that is None or unknown gives what is known of it, at worst nothing.
    """
    if not code:
        return {}
    codes = [code[:length] for length in _LENGTHS if len(code) >= length]
    return {level_of(code): named for code, named in names_of(conn, codes, at).items()}


def names_of(conn: Connection, codes: Collection[str], at: date | None = None) -> dict[str, NamedPlace]:
    """Divisions by code with their names of a day, None for today; a code that is unknown is left out.

    What goes on under another code since then has the name that it bears today: there was none under this code.
    """
    if not codes:
        return {}
    wanted = select(division.c.code, division.c.name, division.c.name_en).where(division.c.code.in_(codes))
    found = {row.code: NamedPlace(row.code, row.name, row.name_en) for row in conn.execute(wanted)}
    if at is not None:
        then = division_former.c
        former = select(then.code, then.name, then.name_en).where(then.code.in_(codes), valid_on(division_former, at))
        found |= {row.code: NamedPlace(row.code, row.name, row.name_en) for row in conn.execute(former)}
    return found


def former_codes(conn: Connection, areas: Collection[str]) -> tuple[str, ...]:
    """Codes that are retired and whose whole ground lies in the areas by now, in order: recoded or merged, once or again. What was
    split belongs to none of its parts."""
    if not areas:
        return ()
    whole = division_succession.c.kind.in_(("recoded", "merged"))
    inside = or_(*(division_succession.c.new_code.startswith(area, autoescape=True) for area in areas))
    found = select(division_succession.c.old_code.label("code")).where(whole, inside).cte("former", recursive=True)
    found = found.union(
        select(division_succession.c.old_code).where(whole, division_succession.c.new_code == found.c.code)
    )
    retired = select(division.c.code).where(
        division.c.code.in_(select(found.c.code)), division.c.retired_on.is_not(None)
    )
    return tuple(conn.scalars(retired.order_by(division.c.code)))
