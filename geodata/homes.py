"""Homes: rows of households (户), sensitive personal information.

No other store reads these rows. They are read for a stated purpose, by somebody responsible for the place, and with a line in the
audit log (``geodata.actions.viewing_homes``); this module knows the rows, the action the guard.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from geodata.tables import household, stairwell
from gridmap.errors import GridmapError

#: What homes may be looked at for (PIPL, article 28: a specific purpose and need).
PURPOSES = ("home_visit", "case_check", "emergency", "update", "other")
_WORDS_LEAST, _WORDS_MOST = 4, 200


class PurposeMissing(GridmapError):
    """Homes are asked for without saying what for."""

    code = "purpose_missing"
    zh = "请先选择查看住户信息的用途。"
    en = "Choose first what you need the homes for."


class PurposeUnclear(GridmapError):
    """Another purpose that is not put into words."""

    code = "purpose_unclear"
    zh = "选择“其他”时，请用 {least} 至 {most} 个字说明用途。"
    en = "For another purpose, say in {least} to {most} characters what it is."


@dataclass(frozen=True, slots=True)
class Purpose:
    """What homes are looked at for: one of ``PURPOSES``, with words for ``other``."""

    kind: str
    words: str = ""

    @classmethod
    def parse(cls, form: Mapping[str, str]) -> "Purpose":
        """Read the fields ``purpose`` and ``words``. Errors: ``PurposeMissing``, ``PurposeUnclear``."""
        kind, words = form.get("purpose", ""), " ".join(form.get("words", "").split())
        if kind not in PURPOSES:
            raise PurposeMissing(field="purpose")
        if kind != "other":
            return cls(kind)
        if not _WORDS_LEAST <= len(words) <= _WORDS_MOST:
            raise PurposeUnclear(field="words", least=_WORDS_LEAST, most=_WORDS_MOST)
        return cls(kind, words)

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}" if self.words else self.kind


@dataclass(frozen=True, slots=True)
class Home:
    """A household: ``stairwell`` is its name ("" when unknown), ``people`` a number, ``care_groups`` words."""

    stairwell: str
    floor: int | None
    room: str
    people: int
    care_groups: tuple[str, ...]


def homes_of(conn: Connection, building_id: int) -> list[Home]:
    """Households of a building by stairwell, floor and room."""
    rows = conn.execute(
        select(
            func.coalesce(func.nullif(stairwell.c.name, ""), stairwell.c.number, "").label("stairwell"),
            household.c.floor,
            household.c.room,
            household.c.people,
            household.c.care_groups,
        )
        .outerjoin(stairwell, stairwell.c.id == household.c.stairwell_id)
        .where(household.c.building_id == building_id)
        .order_by(
            func.length(stairwell.c.number).nulls_last(),
            stairwell.c.number,
            household.c.floor.nulls_last(),
            func.length(household.c.room),
            household.c.room,
            household.c.id,
        )
    )
    return [Home(row.stairwell, row.floor, row.room, row.people, tuple(row.care_groups)) for row in rows]
