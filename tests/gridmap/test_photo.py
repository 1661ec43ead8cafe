"""What is remarked on a photo, and what is not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gridmap.datum import from_wgs84
from gridmap.photo import PhotoFacts, PhotoLimits, Pin, distance_m, remarks

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
PIN = Pin(111.7, 40.8)
#: A metre east in degrees at 40.8 north.
METRE = 1 / 84_390


def photo(east_m: float = 0.0, ago: timedelta = timedelta(minutes=5), **changed: Any) -> PhotoFacts:
    values = {"lon": PIN.lon + east_m * METRE, "lat": PIN.lat, "taken_at": NOW - ago, **changed}
    return PhotoFacts(**values)


def test_distances_are_metres_on_the_ellipsoid() -> None:
    assert distance_m(photo(1000), PIN) == pytest.approx(1000, rel=1e-3)
    assert distance_m(photo(), None) is None
    assert distance_m(PhotoFacts(), PIN) is None


@pytest.mark.parametrize(
    ("found", "pin", "told"),
    [
        (photo(), PIN, []),
        (photo(190), PIN, []),
        (photo(210), PIN, ["far"]),
        (photo(210, accuracy_m=15), PIN, []),  # its own accuracy explains it
        (photo(260, accuracy_m=15), Pin(PIN.lon, PIN.lat, 50), []),
        (photo(280, accuracy_m=15), Pin(PIN.lon, PIN.lat, 50), ["far"]),
        (photo(5000), None, []),  # far from what?
        (PhotoFacts(taken_at=NOW), PIN, ["no_position"]),
        (PhotoFacts(), PIN, ["no_position", "no_time"]),
        (photo(ago=timedelta(hours=23)), PIN, []),
        (photo(ago=timedelta(hours=25)), PIN, ["old"]),
        (photo(ago=timedelta(minutes=-9)), PIN, []),  # clocks differ
        (photo(ago=timedelta(hours=-1)), PIN, ["future"]),
        (photo(5000, ago=timedelta(days=9)), PIN, ["far", "old"]),
    ],
)
def test_remarks(found: PhotoFacts, pin: Pin | None, told: list[str]) -> None:
    assert list(remarks(found, pin, NOW)) == told


def test_a_position_in_gcj02_is_guessed_from_the_pin() -> None:
    lon, lat = from_wgs84(PIN.lon, PIN.lat, "gcj02")
    assert list(remarks(photo(lon=lon, lat=lat), PIN, NOW)) == ["far", "maybe_gcj02"]


def test_old_is_meant_against_what_the_report_says() -> None:
    before = photo(ago=timedelta(days=3))
    assert list(remarks(before, PIN, NOW, occurred_at=NOW - timedelta(days=3))) == []
    assert list(remarks(before, PIN, NOW, occurred_at=NOW - timedelta(days=1))) == ["old"]


def test_the_limits_are_settings_and_the_same_file_elsewhere_is_told() -> None:
    limits = PhotoLimits(far_m=50, old=timedelta(hours=1))
    found = photo(100, ago=timedelta(hours=2))
    assert list(remarks(found, PIN, NOW, limits=limits, elsewhere=True)) == ["far", "old", "other_report"]
