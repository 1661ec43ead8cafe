"""Reports near a place."""

from geoalchemy2 import Geography
from sqlalchemy import ColumnElement, cast, func

from geodata.points import degrees_reached, point
from geodata.tables import report


def metres_from(lon: float, lat: float) -> ColumnElement[float]:
    """How far a report is from a place in WGS84 degrees, on the ellipsoid."""
    return func.ST_Distance(cast(report.c.geom, Geography), cast(point(lon, lat), Geography))


def within_metres(lon: float, lat: float, metres: float) -> tuple[ColumnElement[bool], ...]:
    """Conditions on ``report``: at most so many metres from a place; the first one is for the index."""
    box = report.c.geom.op("&&")(func.ST_Expand(point(lon, lat), degrees_reached(metres)))
    return box, metres_from(lon, lat) <= metres
