import numpy as np
import shapely
from sqlalchemy import Connection, func, select

from geodata.tables import building
from geodata.versions import while_unchanged
from gridmap.datum import Footprints


def footprints(conn: Connection) -> Footprints:
    """All buildings, to be asked whether a position lies on or beside one; kept while the layer does not change."""
    return while_unchanged(conn, ("building",), "footprints", lambda: _read(conn))


def _read(conn: Connection) -> Footprints:
    rows = conn.scalars(select(func.ST_AsBinary(building.c.geom))).all()
    return Footprints(shapely.from_wkb(np.array([None if row is None else bytes(row) for row in rows], dtype=object)))
