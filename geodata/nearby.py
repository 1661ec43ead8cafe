"""Reports near a place."""

from typing import Any

from geoalchemy2 import Geography, Geometry
from sqlalchemy import ColumnElement, cast, func

from geodata.tables import report

#: A degree is at least this long up to 68 degrees of latitude: what is nearer lies in a box of so many degrees.
_SHORTEST_DEGREE_M = 40_000


def metres_from(lon: float, lat: float) -> ColumnElement[float]:
    """How far a report is from a place in WGS84 degrees, on the ellipsoid."""
    return func.ST_Distance(cast(report.c.geom, Geography), cast(_point(lon, lat), Geography))


def within_metres(lon: float, lat: float, metres: float) -> tuple[ColumnElement[bool], ...]:
    """Conditions on ``report``: at most so many metres from a place; the first one is for the index."""
    box = report.c.geom.op("&&")(func.ST_Expand(_point(lon, lat), metres / _SHORTEST_DEGREE_M))
    return box, metres_from(lon, lat) <= metres


def _point(lon: float, lat: float) -> Any:
    return func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326, type_=Geometry("POINT", 4326))
