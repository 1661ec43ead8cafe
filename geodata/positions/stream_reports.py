"""Which reports a correction is about, where they lie and where they would lie."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Row, func, select

from geodata.copying import copy_out
from geodata.report_filter import midnight
from geodata.settings import Settings
from geodata.tables import report
from gridmap.datum import to_wgs84
from gridmap.errors import GridmapError


class StreamUnusable(GridmapError):
    """A correction without reports, or to the datum that is stated already."""

    code = "nothing_to_correct"
    zh = "没有可校正的案件：请核对坐标系与日期。"
    en = "There is nothing to correct: check datum and days."


@dataclass(frozen=True, slots=True)
class Stream:
    """Reports of a source and device that state one datum, reported on days from ``from_day`` to ``to_day`` (both included)."""

    source: str
    device: str
    datum: str
    from_day: date
    to_day: date

    @classmethod
    def of(cls, row: Row[Any]) -> "Stream":
        """That of a row of ``datum_stream`` or ``datum_correction``."""
        datum = row.stated if hasattr(row, "stated") else row.from_datum
        return cls(row.source, row.device, datum, row.from_day, row.to_day)

    def conditions(self, settings: Settings) -> list[ColumnElement[bool]]:
        """Conditions on ``report``: those that lie where their coordinates as received put them."""
        return [*self.stated(settings), report.c.placed_by == "received"]

    def stated(self, settings: Settings) -> list[ColumnElement[bool]]:
        """Conditions on ``report``: all that came with coordinates, also those that were placed otherwise since."""
        return [
            report.c.source == self.source,
            report.c.device == self.device,
            report.c.datum == self.datum,
            report.c.reported_at >= midnight(self.from_day, settings.zone),
            report.c.reported_at < midnight(self.to_day + timedelta(days=1), settings.zone),
            report.c.raw_lon.is_not(None),
        ]


def stream_places(conn: Connection, settings: Settings, stream: Stream, to_datum: str) -> pd.DataFrame:
    """Where the reports of a stream lie, and where they would lie in another datum.

    Columns ``report_id`` (rising), ``lon``, ``lat`` as they are, ``new_lon``, ``new_lat``, all WGS84.
    """
    query = select(report.c.id, report.c.raw_lon, report.c.raw_lat, func.ST_X(report.c.geom), func.ST_Y(report.c.geom))
    names = ("report_id", "raw_lon", "raw_lat", "lon", "lat")
    kinds = {name: "int64" if name == "report_id" else "float64" for name in names}
    found = copy_out(conn, query.where(*stream.conditions(settings)).order_by(report.c.id), kinds)
    return placed_in(found, to_datum)


def placed_in(found: pd.DataFrame, datum: str) -> pd.DataFrame:
    """The frame with ``new_lon``, ``new_lat``: ``raw_lon``, ``raw_lat`` in WGS84 if they are in this datum."""
    lon, lat = to_wgs84(found["raw_lon"].to_numpy(), found["raw_lat"].to_numpy(), datum)
    return found.assign(new_lon=lon, new_lat=lat)


def reports_lately(conn: Connection, settings: Settings, stream: Stream, today: date, days: int) -> int:
    """How many reports with coordinates came from the source and device of a stream, in its datum, within so many days."""
    lately = replace(stream, from_day=today - timedelta(days=days - 1), to_day=today)
    return conn.scalar(select(func.count()).select_from(report).where(*lately.stated(settings))) or 0
