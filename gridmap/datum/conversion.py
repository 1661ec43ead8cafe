"""Datums met in China: WGS84, CGCS2000, GCJ-02 and BD-09, both directions.

GCJ-02 shifts a WGS84 position by a published formula (ellipsoid a = 6378245.0, ee = 0.00669342162296594323); BD-09
shifts GCJ-02 once more. Both apply inside a box around China only. CGCS2000 counts as equal to WGS84: they differ by
centimetres.

Programs also shift what was shifted already: GCJ-02 taken for WGS84 and shifted again (``gcj02_twice``), BD-09 taken for GCJ-02
and shifted again (``bd09_twice``). Nobody means to send these, but they are as well defined as the others and are undone alike.

The published formula moves points near the eastern and northern sides out of the box and leaves a strip along the
others that nothing reaches, so it has no inverse there. Here the shift fades to nothing over the last 0.02 degrees
inside the box. That makes both directions one-to-one everywhere and continuous at the border, at the price of differing
from the published figures in a band of 2 km that lies wholly outside China (the box reaches from 0.8 to 55.8 north and
from 72.0 to 137.8 east).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, get_args, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridmap.errors import GridmapError

Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09", "gcj02_twice", "bd09_twice"]
DATUMS: Final[tuple[Datum, ...]] = get_args(Datum)
#: Those that somebody means when stating one; the rest are mistakes.
STATED: Final[tuple[Datum, ...]] = ("wgs84", "cgcs2000", "gcj02", "bd09")

WEST: Final = 72.004
EAST: Final = 137.8347
SOUTH: Final = 0.8293
NORTH: Final = 55.8271

_FADE: Final = 0.02  # degrees; twice the shift at the border, so that the fading shift still has an inverse
_SEMI_MAJOR_M: Final = 6378245.0
_ECCENTRICITY_SQUARED: Final = 0.00669342162296594323
_BD_TURN: Final = np.pi * 3000.0 / 180.0
_SETTLED: Final = 1e-12  # degrees: 0.1 micrometre
_MOST_ROUNDS: Final = 60

Floats = NDArray[np.float64]
_Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]
_Move = Callable[[Floats, Floats, Sequence[_Shift]], tuple[Floats, Floats]]


class UnknownDatum(GridmapError):
    """A datum that is none of `DATUMS`."""

    code = "unknown_datum"
    zh = "未知的坐标系“{datum}”。可用的坐标系：{allowed}。"
    en = "Unknown datum '{datum}'. Use one of: {allowed}."


class UnequalLengths(GridmapError):
    """Longitudes and latitudes that do not belong together."""

    code = "unequal_lengths"
    zh = "经度与纬度的数量不一致：{lon} 与 {lat}。"
    en = "Longitudes and latitudes differ in shape: {lon} and {lat}."


@overload
def to_wgs84(lon: float, lat: float, datum: str) -> tuple[float, float]: ...
@overload
def to_wgs84(lon: ArrayLike, lat: ArrayLike, datum: str) -> tuple[Floats, Floats]: ...
def to_wgs84(lon: ArrayLike, lat: ArrayLike, datum: str) -> tuple[float, float] | tuple[Floats, Floats]:
    """Positions in `datum` as WGS84.

    Parameters are degrees, scalars or arrays of one shape (or that broadcast). Scalars give floats, arrays float64
    arrays. NaN and infinity stay; outside the box positions stay as they are. The inverse is found by fixed-point
    iteration and is within 1 mm (in fact 1 micrometre) of the exact one. Raises `UnknownDatum`, `UnequalLengths`.

    >>> lon, lat = to_wgs84(116.38404722455657, 39.91334545536069, "gcj02")
    >>> round(lon, 6), round(lat, 6)
    (116.377817, 39.911954)
    """
    return _convert(lon, lat, datum, _inverse)


@overload
def from_wgs84(lon: float, lat: float, datum: str) -> tuple[float, float]: ...
@overload
def from_wgs84(lon: ArrayLike, lat: ArrayLike, datum: str) -> tuple[Floats, Floats]: ...
def from_wgs84(lon: ArrayLike, lat: ArrayLike, datum: str) -> tuple[float, float] | tuple[Floats, Floats]:
    """WGS84 positions in `datum`; shapes, special values and errors as in `to_wgs84`."""
    return _convert(lon, lat, datum, _forward)


def _convert(lon: ArrayLike, lat: ArrayLike, datum: str, move: _Move) -> tuple[float, float] | tuple[Floats, Floats]:
    if datum not in DATUMS:
        raise UnknownDatum(datum=datum, allowed=", ".join(DATUMS), field="datum")
    lons, lats = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    try:
        shape = np.broadcast_shapes(lons.shape, lats.shape)
    except ValueError:
        raise UnequalLengths(lon=lons.shape, lat=lats.shape) from None
    lons, lats = np.broadcast_to(lons, shape).copy(), np.broadcast_to(lats, shape).copy()
    if shifts := _SHIFTS[datum]:
        inside = (lons >= WEST) & (lons <= EAST) & (lats >= SOUTH) & (lats <= NORTH)
        lons[inside], lats[inside] = move(lons[inside], lats[inside], shifts)
    if shape == ():
        return float(lons), float(lats)
    return lons, lats


def _forward(lon: Floats, lat: Floats, shifts: Sequence[_Shift]) -> tuple[Floats, Floats]:
    for shift in shifts:
        lon, lat = _shifted(lon, lat, shift)
    return lon, lat


def _inverse(lon: Floats, lat: Floats, shifts: Sequence[_Shift]) -> tuple[Floats, Floats]:
    for shift in reversed(shifts):
        lon, lat = _unshifted(lon, lat, shift)
    return lon, lat


def _shifted(lon: Floats, lat: Floats, shift: _Shift) -> tuple[Floats, Floats]:
    east, north = shift(lon, lat)
    fade = _fade(lon, lat)
    return lon + fade * east, lat + fade * north


def _unshifted(lon: Floats, lat: Floats, shift: _Shift) -> tuple[Floats, Floats]:
    """The position that `shift` moves to (lon, lat): subtract the shift at the latest guess until it settles.

    The shift changes by at most 1 % of the distance moved, so each round gains two digits; in the fading band, where it
    changes by up to half, three rounds gain one.
    """
    guess_lon, guess_lat = lon, lat
    for _ in range(_MOST_ROUNDS):
        reached_lon, reached_lat = _shifted(guess_lon, guess_lat, shift)
        miss_lon, miss_lat = lon - reached_lon, lat - reached_lat
        guess_lon = np.clip(guess_lon + miss_lon, WEST, EAST)
        guess_lat = np.clip(guess_lat + miss_lat, SOUTH, NORTH)
        if not (np.any(np.abs(miss_lon) > _SETTLED) or np.any(np.abs(miss_lat) > _SETTLED)):
            break
    return guess_lon, guess_lat


def _fade(lon: Floats, lat: Floats) -> Floats:
    """1 in the box, falling to 0 on its border over the last `_FADE` degrees."""
    to_side = np.minimum(np.minimum(lon - WEST, EAST - lon), np.minimum(lat - SOUTH, NORTH - lat))
    return np.minimum(1.0, to_side / _FADE)


def _gcj_shift(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Degrees from WGS84 to GCJ-02, by the published formula."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    ripple = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north_m += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north_m += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east_m += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east_m += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0

    sine = np.sin(np.radians(lat))
    magic = 1.0 - _ECCENTRICITY_SQUARED * sine * sine
    meridian_radius_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / (magic * np.sqrt(magic))
    parallel_radius_m = _SEMI_MAJOR_M / np.sqrt(magic) * np.cos(np.radians(lat))
    return np.degrees(east_m / parallel_radius_m), np.degrees(north_m / meridian_radius_m)


def _bd_shift(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Degrees from GCJ-02 to BD-09, by the published formula."""
    radius = np.sqrt(lon * lon + lat * lat) + 0.00002 * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_TURN)
    return radius * np.cos(angle) + 0.0065 - lon, radius * np.sin(angle) + 0.006 - lat


#: What was done to WGS84, one after another.
_SHIFTS: Final[Mapping[str, Sequence[_Shift]]] = {
    "wgs84": (),
    "cgcs2000": (),
    "gcj02": (_gcj_shift,),
    "bd09": (_gcj_shift, _bd_shift),
    "gcj02_twice": (_gcj_shift, _gcj_shift),
    "bd09_twice": (_gcj_shift, _bd_shift, _bd_shift),
}
