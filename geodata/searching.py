"""Finding things on the map by what people write: names, codes, addresses such as 富邦小区3号楼."""

import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from geodata.places import like_parts
from geodata.scope import Scope
from geodata.sql import statement

# A compound's name, then a building's number; what follows (stairwell, room) says nothing about where the building is.
_NUMBERED = re.compile(r"^(?P<compound>.*?\D)\s*0*(?P<number>\d+)\s*(?:号楼|栋|幢|座|#|号?$)")


# Shorter starts of names and codes fit nearly every building of a city.
_NAME_LEAST = 2
_CODE_LEAST = 9


@dataclass(frozen=True, slots=True)
class FoundThing:
    """A compound, building or service point (``kind``: compound, building, service).

    ``bounds`` are south, west, north, east in degrees; ``address`` is "" where there is none.
    """

    kind: str
    ref: UUID
    code: str
    name: str
    name_en: str | None
    address: str
    compound_name: str | None
    community_name: str | None
    community_name_en: str | None
    bounds: tuple[float, float, float, float]


def find_things(conn: Connection, scope: Scope, words: str, at: date, *, limit: int = 8) -> list[FoundThing]:
    """Compounds, buildings and service points of the scope for the words, at most ``limit`` of a kind, compounds first; blank words find nothing."""
    wanted = " ".join(words.split())
    if not wanted:
        return []
    parts = _NUMBERED.match(wanted)
    like = like_parts(wanted)
    rows = conn.execute(
        statement("find_things"),
        {
            **like,
            "name_prefix": like["prefix"] if len(wanted) >= _NAME_LEAST else None,
            "code_prefix": like["prefix"] if len(wanted) >= _CODE_LEAST else like["prefix"].removesuffix("%"),
            "compound_pattern": like_parts(parts["compound"].strip())["pattern"] if parts else None,
            "number": parts["number"] if parts else None,
            "at": at,
            "limit": limit,
            **scope.sql_areas(),
        },
    )
    return [
        FoundThing(
            row.kind, row.ref, row.code, row.name, row.name_en, row.address, row.compound_name,
            row.community_name, row.community_name_en, (row.south, row.west, row.north, row.east),
        )
        for row in rows
    ]  # fmt: skip
