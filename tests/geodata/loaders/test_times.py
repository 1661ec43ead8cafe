from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from geodata.loaders.times import parse_time, read_days, read_times

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-11-20", "2026-11-20T00:00"),
        ("2026-11-20 08:30:15.25", "2026-11-20T08:30:15.250000"),
        ("2026-11-20T08:30:00+08:00", "2026-11-20T08:30+08:00"),
        ("2026.11.20 8:05", "2026-11-20T08:05"),
        ("2026年11月20日", "2026-11-20T00:00"),
        ("2026年11月20日 下午3点", "2026-11-20T15:00"),
        ("2026/1/2 12:05 AM", "2026-01-02T00:05"),
        ("20261120", "2026-11-20T00:00"),
        ("46346.5", "2026-11-20T12:00"),
        (46346, "2026-11-20T00:00"),
        (pd.Timestamp("2026-11-20 08:30"), "2026-11-20T08:30"),
    ],
)
def test_cells_that_can_be_read(cell: object, expected: str) -> None:
    assert parse_time(cell) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "cell", ["03/04/2026", "yesterday", "2026-13-01", "2026-02-30 25:00", 5, 1e9, True, "2026", object()]
)
def test_cells_that_cannot(cell: object) -> None:
    assert parse_time(cell) is None


def test_mixed_cells_keep_their_place() -> None:
    column = pd.Series(["2026-11-20 08:00", None, "nonsense", 46346.5, "2026-11-20T08:00Z", float("nan")], dtype=object)
    read, bad = read_times(column, SHANGHAI)
    assert bad.tolist() == [False, False, True, False, False, False]
    assert read[0] == datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
    assert read[3] == datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
    assert read[4] == datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    assert read.isna().tolist() == [False, True, True, False, False, True]


def test_hours_that_a_clock_change_skips_or_repeats() -> None:
    column = pd.Series(["2018-03-11 02:30", "2018-11-04 01:30"])
    read, bad = read_times(column, CHICAGO)
    assert not bad.any()
    assert [each.isoformat() for each in read] == ["2018-03-11T08:00:00+00:00", "2018-11-04T07:30:00+00:00"]


def test_days() -> None:
    days, bad = read_days(
        pd.Series(["2026-11-20", "2026年1月2日", None, "soon", "2026-11-20T20:00Z"], dtype=object), SHANGHAI
    )
    assert days.tolist() == ["2026-11-20", "2026-01-02", None, None, "2026-11-21"]
    assert bad.tolist() == [False, False, False, True, False]
