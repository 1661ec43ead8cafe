"""From the file's reference system to degrees, and the marks of a wrong label: metres as degrees, degrees as metres, swapped axes."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from geodata.loaders.errors import AxesSwapped, CrsUnknown, NotDegrees, NotMetres
from gridmap.datum import to_wgs84

Floats = NDArray[np.float64]
_STORED = CRS.from_epsg(4326)


def crs_of(asked: str | None, declared: Any) -> CRS:
    """The reference system to read a file in: what was asked for, else what the file declares, else EPSG:4326. Error: ``CrsUnknown``."""
    chosen = asked if asked is not None else declared
    if chosen is None:
        return _STORED
    try:
        found = CRS.from_user_input(chosen)
    except CRSError as error:
        raise CrsUnknown(crs=str(chosen)[:80]) from error
    # Heights, geocentric metres and the drawing's own paper have no two axes that lead to longitude and latitude.
    if found.is_geocentric or not (found.is_geographic or found.is_projected):
        raise CrsUnknown(crs=str(chosen)[:80])
    return found


def to_degrees(x: Floats, y: Floats, crs: CRS, *, swap_axes: bool = False) -> tuple[Floats, Floats]:
    """Positions in ``crs`` (x or longitude first) as longitude and latitude in EPSG:4326; what cannot be transformed is NaN.

    Errors: ``NotDegrees``, ``AxesSwapped``, ``NotMetres`` when most of the positions show that the label is wrong.
    """
    if swap_axes:
        x, y = y, x
    _check_label(x, y, crs)
    if crs.equals(_STORED, ignore_axis_order=True):
        return x, y
    try:
        lon, lat = Transformer.from_crs(crs, _STORED, always_xy=True).transform(x, y)
    except ProjError as error:
        raise CrsUnknown(crs=crs.name) from error
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    good = np.isfinite(lon) & np.isfinite(lat)
    return np.where(good, lon, np.nan), np.where(good, lat, np.nan)


def geometry_to_degrees(
    geometry: NDArray[np.object_], crs: CRS, datum: str, *, swap_axes: bool = False
) -> NDArray[np.object_]:
    """Geometries (None and empty stay) in ``crs`` and ``datum`` as EPSG:4326, vertex by vertex. Errors as in ``to_degrees``."""
    coordinates = shapely.get_coordinates(geometry)
    if len(coordinates) == 0:
        return geometry
    lon, lat = to_degrees(coordinates[:, 0].copy(), coordinates[:, 1].copy(), crs, swap_axes=swap_axes)
    lon, lat = to_wgs84(lon, lat, datum)
    moved: NDArray[np.object_] = shapely.set_coordinates(geometry.copy(), np.column_stack([lon, lat]))
    return moved


def _check_label(x: Floats, y: Floats, crs: CRS) -> None:
    finite = np.isfinite(x) & np.isfinite(y)
    if not finite.any():
        return
    x, y = x[finite], y[finite]
    degrees = (np.abs(x) <= 180) & (np.abs(y) <= 90)
    swapped = (np.abs(x) <= 90) & (np.abs(y) > 90) & (np.abs(y) <= 180)
    if crs.is_projected:
        # A degree is 100 km: a file all of whose metres are that small lies on one spot, so these are degrees.
        if (
            degrees.all()
            and (np.ptp(x) > 0 or np.ptp(y) > 0 or len(x) == 1)
            and np.any((np.abs(x) > 1) | (np.abs(y) > 1))
        ):
            raise NotMetres(x=f"{x[0]:.6g}", y=f"{y[0]:.6g}", crs=_label(crs))
        return
    if swapped.mean() > 0.5:
        at = int(np.flatnonzero(swapped)[0])
        raise AxesSwapped(x=f"{x[at]:.6g}", y=f"{y[at]:.6g}")
    if degrees.mean() < 0.5:
        at = int(np.flatnonzero(~degrees)[0])
        raise NotDegrees(
            x=f"{x[at]:.6f}".rstrip("0").rstrip("."), y=f"{y[at]:.6f}".rstrip("0").rstrip("."), crs=_label(crs)
        )


def _label(crs: CRS) -> str:
    authority = crs.to_authority()
    return ":".join(authority) if authority else crs.name
