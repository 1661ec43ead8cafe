"""A place in WGS84 degrees as a point of the database."""

from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import func

#: A degree is at least this long up to 68 degrees of latitude.
_SHORTEST_DEGREE_M = 40_000


def point(lon: Any, lat: Any) -> Any:
    """The point at a place, as a value to write or a part of a condition."""
    return func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326, type_=Geometry("POINT", 4326))


def degrees_reached(metres: float) -> float:
    """What is nearer than so many metres is nearer than so many degrees, in any direction: for conditions that an index answers."""
    return metres / _SHORTEST_DEGREE_M
