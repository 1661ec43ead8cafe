"""A photo of a report: what it says of itself, and what of that does not fit the report."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pyproj import Geod

from gridmap.datum import to_wgs84
from gridmap.report import CLOCK_SKEW

TRUE, MAGNETIC = "true", "magnetic"
_EARTH = Geod(ellps="WGS84")


class Remark(StrEnum):
    """What a person should know of a photo before believing it."""

    FAR = "far"  # taken farther from the place of the report than accuracies explain
    MAYBE_GCJ02 = "maybe_gcj02"  # far, but close if the phone wrote its position in GCJ-02
    OLD = "old"  # taken long before
    FUTURE = "future"  # taken after it was sent: the camera's clock or zone is wrong
    NO_POSITION = "no_position"
    NO_TIME = "no_time"
    OTHER_REPORT = "other_report"  # the very same file is with another report already


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What EXIF says: degrees in WGS84, metres, degrees clockwise from north, an aware time; None where it says nothing.

    ``direction_ref`` tells which north; ``zone_assumed`` that the camera's clock named no zone and the city's was taken.
    """

    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    altitude_m: float | None = None
    direction_deg: float | None = None
    direction_ref: str | None = None
    taken_at: datetime | None = None
    zone_assumed: bool = False


@dataclass(frozen=True, slots=True)
class Pin:
    """The place of a report: degrees in WGS84, radius of its accuracy in metres."""

    lon: float
    lat: float
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class PhotoLimits:
    """From how far, and from how long before, a photo is remarked on."""

    far_m: float = 200.0
    old: timedelta = timedelta(hours=24)


def distance_m(photo: PhotoFacts, pin: Pin | None) -> float | None:
    """Metres between photo and pin on the ellipsoid; None without one of them."""
    if pin is None or photo.lon is None or photo.lat is None:
        return None
    return _metres(photo.lon, photo.lat, pin)


def remarks(
    photo: PhotoFacts,
    pin: Pin | None,
    now: datetime,
    *,
    occurred_at: datetime | None = None,
    limits: PhotoLimits | None = None,
    elsewhere: bool = False,
) -> tuple[Remark, ...]:
    """What does not fit, in the order of ``Remark``; nothing for a photo of the place and day.

    ``now`` is when it was sent, ``occurred_at`` what the report says: a photo is old against the earlier of them. Without a pin
    nothing is far. ``elsewhere``: the same file is with another report.
    """
    limits = limits or PhotoLimits()
    found: list[Remark] = []
    if photo.lon is None or photo.lat is None:
        found.append(Remark.NO_POSITION)
    elif pin is not None:
        found += _of_place(photo.lon, photo.lat, photo.accuracy_m, pin, limits.far_m)
    if photo.taken_at is None:
        found.append(Remark.NO_TIME)
    elif photo.taken_at > now + CLOCK_SKEW:
        found.append(Remark.FUTURE)
    elif photo.taken_at < min(now, occurred_at or now) - limits.old:
        found.append(Remark.OLD)
    if elsewhere:
        found.append(Remark.OTHER_REPORT)
    return tuple(sorted(found, key=list(Remark).index))


def _of_place(lon: float, lat: float, accuracy_m: float | None, pin: Pin, far_m: float) -> list[Remark]:
    explained = far_m + (accuracy_m or 0.0) + (pin.accuracy_m or 0.0)
    if _metres(lon, lat, pin) <= explained:
        return []
    if _metres(*to_wgs84(lon, lat, "gcj02"), pin) <= explained:
        return [Remark.FAR, Remark.MAYBE_GCJ02]
    return [Remark.FAR]


def _metres(lon: float, lat: float, pin: Pin) -> float:
    return float(_EARTH.inv(lon, lat, pin.lon, pin.lat)[2])
