"""Buildings (楼栋) and their stairwells."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, func, select

from geodata.scope import Scope
from geodata.sql import statement
from geodata.tables import building, household, stairwell
from gridmap.errors import GridmapError
from gridmap.privacy import protected


class UnknownBuilding(GridmapError):
    """A building that does not exist, or not for the caller."""

    code = "unknown_building"
    zh = "没有这栋楼，或它不在您的责任范围内。"
    en = "There is no such building, or it lies outside your area."


def building_by_ref(conn: Connection, scope: Scope, ref: UUID, at: date) -> Row[Any]:
    """A building whose label point lies in a grid of the scope on a day, with its compound, grid and community.

    ``shape`` is GeoJSON text. Errors: ``UnknownBuilding``.
    """
    found = conn.execute(statement("building"), {"ref": ref, "at": at, **scope.sql_areas()}).one_or_none()
    if found is None:
        raise UnknownBuilding(field="building")
    return found


def households_of(conn: Connection, building_id: int, compound_id: int | None) -> tuple[int, bool]:
    """Number of a building's households, and whether it may be told.

    A compound shows its total: a small number must not follow from it and the other buildings' (``gridmap.privacy``).
    """
    beside = building.c.id == building_id if compound_id is None else building.c.compound_id == compound_id
    rows = conn.execute(
        select(building.c.id, func.count(household.c.id).label("households"))
        .outerjoin(household, household.c.building_id == building.c.id)
        .where(beside)
        .group_by(building.c.id)
        .order_by(building.c.id)
    ).all()
    counts: dict[int, int] = {row.id: row.households for row in rows}
    told = dict(zip(counts, protected(list(counts.values())), strict=True))
    return counts[building_id], told[building_id] is not None


def stairwells_of(conn: Connection, building_id: int) -> list[tuple[str, int, bool]]:
    """Stairwells by number as (name, households, whether that number may be told beside the building's total)."""
    rows = conn.execute(
        select(stairwell.c.number, stairwell.c.name, func.count(household.c.id).label("households"))
        .outerjoin(household, household.c.stairwell_id == stairwell.c.id)
        .where(stairwell.c.building_id == building_id)
        .group_by(stairwell.c.id)
        .order_by(func.length(stairwell.c.number), stairwell.c.number)
    ).all()
    told = protected([row.households for row in rows])
    return [(row.name or row.number, row.households, known is not None) for row, known in zip(rows, told, strict=True)]


def houses_within(conn: Connection, bounds: Sequence[float]) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """The shapes of the buildings that meet a box (west, south, east, north in degrees), and the households of each, aligned."""
    homes = select(household.c.building_id, func.count().label("homes")).group_by(household.c.building_id).subquery()
    query = (
        select(func.ST_AsBinary(building.c.geom), func.coalesce(homes.c.homes, 0))
        .outerjoin(homes, homes.c.building_id == building.c.id)
        .where(building.c.geom.op("&&")(func.ST_MakeEnvelope(*bounds, 4326)))
        .order_by(building.c.id)
    )
    rows = conn.execute(query).all()
    shapes = np.array([bytes(row[0]) for row in rows], dtype=object)
    return shapely.from_wkb(shapes), np.array([row[1] for row in rows], dtype=np.int64)
