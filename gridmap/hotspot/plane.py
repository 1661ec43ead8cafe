"""The plane on which a city's distances are taken."""

from pyproj import Geod

_GEOD = Geod(ellps="WGS84")


def metres_per_degree(lon: float, lat: float) -> tuple[float, float]:
    """Metres that a degree of longitude and one of latitude measure around a place, on the ellipsoid of WGS84."""
    half = 0.005
    _, _, across = _GEOD.inv(lon - half, lat, lon + half, lat)
    _, _, along = _GEOD.inv(lon, lat - half, lon, lat + half)
    return float(across) / (2 * half), float(along) / (2 * half)
