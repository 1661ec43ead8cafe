"""The form of a report: its fields as typed, and the draft that they mean."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from gridmap.access import Role
from gridmap.errors import GridmapError
from gridmap.report import OWN_PAGES, CoordinateOutOfRange, ReportDraft

#: The channel that a role's reports usually come through; the form lets one choose another.
USUAL_SOURCE: dict[str, str] = {
    Role.GRID_WORKER: "patrol",
    Role.BUILDING_HEAD: "building_head",
    Role.MOBILE_REPORTER: "courier",
    Role.HOTLINE_AGENT: "hotline",
}


class BadMoment(GridmapError):
    """A day and time that are none."""

    code = "bad_moment"
    zh = "发生时间“{value}”无效，请重新选择。"
    en = "“{value}” is not a day and time; choose again."


class BadAccuracy(GridmapError):
    """An accuracy that is no number."""

    code = "bad_accuracy"
    zh = "定位精度“{value}”不是数字，应为米数。"
    en = "The accuracy “{value}” is not a number of metres."


@dataclass(frozen=True, slots=True)
class ReportForm:
    """What stands in the form, as text. ``key`` is the hidden client key: sending the same form twice files one report.

    ``photos`` are references of photos that were sent before, ``place_of`` the one whose place is to be the report's.
    """

    key: str
    category: str = ""
    other: str = ""
    lon: str = ""
    lat: str = ""
    datum: str = "wgs84"
    accuracy_m: str = ""
    address_text: str = ""
    text: str = ""
    source: str = "resident"
    occurred_at: str = ""
    place_of: str = ""
    photos: tuple[str, ...] = ()

    @classmethod
    def fresh(cls, role: str | None) -> "ReportForm":
        """An empty form for a role, None for somebody without an account."""
        return cls(str(uuid4()), source="resident" if role is None else USUAL_SOURCE.get(role, "other"))

    @classmethod
    def parse(cls, given: MultiDict[str, str]) -> "ReportForm":
        """The form as it was sent. A key that is none becomes a new one."""
        names = (
            "category",
            "other",
            "lon",
            "lat",
            "datum",
            "accuracy_m",
            "address_text",
            "text",
            "source",
            "occurred_at",
            "place_of",
        )
        texts = {name: given.get(name, "").strip() for name in names}
        return cls(_key(given.get("client_key", "")), photos=tuple(given.getlist("photo")), **texts)

    @property
    def chosen_category(self) -> str:
        """The category of the buttons, else the one that was typed."""
        return self.category or self.other

    def draft(self, zone: ZoneInfo) -> ReportDraft:
        """The report that the form means; times are the city's. Errors: ``CoordinateOutOfRange``, ``BadAccuracy``, ``BadMoment``."""
        return ReportDraft(
            category=self.chosen_category,
            text=self.text,
            lon=_degrees("lon", self.lon),
            lat=_degrees("lat", self.lat),
            datum=self.datum,
            accuracy_m=_metres(self.accuracy_m),
            source=self.source,
            occurred_at=_moment(self.occurred_at, zone),
            address_text=self.address_text,
            device=OWN_PAGES,
            client_key=self.key,
            photos=self.photos,
        )


def _key(value: str) -> str:
    try:
        return str(UUID(value))
    except ValueError:
        return str(uuid4())


def _degrees(field: str, value: str) -> float | None:
    try:
        return float(value) if value else None
    except ValueError as error:
        raise CoordinateOutOfRange(field=field, value=value) from error


def _metres(value: str) -> float | None:
    try:
        return float(value) if value else None
    except ValueError as error:
        raise BadAccuracy(field="accuracy_m", value=value) from error


def _moment(value: str, zone: ZoneInfo) -> datetime | None:
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise BadMoment(field="occurred_at", value=value) from error
    return found if found.utcoffset() is not None else found.replace(tzinfo=zone)
