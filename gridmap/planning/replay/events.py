"""What happened: cases, hotline orders, visits, as places and days. Nothing in it says who."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gridmap.errors import GridmapError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class UnequalEvents(GridmapError):
    """Arrays that do not belong together."""

    code = "unequal_events"
    zh = "回放数据长度不一致：“{name}”有 {found} 个，应为 {wanted} 个。"
    en = "The data to replay do not belong together: “{name}” has {found} values instead of {wanted}."


class DayOutOfPeriod(GridmapError):
    """An event outside the days that are replayed."""

    code = "day_out_of_period"
    zh = "第 {event} 条记录的日期 {day} 不在回放期间 {first} 至 {last} 内。"
    en = "The day {day} of event {event} is not within the days replayed, {first} to {last}."


class UnknownKind(GridmapError):
    """A channel or category that has no name."""

    code = "unknown_kind_of_event"
    zh = "第 {event} 条记录的“{name}”为 {value}，只有 {kinds} 种（从0起）。"
    en = "Event {event} has “{name}” {value}, but there are only {kinds} of them (from 0)."


@dataclass(frozen=True, slots=True)
class Events:
    """Places (degrees; NaN where nobody knows one), days (datetime64[D]), and what it was: places in ``channels`` and in ``categories``.

    ``work`` is what an event costs its worker, in any unit (minutes, say); 1 each by default. ``walked`` says whether the worker goes there,
    by default always. ``first`` and ``last`` are the days replayed, both included; those of the events by default. Errors: ``UnequalEvents``,
    ``DayOutOfPeriod``, ``UnknownKind``.
    """

    lon: Floats
    lat: Floats
    day: NDArray[np.datetime64]
    channel: Ints
    channels: tuple[str, ...] = ("case", "hotline", "visit")
    category: Ints | None = None
    categories: tuple[str, ...] = ()
    work: Floats | None = None
    walked: NDArray[np.bool_] | None = None
    first: np.datetime64 = field(default=np.datetime64("NaT", "D"))
    last: np.datetime64 = field(default=np.datetime64("NaT", "D"))

    def __post_init__(self) -> None:
        for name in ("lat", "day", "channel", "category", "work", "walked"):
            values = getattr(self, name)
            if values is not None and len(values) != len(self.lon):
                raise UnequalEvents(name=name, found=len(values), wanted=len(self.lon), field=name)
        for name, kinds in (("channel", self.channels), ("category", self.categories)):
            values = getattr(self, name)
            if values is None:
                continue
            wrong = np.flatnonzero((values < 0) | (values >= len(kinds)))
            if len(wrong):
                row = int(wrong[0])
                raise UnknownKind(row=row, event=row, name=name, value=int(values[row]), kinds=len(kinds), field=name)
        set_ = object.__setattr__
        set_(self, "day", self.day.astype("datetime64[D]"))
        if len(self.day):
            set_(self, "first", self.day.min() if np.isnat(self.first) else self.first)
            set_(self, "last", self.day.max() if np.isnat(self.last) else self.last)
            out = np.flatnonzero((self.day < self.first) | (self.day > self.last))
            if len(out):
                row = int(out[0])
                raise DayOutOfPeriod(
                    row=row, event=row, day=self.day[row], first=self.first, last=self.last, field="day"
                )

    def __len__(self) -> int:
        return len(self.lon)

    @property
    def days(self) -> int:
        """How many days are replayed."""
        return 0 if np.isnat(self.first) or np.isnat(self.last) else int((self.last - self.first).astype(np.int64)) + 1
