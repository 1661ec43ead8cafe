"""Which reports: the one filter of lists, maps, tiles, counts and exports, as it stands in an address."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from geodata.scope import reports_of_areas
from geodata.tables import PLACE_FLAGS, STATE_PLACE, grid, owner, place_flag, report
from gridmap.errors import GridmapError
from gridmap.report import SOURCES, STATES, UnknownSource


class BadBbox(GridmapError):
    """A bounding box that is none."""

    code = "bad_bbox"
    zh = "范围“{value}”无效，应为 西,南,东,北 四个度数。"
    en = "The box “{value}” is not valid: west,south,east,north in degrees expected."


class BadDay(GridmapError):
    """A day that is none."""

    code = "bad_day"
    zh = "日期“{value}”无效，应写作 2026-11-20。"
    en = "“{value}” is not a day; write 2026-11-20."


class EmptyPeriod(GridmapError):
    """A period that ends before it starts."""

    code = "empty_period"
    zh = "结束日期须晚于开始日期。"
    en = "The period must end after it starts."


class UnknownStatus(GridmapError):
    """A status that does not exist."""

    code = "unknown_status"
    zh = "未知状态“{value}”，可用：{allowed}。"
    en = "Unknown status “{value}”; use one of {allowed}."


class UnknownLack(GridmapError):
    """Something that a report cannot be asked to lack."""

    code = "unknown_lack"
    zh = "未知的缺项“{value}”，可用：{allowed}。"
    en = "Unknown lack “{value}”; use one of {allowed}."


class UnknownPlacing(GridmapError):
    """A kind of position that there is none."""

    code = "unknown_placing"
    zh = "未知的坐标类别“{value}”，可用：{allowed}。"
    en = "Unknown kind of position “{value}”; use one of {allowed}."


#: What a chosen report may lack: coordinates, or an owning grid.
LACKS = ("coordinates", "grid")
#: How a chosen report may be placed: where its coordinates say (none counts as such), or flagged as one of a pile or as rounded.
EXACT = "exact"
PLACINGS = (EXACT, *PLACE_FLAGS)


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """A choice of reports. Empty means all.

    ``bbox`` west, south, east, north in degrees (EPSG:4326); days are the city's, ``from_day`` included, ``to_day`` not;
    ``area`` a division code (any level; a district or city includes its reports without a grid) or a grid code; ``lacking`` one of ``LACKS``, to find what still has to be placed;
    ``placing`` one of ``PLACINGS``.
    """

    bbox: tuple[float, float, float, float] | None = None
    from_day: date | None = None
    to_day: date | None = None
    categories: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    area: str | None = None
    lacking: str | None = None
    placing: str | None = None

    @classmethod
    def parse(cls, query: Mapping[str, Any]) -> "ReportFilter":
        """Read a query string (a werkzeug MultiDict or a plain mapping); blank values mean no choice.

        Errors: ``BadBbox``, ``BadDay``, ``EmptyPeriod``, ``UnknownSource``, ``UnknownStatus``, ``UnknownLack``, ``UnknownPlacing``, each with its field.
        """
        found = cls(
            bbox=_bbox(first_value(query, "bbox")),
            from_day=parse_day(first_value(query, "from"), "from"),
            to_day=parse_day(first_value(query, "to"), "to"),
            # A category is free text and may hold a comma: repeated values only.
            categories=tuple(sorted(set(_all(query, "category")))),
            sources=_words(query, "source"),
            statuses=_words(query, "status"),
            area=first_value(query, "area") or None,
            lacking=first_value(query, "lacking") or None,
            placing=first_value(query, "placing") or None,
        )
        for value in found.sources:
            if value not in SOURCES:
                raise UnknownSource(field="source", value=value, allowed=", ".join(SOURCES))
        for value in found.statuses:
            if value not in STATES:
                raise UnknownStatus(field="status", value=value, allowed=", ".join(STATES))
        if found.lacking and found.lacking not in LACKS:
            raise UnknownLack(field="lacking", value=found.lacking, allowed=", ".join(LACKS))
        if found.placing and found.placing not in PLACINGS:
            raise UnknownPlacing(field="placing", value=found.placing, allowed=", ".join(PLACINGS))
        if found.from_day and found.to_day and found.from_day >= found.to_day:
            raise EmptyPeriod(field="to")
        return found

    def query(self) -> dict[str, list[str]]:
        """The filter as an address holds it: ``parse`` of it gives the same filter."""
        pairs = {
            "bbox": [",".join(f"{v:.7g}" for v in self.bbox)] if self.bbox else [],
            "from": [self.from_day.isoformat()] if self.from_day else [],
            "to": [self.to_day.isoformat()] if self.to_day else [],
            "category": list(self.categories),
            "source": list(self.sources),
            "status": list(self.statuses),
            "area": [self.area] if self.area else [],
            "lacking": [self.lacking] if self.lacking else [],
            "placing": [self.placing] if self.placing else [],
        }
        return {name: values for name, values in pairs.items() if values}

    def without_bbox(self) -> "ReportFilter":
        """The same choice everywhere."""
        return replace(self, bbox=None)

    def conditions(self, conn: Connection, zone: ZoneInfo) -> list[ColumnElement[bool]]:
        """Conditions on ``report``; those on the owner ask the side table."""
        found: list[ColumnElement[bool]] = []
        if self.bbox:
            found.append(report.c.geom.op("&&")(func.ST_MakeEnvelope(*self.bbox, 4326)))
        if self.from_day:
            found.append(report.c.occurred_at >= midnight(self.from_day, zone))
        if self.to_day:
            found.append(report.c.occurred_at < midnight(self.to_day, zone))
        for column, values in (
            (report.c.category, self.categories),
            (report.c.source, self.sources),
        ):
            if values:
                found.append(column.in_(values))
        if self.statuses:
            # As the index has them.
            found.append(STATE_PLACE.in_([STATES.index(status) + 1 for status in self.statuses]))
        if self.lacking == "coordinates":
            found.append(report.c.geom.is_(None))
        if self.lacking == "grid":
            # The list joins owners under the same name; this condition has a row of its own.
            held = owner.alias()
            owned = and_(held.c.report_id == report.c.id, held.c.grid_id.is_not(None))
            found.append(~exists(select(1).where(owned)))
        if self.placing:
            found.append(_placed(self.placing))
        if self.area:
            found.append(reports_of_areas(conn, (self.area,)))
        return found


def _placed(placing: str) -> ColumnElement[bool]:
    mine = select(1).where(place_flag.c.report_id == report.c.id)
    return ~exists(mine) if placing == EXACT else exists(mine.where(place_flag.c.kind == placing))


def area_condition(area: str) -> ColumnElement[bool]:
    """Grids of an area: the grid of that code, or those whose community's code starts with it."""
    return or_(grid.c.code == area, grid.c.community_code.startswith(area, autoescape=True))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day of the city starts."""
    return datetime.combine(day, time(), tzinfo=zone)


def parse_day(value: str, field: str) -> date | None:
    """A day as 2026-11-20 of the years 1900 to 2999, so that one may count on from it; None when blank. Errors: ``BadDay``."""
    if not value:
        return None
    try:
        found = date.fromisoformat(value)
    except ValueError as error:
        raise BadDay(field=field, value=value) from error
    if not 1900 <= found.year <= 2999:
        raise BadDay(field=field, value=value)
    return found


def _bbox(value: str) -> tuple[float, float, float, float] | None:
    if not value:
        return None
    try:
        west, south, east, north = (float(part) for part in value.split(","))
    except ValueError as error:
        raise BadBbox(field="bbox", value=value) from error
    if not all(map(math.isfinite, (west, south, east, north))) or not (
        -180 <= west < east <= 180 and -90 <= south < north <= 90
    ):
        raise BadBbox(field="bbox", value=value)
    return west, south, east, north


def _all(query: Mapping[str, Any], name: str) -> Sequence[str]:
    if hasattr(query, "getlist"):
        values: Iterable[str] = query.getlist(name)
    else:
        raw = query.get(name, ())
        values = (raw,) if isinstance(raw, str) else raw
    return [value.strip() for value in values if value.strip()]


def first_value(query: Mapping[str, Any], name: str) -> str:
    """The first value of a name in a query string or a mapping of lists, blank when there is none."""
    values = _all(query, name)
    return values[0] if values else ""


def _words(query: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(sorted({word for value in _all(query, name) for word in value.split(",") if word}))
