"""A report as it comes in: where, when, what, through which channel."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from gridmap.datum import DATUMS, UnknownDatum
from gridmap.errors import GridmapError

#: Channels that a report comes through (来源渠道).
SOURCES = ("patrol", "building_head", "courier", "resident", "hotline", "chat", "other")

#: States of a report's life; the transitions between them are another table.
STATES = (
    "filed", "to_review", "invalid", "merged", "self_governed", "whistled", "street_handling", "sent_back", "refused",
    "dispatched", "accepted", "returned", "in_progress", "suspended", "to_check", "closed", "rework", "rated", "reopened", "upheld",
)  # fmt: skip

#: States after which nobody works on a report any more, and those in which somebody does.
OVER = ("invalid", "merged", "refused", "closed", "rated", "upheld")
OPEN = tuple(state for state in STATES if state not in OVER)

#: States before anybody outside the grid has taken a report on: filed, looked at, sent back to the grid, whistled but not dispatched yet.
#: New boundaries re-route these; about the other open ones a person is asked.
UNDISPATCHED = ("filed", "to_review", "whistled", "sent_back")

MAX_TEXT = 4000
MAX_CATEGORY = 120
MAX_DEVICE = 120
#: The device of what is filed on the service's own pages: its coordinates are no other program's.
OWN_PAGES = "gridmap"
CLOCK_SKEW = timedelta(minutes=10)


class CoordinateOutOfRange(GridmapError):
    """A longitude or latitude that is not on earth."""

    def __init__(self, *, field: str, value: object, row: int | None = None) -> None:
        self.code = f"{field}_out_of_range"  # type: ignore[misc]  # the axis is part of the stable code
        super().__init__(field=field, row=row, value=value, limit=180 if field == "lon" else 90)

    zh = "坐标 {value} 超出范围，应在 -{limit} 与 {limit} 之间的度数；请检查经纬度是否写反。"
    en = "Coordinate {value} is out of range: degrees between -{limit} and {limit} expected; check whether longitude and latitude are swapped."


class CoordinateIncomplete(GridmapError):
    """One of longitude and latitude without the other."""

    code = "coordinate_incomplete"
    zh = "经度和纬度必须同时填写。"
    en = "Give both longitude and latitude, or neither."


class PlaceMissing(GridmapError):
    """Neither coordinates nor an address."""

    code = "place_missing"
    zh = "请给出坐标或地址，否则无法确定所属网格。"
    en = "Give coordinates or an address: without a place no grid can be found."


class AccuracyOutOfRange(GridmapError):
    """An accuracy that is negative or no number."""

    code = "accuracy_out_of_range"
    zh = "定位精度 {value} 无效，应为 0 到 100000 米。"
    en = "Accuracy {value} is not valid: 0 to 100000 metres expected."


class CategoryMissing(GridmapError):
    """A report without a category."""

    code = "category_missing"
    zh = "请填写问题类别（不超过 120 字）。"
    en = "Give a category (at most 120 characters)."


class TextTooLong(GridmapError):
    """A text beyond the limit."""

    code = "text_too_long"
    zh = "文字过长：最多 {limit} 字。"
    en = "The text is too long: at most {limit} characters."


class UnknownSource(GridmapError):
    """A channel that does not exist."""

    code = "unknown_source"
    zh = "未知来源渠道“{value}”，可用：{allowed}。"
    en = "Unknown source channel “{value}”; use one of {allowed}."


class TimeInFuture(GridmapError):
    """Something that occurred later than now."""

    code = "time_in_future"
    zh = "发生时间 {value} 晚于当前时间，请检查时间和时区。"
    en = "The time {value} lies in the future; check time and time zone."


class TimeOrder(GridmapError):
    """Reported before it occurred."""

    code = "time_order"
    zh = "上报时间早于发生时间，请检查。"
    en = "The report is earlier than the occurrence; check both times."


class TimeTooOld(GridmapError):
    """A time before anything was recorded."""

    code = "time_too_old"
    zh = "时间 {value} 早于 1990 年，请检查。"
    en = "The time {value} is before 1990; check it."


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """A report before it is filed.

    Coordinates are degrees, longitude first, in the system that ``datum`` names; they are kept as received. Times are aware.
    ``device`` names the device or program that gave the coordinates, where the sender says so: its datum is judged as a stream.
    ``client_key`` makes a retry harmless: the same key with the same body is the same report. ``photos`` are references of photos that
    were sent before.
    """

    category: str
    text: str = ""
    lon: float | None = None
    lat: float | None = None
    datum: str = "wgs84"
    accuracy_m: float | None = None
    source: str = "other"
    occurred_at: datetime | None = None
    reported_at: datetime | None = None
    address_text: str = ""
    device: str = ""
    client_key: str | None = None
    photos: tuple[str, ...] = ()

    def check(self, now: datetime) -> None:
        """Raise the first thing that is wrong, with its field; ``now`` is the receiver's clock."""
        self._check_place()
        self._check_words()
        self._check_times(now)

    def _check_place(self) -> None:
        if self.datum not in DATUMS:
            raise UnknownDatum(field="datum", datum=self.datum, allowed=", ".join(DATUMS))
        if (self.lon is None) != (self.lat is None):
            raise CoordinateIncomplete(field="lon" if self.lon is None else "lat")
        for field, value, limit in (("lon", self.lon, 180.0), ("lat", self.lat, 90.0)):
            if value is not None and not (math.isfinite(value) and abs(value) <= limit):
                raise CoordinateOutOfRange(field=field, value=value)
        if self.lon is None and not self.address_text.strip():
            raise PlaceMissing(field="lon")
        if self.accuracy_m is not None and not 0 <= self.accuracy_m <= 100_000:
            raise AccuracyOutOfRange(field="accuracy_m", value=self.accuracy_m)

    def _check_words(self) -> None:
        if not self.category.strip() or len(self.category) > MAX_CATEGORY:
            raise CategoryMissing(field="category")
        for field, value, limit in (
            ("text", self.text, MAX_TEXT),
            ("address_text", self.address_text, MAX_TEXT),
            ("device", self.device, MAX_DEVICE),
        ):
            if len(value) > limit:
                raise TextTooLong(field=field, limit=limit)
        if self.source not in SOURCES:
            raise UnknownSource(field="source", value=self.source, allowed=", ".join(SOURCES))

    def _check_times(self, now: datetime) -> None:
        for field, value in (("occurred_at", self.occurred_at), ("reported_at", self.reported_at)):
            if value is not None and value > now + CLOCK_SKEW:
                raise TimeInFuture(field=field, value=value.isoformat())
            if value is not None and value.year < 1990:
                raise TimeTooOld(field=field, value=value.isoformat())
        if self.occurred_at and self.reported_at and self.occurred_at > self.reported_at:
            raise TimeOrder(field="reported_at")
