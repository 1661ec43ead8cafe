"""What the ground of a plan would be made from, looked at before anybody starts one."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from geodata.sql import statement
from geodata.tables import division, road


@dataclass(frozen=True, slots=True)
class Sources:
    """What there is in the communities of an area that have a boundary.

    ``communities`` have ``code``, ``name``, ``name_en``, ``buildings``, ``households`` (counted), ``dwellings``, ``people`` (estimates);
    ``estimated`` are those of them where households are estimated, ``empty`` those where nobody is known to live.
    """

    communities: list[Row[Any]]
    roads: int

    @property
    def buildings(self) -> int:
        """Buildings of all communities."""
        return sum(each.buildings for each in self.communities)

    @property
    def households(self) -> int:
        """Households that somebody counted."""
        return sum(each.households for each in self.communities)

    @property
    def estimated(self) -> list[Row[Any]]:
        """Communities without counted households, but with dwellings or people."""
        return [each for each in self.communities if not each.households and (each.dwellings or each.people)]

    @property
    def empty(self) -> list[Row[Any]]:
        """Communities where nobody is known to live: they make no plan alone."""
        return [each for each in self.communities if not (each.households or each.dwellings or each.people)]


def sources_of(conn: Connection, area: str) -> Sources:
    """What there is below a division; no communities where none has a boundary."""
    rows = list(conn.execute(statement("plan_sources"), {"area": area}))
    inside = (
        select(division.c.id)
        .where(
            division.c.level == "community",
            division.c.retired_on.is_(None),
            division.c.code.startswith(area, autoescape=True),
            division.c.geom.op("&&")(road.c.geom),
            func.ST_Intersects(division.c.geom, road.c.geom),
        )
        .exists()
    )
    roads = conn.scalar(select(func.count()).select_from(road).where(inside)) if rows else 0
    return Sources(rows, roads or 0)
