"""What a photo's EXIF says of place, time and direction: tags in, facts out.

The tags come as any decoder gives them, by number: texts or bytes, rationals as numbers that may be no number. Whatever is malformed is
as if it were not there. Positions are WGS84 by the standard (some phones sold in China write GCJ-02 all the same, see ``gridmap.photo``).
"""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gridmap.photo import MAGNETIC, TRUE, PhotoFacts

Tags = Mapping[int, Any]

_LAT_REF, _LAT, _LON_REF, _LON, _ALTITUDE_REF, _ALTITUDE, _CLOCK = 1, 2, 3, 4, 5, 6, 7
_DIRECTION_REF, _DIRECTION, _DAY, _ERROR_M = 16, 17, 29, 31
_TAKEN, _DIGITISED, _TAKEN_OFFSET, _DIGITISED_OFFSET = 0x9003, 0x9004, 0x9011, 0x9012
#: Local clocks are between 12 hours behind and 14 hours before UTC.
_OFFSETS = (timedelta(hours=-12), timedelta(hours=14))
_SLACK = timedelta(minutes=5)
_WORST_ACCURACY_M = 100_000.0
_HIGHEST_M = 20_000.0


def facts_of(exif: Tags, gps: Tags, zone: ZoneInfo) -> PhotoFacts:
    """Facts from the tags of the Exif and the GPS directory; ``zone`` is that of a clock without an offset, which is told as assumed.

    >>> facts_of({0x9003: "2026:11:20 08:30:00"}, {1: "N", 2: (40, 48, 36), 3: "E", 4: (111, 42, 0)}, ZoneInfo("Asia/Shanghai")).lat
    40.81
    """
    lon, lat = position(gps) or (None, None)
    taken_at, assumed = taken(exif, gps, zone)
    towards, north = direction(gps)
    return PhotoFacts(
        lon=lon,
        lat=lat,
        accuracy_m=_accuracy(gps) if lon is not None else None,
        altitude_m=_altitude(gps),
        direction_deg=towards,
        direction_ref=north,
        taken_at=taken_at,
        zone_assumed=assumed,
    )


def position(gps: Tags) -> tuple[float, float] | None:
    """Longitude and latitude in degrees; None without one.

    None as well when the hemisphere is not told, for parts that are no number (a denominator of zero), minutes or seconds beyond
    60, places that are not on earth, and 0/0, which devices write before they know where they are.
    """
    lon = _degrees(gps.get(_LON), _letter(gps.get(_LON_REF)), "E", "W", 180.0)
    lat = _degrees(gps.get(_LAT), _letter(gps.get(_LAT_REF)), "N", "S", 90.0)
    if lon is None or lat is None or (lon == 0 and lat == 0):
        return None
    return lon, lat


def taken(exif: Tags, gps: Tags, zone: ZoneInfo) -> tuple[datetime | None, bool]:
    """When it was taken, and whether the zone had to be assumed; None without a time.

    The camera's clock with its offset comes first, then the satellites' UTC, then the camera's clock in ``zone``. Some devices write
    the right time of the satellites under a wrong day: a UTC that no zone on earth could be in agreement with the clock is not believed.
    """
    for clock, offset in ((_TAKEN, _TAKEN_OFFSET), (_DIGITISED, _DIGITISED_OFFSET)):
        if (local := _moment(exif.get(clock))) is not None:
            if (zoned := _with_offset(local, _text(exif.get(offset)))) is not None:
                return zoned, False
            if (utc := _satellite_time(gps)) is not None and _may_be(local, utc):
                return utc, False
            return local.replace(tzinfo=zone).astimezone(UTC), True
    return _satellite_time(gps), False


def direction(gps: Tags) -> tuple[float | None, str | None]:
    """Where the camera looked, degrees clockwise from north in [0, 360), and from which north (``true``, ``magnetic``, None: not told)."""
    found = _number(gps.get(_DIRECTION))
    if found is None or not 0 <= found <= 360:
        return None, None
    return found % 360, {"T": TRUE, "M": MAGNETIC}.get(_letter(gps.get(_DIRECTION_REF)))


def _accuracy(gps: Tags) -> float | None:
    found = _number(gps.get(_ERROR_M))
    return found if found is not None and 0 < found <= _WORST_ACCURACY_M else None


def _altitude(gps: Tags) -> float | None:
    found = _number(gps.get(_ALTITUDE))
    if found is None or not 0 <= found <= _HIGHEST_M:
        return None
    below = gps.get(_ALTITUDE_REF) in (1, b"\x01")
    return -found if below else found


def _degrees(parts: Any, ref: str, positive: str, negative: str, most: float) -> float | None:
    numbers = _numbers(parts)
    if ref not in (positive, negative) or numbers is None or not 1 <= len(numbers) <= 3:
        return None
    degrees, minutes, seconds = (*numbers, 0.0, 0.0)[:3]
    if not (0 <= degrees <= most and 0 <= minutes <= 60 and 0 <= seconds <= 60):
        return None
    found = degrees + minutes / 60 + seconds / 3600
    if found > most:
        return None
    return found if ref == positive else -found


def _satellite_time(gps: Tags) -> datetime | None:
    day, clock = _text(gps.get(_DAY)), _numbers(gps.get(_CLOCK))
    if clock is None or len(clock) != 3:
        return None
    hours, minutes, seconds = clock
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 61):
        return None
    if (midnight := _moment(f"{day} 00:00:00")) is None:
        return None
    return midnight.replace(tzinfo=UTC) + timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _may_be(local: datetime, utc: datetime) -> bool:
    ahead = local - utc.replace(tzinfo=None)
    return _OFFSETS[0] - _SLACK <= ahead <= _OFFSETS[1] + _SLACK


def _moment(value: Any) -> datetime | None:
    """``2026:11:20 08:30:00`` without its zone; devices that do not know write zeros or blanks."""
    try:
        found = datetime.strptime(_text(value)[:19].replace("-", ":"), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  (its zone comes later)
    except ValueError:
        return None
    # Before digital photography, and where a zone could lead out of the calendar.
    return found if 1990 <= found.year <= 9000 else None


def _with_offset(local: datetime, offset: str) -> datetime | None:
    try:
        found = datetime.strptime(offset, "%z").tzinfo
    except ValueError:
        return None
    return None if found is None else local.replace(tzinfo=found).astimezone(UTC)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return value.strip(" \0\t\r\n") if isinstance(value, str) else ""


def _letter(value: Any) -> str:
    return _text(value)[:1].upper()


def _numbers(values: Any) -> list[float] | None:
    """Some rationals, or one; None when one of them is no number."""
    if not isinstance(values, Sequence) or isinstance(values, str | bytes):
        values = (values,)
    found = [number for each in values[:4] if (number := _number(each)) is not None]
    return found if found and len(found) == len(values) else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool | str | bytes):
        return None
    try:
        found = float(value)
    except (TypeError, ValueError, ArithmeticError):
        return None
    return found if math.isfinite(found) else None
