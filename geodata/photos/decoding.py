"""From bytes that somebody sent to a picture and its facts. Three decoders are allowed, whatever a file calls itself."""

import io
import threading
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from PIL import ExifTags, Image

from geodata.photos.errors import (
    PhotoEmpty,
    PhotoIsHeic,
    PhotoMoves,
    PhotoTooManyPixels,
    PhotoTooSmall,
    PhotoUnreadable,
)
from gridmap.exif import facts_of
from gridmap.photo import PhotoFacts

#: What Pillow may try. Its other decoders, some of which start programs, are never asked.
FORMATS = ("JPEG", "PNG", "WEBP")
#: Phones write MPO, a JPEG with further pictures behind the first, under the name of JPEG.
_MEDIA_TYPES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
PIXELS_MOST = 64_000_000
_SIDE_MOST, _SIDE_LEAST = 20_000, 16
_LARGE_PX, _SMALL_PX = 1600, 320
#: What brings a picture upright, by EXIF's number of how the camera was held.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip
_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
#: A picture may take some hundred megabytes while it is decoded: one at a time in each process.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Decoded:
    """A photo that could be read: what it is, its size as one looks at it, what EXIF says; ``large`` and ``small`` are JPEG files of the
    pixels alone."""

    media_type: str
    width: int
    height: int
    facts: PhotoFacts
    large: bytes
    small: bytes


def decode(data: bytes, name: str, zone: ZoneInfo) -> Decoded:
    """Read a photo; ``name`` is for messages, ``zone`` for cameras whose clock names none.

    Errors: ``PhotoEmpty``, ``PhotoIsHeic``, ``PhotoUnreadable``, ``PhotoMoves``, ``PhotoTooManyPixels``, ``PhotoTooSmall``.
    """
    if not data:
        raise PhotoEmpty(field="photos", name=name)
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF:
        raise PhotoIsHeic(field="photos", name=name)
    with _one_at_a_time, _opened(data, name) as picture:
        _check(picture, name)
        width, height = _size(picture)
        facts = facts_of(_directory(picture, ExifTags.IFD.Exif), _directory(picture, ExifTags.IFD.GPSInfo), zone)
        try:
            upright = _upright(picture)
        except Exception as error:  # decoders raise whatever a broken file leads them to
            raise PhotoUnreadable(field="photos", name=name) from error
    large, small = _jpeg(upright, _LARGE_PX, 82), _jpeg(upright, _SMALL_PX, 70)
    return Decoded(_MEDIA_TYPES[picture.format or ""], width, height, facts, large, small)


def _opened(data: bytes, name: str) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(name) from error
    except Exception as error:  # as above
        raise PhotoUnreadable(field="photos", name=name) from error


def _check(picture: Image.Image, name: str) -> None:
    width, height = picture.size
    if width * height > PIXELS_MOST or max(width, height) > _SIDE_MOST:
        raise _too_many_pixels(name)
    if min(width, height) < _SIDE_LEAST:
        raise PhotoTooSmall(field="photos", name=name, width=width, height=height)
    if picture.format in ("PNG", "WEBP") and getattr(picture, "is_animated", False):
        raise PhotoMoves(field="photos", name=name)


def _too_many_pixels(name: str) -> PhotoTooManyPixels:
    return PhotoTooManyPixels(field="photos", name=name, limit=PIXELS_MOST // 1_000_000)


def _size(picture: Image.Image) -> tuple[int, int]:
    """Width and height as one looks at it: cameras that lie on their side say so in EXIF."""
    width, height = picture.size
    return (height, width) if _orientation(picture) in (5, 6, 7, 8) else (width, height)


def _orientation(picture: Image.Image) -> int | None:
    try:
        found: int | None = picture.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # a damaged directory says nothing
        return None
    return found


def _directory(picture: Image.Image, which: int) -> dict[int, Any]:
    try:
        return dict(picture.getexif().get_ifd(which))
    except Exception:  # as above
        return {}


def _upright(picture: Image.Image) -> Image.Image:
    """The pixels in RGB as one looks at them, no larger than needed. This reads the file to its end."""
    picture.draft("RGB", (_LARGE_PX, _LARGE_PX))
    picture.load()
    turn = _TURNS.get(_orientation(picture) or 1)
    found = picture.convert("RGBA") if picture.mode in ("1", "P", "PA") else picture
    found.thumbnail((_LARGE_PX, _LARGE_PX))
    if turn is not None:
        found = found.transpose(turn)
    return _on_white(found)


def _on_white(picture: Image.Image) -> Image.Image:
    if "A" not in picture.getbands():
        return picture.convert("RGB")
    behind = Image.new("RGBA", picture.size, "white")
    behind.alpha_composite(picture.convert("RGBA"))
    return behind.convert("RGB")


def _jpeg(picture: Image.Image, most: int, quality: int) -> bytes:
    """A fresh file of the pixels alone: no EXIF, no profile, no comment."""
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    bare.thumbnail((most, most))
    found = io.BytesIO()
    bare.save(found, "JPEG", quality=quality)
    return found.getvalue()
