"""What grids held on a day that the derived tables do not tell of: editions that have ended, or are to come."""

from datetime import date

import numpy as np
import shapely
from sqlalchemy import Connection, func, not_, select

from geodata.buildings import houses_within
from geodata.days import valid_on
from geodata.tables import grid
from gridmap.coverage import hold_buildings


def held_on(conn: Connection, at: date, derived: date) -> dict[int, tuple[int, int]]:
    """Households and buildings per key of the grids of a day that were not in force on the day for which ``building_grid`` is derived.

    Buildings and households are those of now: it is told who would be, or would have been, where.
    """
    other = grid.alias()
    changed = valid_on(other, at) & not_(valid_on(other, derived))
    near = select(other.c.id).where(changed, other.c.geom.op("&&")(grid.c.geom)).exists()
    columns = (grid.c.id, func.ST_AsBinary(grid.c.geom), not_(valid_on(grid, derived)))
    rows = conn.execute(select(*columns).where(valid_on(grid, at), near).order_by(grid.c.code)).all()
    if not rows:
        return {}
    shapes = shapely.from_wkb(np.array([bytes(row[1]) for row in rows], dtype=object))
    box = shapely.total_bounds(shapes[[row[2] for row in rows]]).tolist()
    houses, counts = houses_within(conn, box)
    held = hold_buildings(houses, shapes).grid
    inside = held >= 0
    households = np.bincount(held[inside], weights=counts[inside], minlength=len(rows)).astype(np.int64)
    buildings = np.bincount(held[inside], minlength=len(rows))
    return {
        row[0]: (int(homes_of), int(houses_of))
        for row, homes_of, houses_of in zip(rows, households, buildings, strict=True)
        if row[2]
    }
