"""Tags as devices write them, and as they should not."""

import math
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.exif import direction, facts_of, position, taken

ZONE = ZoneInfo("Asia/Shanghai")
HERE = {1: "N", 2: (40.0, 48.0, 36.0), 3: "E", 4: (111.0, 42.0, 0.0)}
NAN = float("nan")


def local(clock: str, offset: str | None = None) -> dict[int, Any]:
    return {0x9003: clock} | ({0x9011: offset} if offset else {})


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, (111.7, 40.81)),
        ({1: "S", 3: "W"}, (-111.7, -40.81)),
        ({1: b"N\0", 3: "e"}, (111.7, 40.81)),
        ({2: (40.81,), 4: (111.7,)}, (111.7, 40.81)),  # decimal degrees alone
        ({2: (40.0, 48.6), 4: (111.0, 42.0)}, (111.7, 40.81)),
        ({2: 40.81, 4: 111.7}, (111.7, 40.81)),
        ({1: None}, None),  # north or south?
        ({1: ""}, None),
        ({3: "N"}, None),
        ({2: (40.0, NAN, 36.0)}, None),  # 0/0
        ({2: (math.inf, 48.0, 36.0)}, None),
        ({2: (40.0, 61.0, 0.0)}, None),
        ({2: (40.0, 0.0, 75.0)}, None),
        ({2: (-40.0, 0.0, 0.0)}, None),
        ({2: (90.0, 0.0, 1.0)}, None),
        ({4: (180.0, 0.0, 0.1)}, None),
        ({2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)}, None),  # before the first fix
        ({2: ()}, None),
        ({2: (1.0, 2.0, 3.0, 4.0)}, None),
        ({2: "40,48,36"}, None),
        ({2: (b"4", 1, 2)}, None),
        ({2: None}, None),
        ({4: [111, 42, 0]}, (111.7, 40.81)),
    ],
)
def test_positions(changed: dict[int, Any], found: tuple[float, float] | None) -> None:
    assert position(HERE | changed) == (pytest.approx(found) if found else None)


@given(st.fractions(-90, 90), st.fractions(-180, 180), st.integers(1, 10_000))
def test_what_was_written_is_read(lat: Fraction, lon: Fraction, parts: int) -> None:
    """Any place on earth, in degrees, minutes and seconds of a denominator, comes back to within half of its smallest part."""

    def dms(value: Fraction) -> tuple[Fraction, Fraction, Fraction]:
        whole = abs(value)
        minutes = (whole % 1) * 60
        seconds = Fraction(int((minutes % 1) * 60 * parts), parts)
        return Fraction(int(whole)), Fraction(int(minutes)), seconds

    found = position({1: "N" if lat >= 0 else "S", 2: dms(lat), 3: "E" if lon >= 0 else "W", 4: dms(lon)})
    if not any((*dms(lat), *dms(lon))):
        assert found is None
    else:
        assert found == (
            pytest.approx(float(lon), abs=1.001 / 3600 / parts),
            pytest.approx(float(lat), abs=1.001 / 3600 / parts),
        )


_ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=25)
    | st.binary(max_size=25)
    | st.fractions(),
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=6,
)
_TAGS = st.sampled_from([1, 2, 3, 4, 5, 6, 7, 16, 17, 29, 31, 0x9003, 0x9004, 0x9011, 0x9012])


@given(st.dictionaries(_TAGS, _ANYTHING), st.dictionaries(_TAGS, _ANYTHING))
def test_nothing_that_a_file_says_is_an_error(exif: dict[int, Any], gps: dict[int, Any]) -> None:
    found = facts_of(exif, HERE | gps, ZONE)
    assert (found.lon is None) == (found.lat is None)
    if found.lon is not None and found.lat is not None:
        assert abs(found.lon) <= 180
        assert abs(found.lat) <= 90
    assert found.taken_at is None or found.taken_at.utcoffset() is not None
    assert found.direction_deg is None or 0 <= found.direction_deg < 360


@pytest.mark.parametrize(
    ("exif", "gps", "at", "assumed"),
    [
        (local("2026:11:20 08:30:00", "+08:00"), {}, datetime(2026, 11, 20, 0, 30, tzinfo=UTC), False),
        (local("2026:11:20 08:30:00", "-05:00"), {}, datetime(2026, 11, 20, 13, 30, tzinfo=UTC), False),
        (local("2026:11:20 08:30:00"), {}, datetime(2026, 11, 20, 0, 30, tzinfo=UTC), True),
        (local("2026:11:20 08:30:00", "   :  "), {}, datetime(2026, 11, 20, 0, 30, tzinfo=UTC), True),
        (local("2026-11-20 08:30:00\0"), {}, datetime(2026, 11, 20, 0, 30, tzinfo=UTC), True),
        ({0x9004: b"2026:11:20 08:30:00"}, {}, datetime(2026, 11, 20, 0, 30, tzinfo=UTC), True),
        # The satellites' time names the zone that the clock does not.
        (
            local("2026:11:20 08:30:05"),
            {7: (0.0, 30.0, 1.5), 29: "2026:11:20"},
            datetime(2026, 11, 20, 0, 30, 1, 500_000, tzinfo=UTC),
            False,
        ),
        ({}, {7: (0.0, 30.0, 0.0), 29: "2026:11:20"}, datetime(2026, 11, 20, 0, 30, tzinfo=UTC), False),
        # A day off: no zone on earth is 22 hours behind.
        (
            local("2008:10:22 16:28:39"),
            {7: (14.0, 27.0, 7.24), 29: "2008:10:23"},
            datetime(2008, 10, 22, 8, 28, 39, tzinfo=UTC),
            True,
        ),
        (local("0000:00:00 00:00:00"), {}, None, False),
        (local("    :  :     :  :  "), {}, None, False),
        (local("2026:13:20 08:30:00"), {}, None, False),
        (local("1970:01:01 00:00:00"), {}, None, False),
        ({}, {7: (25.0, 0.0, 0.0), 29: "2026:11:20"}, None, False),
        ({}, {7: (1.0, NAN, 0.0), 29: "2026:11:20"}, None, False),
        ({}, {7: (1.0, 0.0, 0.0)}, None, False),
    ],
)
def test_times(exif: dict[int, Any], gps: dict[int, Any], at: datetime | None, assumed: bool) -> None:
    assert taken(exif, gps, ZONE) == (at, assumed)


@pytest.mark.parametrize(
    ("gps", "found"),
    [
        ({16: "T", 17: 271.5}, (271.5, "true")),
        ({16: b"M", 17: 90}, (90.0, "magnetic")),
        ({16: "\0", 17: 10.0}, (10.0, None)),
        ({17: 360.0}, (0.0, None)),
        ({16: "T", 17: 361.0}, (None, None)),
        ({16: "T", 17: -1.0}, (None, None)),
        ({16: "T", 17: NAN}, (None, None)),
        ({16: "T"}, (None, None)),
    ],
)
def test_directions(gps: dict[int, Any], found: tuple[float | None, str | None]) -> None:
    assert direction(gps) == found


def test_accuracy_and_altitude() -> None:
    found = facts_of({}, {**HERE, 31: 4.7, 5: b"\0", 6: 1063.2}, ZONE)
    assert (found.accuracy_m, found.altitude_m) == (4.7, 1063.2)
    below = facts_of({}, {**HERE, 31: 0.0, 5: 1, 6: 12.0}, ZONE)
    assert (below.accuracy_m, below.altitude_m) == (None, -12.0)
    assert facts_of({}, {31: 4.7}, ZONE).accuracy_m is None  # of no position
