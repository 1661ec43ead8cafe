"""Which grids would end, begin, go on with other ground, or stay as they are, if a draft came into force on a day."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
import shapely
from sqlalchemy import Connection, func, select

from geodata.actions.planning.drafting import Draft
from geodata.days import valid_on
from geodata.tables import grid

#: Ground in square metres by which a grid may differ from what it was and still be the same edition.
_SAME_GROUND_M2 = 0.01


class GridFate(StrEnum):
    """What becomes of a grid on the day."""

    ENDS = "ends"
    BEGINS = "begins"
    CHANGES = "changes"
    STAYS = "stays"


@dataclass(frozen=True, slots=True)
class PresentGrid:
    """A grid of the plan's communities that is in force when the day begins."""

    key: int
    code: str
    name: str
    community_code: str
    shape: shapely.Geometry


@dataclass(frozen=True, slots=True)
class GridChanges:
    """``before``: present grids by code; ``fates``: what becomes of each grid of the draft, aligned with it; ``ended``: codes that end."""

    before: dict[str, PresentGrid]
    fates: tuple[GridFate, ...]
    ended: tuple[str, ...]

    @property
    def staying(self) -> set[int]:
        """Places of the draft's grids that keep their edition."""
        return {number for number, fate in enumerate(self.fates) if fate is GridFate.STAYS}

    def going(self, draft: Draft) -> list[int]:
        """Keys of the editions that end: those of codes that end, and those that get other ground."""
        stays = {draft.codes[number] for number in self.staying}
        return [present.key for code, present in self.before.items() if code not in stays]


def grid_changes(conn: Connection, draft: Draft, day: date) -> GridChanges:
    """What a draft would change on a day; nothing is written."""
    before = _in_force(conn, draft, day)
    fates = tuple(
        _fate(shape, before.get(code)) for code, shape in zip(draft.codes, draft.shapes.tolist(), strict=True)
    )
    return GridChanges(before, fates, tuple(sorted(set(before) - set(draft.codes))))


def _fate(shape: shapely.Geometry, present: PresentGrid | None) -> GridFate:
    if present is None:
        return GridFate.BEGINS
    return GridFate.STAYS if _same_ground(shape, present.shape) else GridFate.CHANGES


def _in_force(conn: Connection, draft: Draft, day: date) -> dict[str, PresentGrid]:
    columns = (grid.c.id, grid.c.code, grid.c.name, grid.c.community_code, func.ST_AsBinary(grid.c.geom).label("shape"))
    query = select(*columns).where(grid.c.community_code.in_(set(draft.communities)), valid_on(grid, day))
    return {
        row.code: PresentGrid(row.id, row.code, row.name, row.community_code, shapely.from_wkb(bytes(row.shape)))
        for row in conn.execute(query.order_by(grid.c.code))
    }


def _same_ground(one: shapely.Geometry, other: shapely.Geometry) -> bool:
    metres = np.cos(np.radians(one.centroid.y)) * 111_320.0**2
    return bool(one.symmetric_difference(other).area * metres <= _SAME_GROUND_M2)
