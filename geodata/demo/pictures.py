"""Photos on a few reports of the sample: drawn, plainly artificial, with EXIF that fits or does not."""

import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
from PIL import ExifTags, Image, ImageDraw
from PIL.TiffImagePlugin import IFDRational
from sqlalchemy import Connection, Row, func, select

from geodata.actions.keeping_photos import attach_photos, keep_photo, take_in
from geodata.demo.states import CITY_ZONE
from geodata.demo.streams import stream
from geodata.settings import Settings
from geodata.tables import report
from gridmap.photo import Pin

_SIZE = (480, 360)
_METRES_A_DEGREE = 111_320


@dataclass(frozen=True, slots=True)
class Taken:
    """How a photo of the sample was taken: metres north of the report's place (None: no position), time before it occurred, where the
    camera looked."""

    metres: float | None = 4.0
    before: timedelta | None = timedelta(0)
    direction_deg: float | None = None


#: What the photos of one report after the other are like.
_SETS = (
    (Taken(direction_deg=35), Taken(7, direction_deg=140)),
    (Taken(1300, direction_deg=270),),
    (Taken(before=timedelta(days=3)),),
    (Taken(None),),
    (Taken(12, direction_deg=305),),
    (Taken(None, None),),
    (Taken(2, direction_deg=88), Taken(None)),
)


def lay_photos(conn: Connection, settings: Settings, seed: int, first: int, last: int) -> int:
    """Put drawn photos to the latest placed reports of the sample (ids from ``first`` to ``last``); gives how many photos."""
    placed = (report.c.id.between(first, last), report.c.geom.is_not(None), report.c.source.in_(("patrol", "resident")))
    query = select(
        report.c.id, report.c.category, report.c.intake_district, report.c.accuracy_m, report.c.reported_at, report.c.occurred_at,
        func.ST_X(report.c.geom).label("lon"), func.ST_Y(report.c.geom).label("lat"),
    )  # fmt: skip
    latest = query.where(*placed).order_by(report.c.reported_at.desc(), report.c.id).limit(len(_SETS))
    rows: list[Row[Any]] = list(conn.execute(latest))
    rng = stream(seed, "pictures")
    counts = [_lay(conn, settings, row, photos, rng) for row, photos in zip(rows, _SETS, strict=False)]
    return sum(counts)


def picture(taken: Taken, place: tuple[float, float], at: datetime, rng: np.random.Generator) -> bytes:
    """A JPEG of a street that does not exist, with EXIF of somewhere near ``place`` (degrees) and some time before ``at``."""
    drawn = Image.new("RGB", _SIZE, "#bcd4e6")
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((0, 240, 480, 360), fill="#8d8d86")
    for left in range(0, 480, 80):
        top = int(rng.integers(70, 190))
        pen.rectangle((left, top, left + 66, 240), fill=str(rng.choice(["#b5654a", "#c9b38c", "#7d8ea3", "#a3917d"])))
        for window in range(top + 10, 225, 22):
            pen.rectangle((left + 10, window, left + 24, window + 11), fill="#f2e9c9")
            pen.rectangle((left + 40, window, left + 54, window + 11), fill="#f2e9c9")
    x, y = int(rng.integers(120, 340)), int(rng.integers(275, 320))
    pen.ellipse((x - 46, y - 16, x + 46, y + 16), fill="#3c3c3c", outline="#e0b400", width=4)
    pen.text((12, 334), "SAMPLE: drawn, not taken", fill="#ffffff", font_size=18)
    found = io.BytesIO()
    drawn.save(found, "JPEG", quality=70, exif=_exif(taken, place, at))
    return found.getvalue()


def _lay(
    conn: Connection, settings: Settings, row: Row[Any], photos: tuple[Taken, ...], rng: np.random.Generator
) -> int:
    kept = []
    for taken in photos:
        drawn = picture(taken, (row.lon, row.lat), row.occurred_at, rng)
        read = take_in(settings, io.BytesIO(drawn), "sample.jpg")
        kept.append(str(keep_photo(conn, settings, read, account_id=None).ref))
    attach_photos(
        conn,
        settings,
        kept,
        account_id=None,
        form_key=None,
        report_id=row.id,
        intake_district=row.intake_district,
        pin=Pin(row.lon, row.lat, row.accuracy_m),
        reported_at=row.reported_at,
        occurred_at=row.occurred_at,
    )
    return len(kept)


def _exif(taken: Taken, place: tuple[float, float], at: datetime) -> Image.Exif:
    found = Image.Exif()
    found[ExifTags.Base.Software] = "gridmap sample"
    clock, where = found.get_ifd(ExifTags.IFD.Exif), found.get_ifd(ExifTags.IFD.GPSInfo)
    if taken.before is not None:
        local = (at - taken.before).astimezone(CITY_ZONE)
        clock[ExifTags.Base.DateTimeOriginal] = local.strftime("%Y:%m:%d %H:%M:%S")
        clock[ExifTags.Base.OffsetTimeOriginal] = "+08:00"
    if taken.metres is not None:
        where[ExifTags.GPS.GPSLatitudeRef] = "N"
        where[ExifTags.GPS.GPSLatitude] = _dms(place[1] + taken.metres / _METRES_A_DEGREE)
        where[ExifTags.GPS.GPSLongitudeRef] = "E"
        where[ExifTags.GPS.GPSLongitude] = _dms(place[0])
        where[ExifTags.GPS.GPSHPositioningError] = IFDRational(6, 1)
    if taken.direction_deg is not None:
        where[ExifTags.GPS.GPSImgDirectionRef] = "T"
        where[ExifTags.GPS.GPSImgDirection] = IFDRational(round(taken.direction_deg * 100), 100)
    return found


def _dms(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    seconds = Fraction(round(degrees * 360_000), 100)
    minutes, rest = divmod(seconds, 60)
    whole, minutes = divmod(minutes, 60)
    return IFDRational(int(whole)), IFDRational(int(minutes)), IFDRational(int(rest * 100), 100)
