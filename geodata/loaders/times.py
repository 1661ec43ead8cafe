"""Times and days in files: ISO and Chinese text, Excel dates and serial numbers, Unix seconds are not guessed.

The rule for time zones: a label in the file (an offset, ``Z``, a typed column with a zone) is believed unless ``--time-zone`` is
given; then the wall clock of the file is read in that zone, whatever the label says. Times without a label are in ``--time-zone``, or
in the city's zone. An hour that a clock change skipped moves forward by the length of the gap; one that it repeated is the later one.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_EXCEL_EPOCH = pd.Timestamp("1899-12-30")
_EXCEL_DAYS = (20_000.0, 80_000.0)  # 1954 to 2119
_CHINESE = re.compile(
    r"^\s*(\d{4})[年/.\-](\d{1,2})[月/.\-](\d{1,2})[日号]?[\sT]*(上午|下午|AM|PM|am|pm)?\s*"
    r"(?:(\d{1,2})[:：时点](\d{1,2})?分?(?:[:：]?(\d{1,2})(?:\.(\d{1,6}))?秒?)?)?\s*(上午|下午|AM|PM|am|pm)?\s*$"
)
_OFFSET = re.compile(r"(?:[+-]\d{2}:?\d{2}|Z)\s*$")
Bools = NDArray[np.bool_]


def read_times(column: pd.Series, zone: ZoneInfo, *, believe_labels: bool = True) -> tuple[pd.Series, Bools]:
    """A column as aware times in UTC (``datetime64[us, UTC]``, NaT when empty), and a mask of cells that could not be read."""
    given: Bools = column.notna().to_numpy(dtype=bool)
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        wall = column if believe_labels else column.dt.tz_localize(None)
    elif pd.api.types.is_datetime64_dtype(column.dtype):
        wall = column
    else:
        return _read_mixed(column, zone, believe_labels)
    utc = _localised(wall, zone) if wall.dt.tz is None else wall.dt.tz_convert("UTC")
    return utc.dt.as_unit("us"), given & utc.isna().to_numpy(dtype=bool)


def _read_mixed(column: pd.Series, zone: ZoneInfo, believe_labels: bool) -> tuple[pd.Series, Bools]:
    """Cells of several types: each distinct one is read once."""
    values = column.to_numpy(dtype=object)
    codes, distinct = pd.factorize(pd.Series(values, dtype=object).map(_plain), use_na_sentinel=True)
    naive = np.full(len(distinct), np.datetime64("NaT"), dtype="datetime64[us]")
    aware = naive.copy()
    for place, value in enumerate(distinct):
        read = parse_time(value)
        if read is None:
            continue
        if read.tzinfo is not None and believe_labels:
            if (utc := _moved(read, ZoneInfo("UTC"))) is not None:
                aware[place] = np.datetime64(utc.replace(tzinfo=None), "us")
        else:
            naive[place] = np.datetime64(read.replace(tzinfo=None), "us")
    local = _localised(pd.Series(naive), zone)
    utc = local.fillna(pd.Series(aware).dt.tz_localize("UTC")).dt.as_unit("us")
    taken = utc.reindex(codes).reset_index(drop=True)  # code -1 (empty) is in no index: NaT
    taken.index = column.index
    return taken, (codes >= 0) & taken.isna().to_numpy(dtype=bool)


def _plain(value: Any) -> Any:
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, str):
        return value.strip() or None
    # Lists and the like are no times, but must not stop the others.
    return value if isinstance(value, (int, float, date)) else str(value)


def parse_time(value: Any) -> datetime | None:
    """One cell as a time, aware when it says its offset; None when it cannot be read in one way only.

    >>> parse_time("2026年11月20日 8时30分"), parse_time(45981.5)
    (datetime.datetime(2026, 11, 20, 8, 30), datetime.datetime(2025, 11, 20, 12, 0))
    >>> parse_time("03/04/2026") is None
    True
    """
    if isinstance(value, datetime):
        return value if not isinstance(value, pd.Timestamp) else value.to_pydatetime(warn=False)
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _of_serial(float(value))
    if isinstance(value, str):
        return _of_text(value)
    return None


def read_days(column: pd.Series, zone: ZoneInfo) -> tuple[pd.Series, Bools]:
    """A column as ISO days (text, None when empty), and a mask of cells that could not be read."""
    read = [_day(_plain(value), zone) for value in column.to_numpy(dtype=object)]
    days = pd.Series([value for value, _ in read], index=column.index, dtype=object)
    return days, np.array([bad for _, bad in read], dtype=bool)


def _day(value: Any, zone: ZoneInfo) -> tuple[str | None, bool]:
    if value is None or value is pd.NaT:
        return None, False
    read = parse_time(value)
    if read is not None and read.tzinfo is not None:
        read = _moved(read, zone)
    return (None, True) if read is None else (read.date().isoformat(), False)


def _moved(time: datetime, zone: ZoneInfo) -> datetime | None:
    """An aware time in another zone; None when it leaves the years 1 to 9999 there."""
    try:
        return time.astimezone(zone)
    except OverflowError:
        return None


def _localised(wall: pd.Series, zone: ZoneInfo) -> pd.Series:
    standard = np.zeros(len(wall), dtype=bool)
    local = wall.dt.tz_localize(zone, ambiguous=standard, nonexistent="shift_forward")
    utc: pd.Series = local.dt.tz_convert("UTC")
    return utc


def _of_serial(number: float) -> datetime | None:
    if not _EXCEL_DAYS[0] <= number <= _EXCEL_DAYS[1]:
        return None
    return (_EXCEL_EPOCH + timedelta(seconds=round(number * 86_400))).to_pydatetime()


def _of_text(text: str) -> datetime | None:
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return _of_serial(float(text))
    if found := _CHINESE.match(text):
        return _of_parts(*found.groups())
    if re.fullmatch(r"\d{8}", text) or "-" in text:
        try:
            return datetime.fromisoformat(_OFFSET.sub(lambda end: end.group().strip(), text).replace("Z", "+00:00"))
        except ValueError:
            return None
    return None


def _of_parts(*parts: str | None) -> datetime | None:
    year, month, day, before, hour, minute, second, fraction, after = parts
    half = (before or after or "").lower()
    hours = int(hour or 0)
    if half in ("下午", "pm") and hours < 12:
        hours += 12
    elif half in ("上午", "am") and hours == 12:
        hours = 0
    micro = int((fraction or "0").ljust(6, "0"))
    try:
        clock = time(hours, int(minute or 0), int(second or 0), micro)
        return datetime.combine(date(int(year or 0), int(month or 0), int(day or 0)), clock)
    except ValueError:
        return None
