"""Photos for tests, with EXIF as phones write it and as they should not."""

import io
from datetime import datetime
from typing import Any

from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

GPS, IFD = ExifTags.GPS, ExifTags.IFD


def dms(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    hundredths = round(abs(degrees) * 360_000)
    return IFDRational(hundredths // 360_000), IFDRational(hundredths // 6000 % 60), IFDRational(hundredths % 6000, 100)


def exif_of(
    place: tuple[float, float] | None = None,
    at: datetime | None = None,
    *,
    gps: dict[int, Any] | None = None,
    base: dict[int, Any] | None = None,
) -> Image.Exif:
    """EXIF of a place (longitude, latitude) and an aware time; ``gps`` and ``base`` are further tags."""
    found = Image.Exif()
    found.update(base or {})
    if at is not None:
        offset = at.strftime("%z")
        clock = {0x9003: at.strftime("%Y:%m:%d %H:%M:%S"), 0x9011: f"{offset[:3]}:{offset[3:]}"}
        found.get_ifd(IFD.Exif).update(clock)
    if place is not None:
        lon, lat = place
        where = {
            GPS.GPSLatitudeRef: "N" if lat >= 0 else "S", GPS.GPSLatitude: dms(lat),
            GPS.GPSLongitudeRef: "E" if lon >= 0 else "W", GPS.GPSLongitude: dms(lon),
        }  # fmt: skip
        found.get_ifd(IFD.GPSInfo).update(where)
    found.get_ifd(IFD.GPSInfo).update(gps or {})
    return found


def photo_file(
    place: tuple[float, float] | None = None,
    at: datetime | None = None,
    *,
    kind: str = "JPEG",
    size: tuple[int, int] = (64, 48),
    mode: str = "RGB",
    colour: Any = None,
    gps: dict[int, Any] | None = None,
    base: dict[int, Any] | None = None,
) -> bytes:
    """A small picture as a file."""
    drawn = Image.new(mode, size, colour if colour is not None else 120)
    found = io.BytesIO()
    drawn.save(found, kind, exif=exif_of(place, at, gps=gps, base=base).tobytes())
    return found.getvalue()
