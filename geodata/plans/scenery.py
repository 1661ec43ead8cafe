"""What a printed map of a plan shows beside its grids: roads, water and green, compounds, buildings."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, FromClause, Select, func, select

from geodata.tables import building, compound, landcover, road

Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Scenery:
    """Rows of layers by key, each beside its shapes in degrees: ``roads`` has ``name`` and ``class``, ``covers`` ``kind``, ``compounds``
    ``name``, ``buildings`` ``id``."""

    roads: pd.DataFrame
    road_shapes: Shapes
    covers: pd.DataFrame
    cover_shapes: Shapes
    compounds: pd.DataFrame
    compound_shapes: Shapes
    buildings: pd.DataFrame
    building_shapes: Shapes


def scenery_of(conn: Connection, bounds: tuple[float, float, float, float]) -> Scenery:
    """What meets a box: west, south, east, north in degrees."""
    return Scenery(
        *_within(conn, select(road.c.name, road.c["class"]), road, bounds),
        *_within(conn, select(landcover.c.kind), landcover, bounds),
        *_within(conn, select(compound.c.name), compound, bounds),
        *_within(conn, select(building.c.id), building, bounds),
    )


def _within(
    conn: Connection, query: Select[Any], layer: FromClause, bounds: tuple[float, float, float, float]
) -> tuple[pd.DataFrame, Shapes]:
    here = layer.c.geom.op("&&")(func.ST_MakeEnvelope(*bounds, 4326))
    rows = conn.execute(
        query.add_columns(func.ST_AsBinary(layer.c.geom).label("shape")).where(here).order_by(layer.c.id)
    )
    found = pd.DataFrame(rows.all(), columns=list(rows.keys()))
    shapes = np.array([bytes(each) for each in found.pop("shape")], dtype=object)
    return found, shapely.from_wkb(shapes)
