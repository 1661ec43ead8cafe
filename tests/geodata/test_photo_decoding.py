"""Photos as they come: what can be read is read, what cannot is said, and nothing of EXIF is in what pages show."""

import io
import struct
import zipfile
import zlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from geodata.photos import Decoded, decode
from gridmap.errors import GridmapError
from gridmap.photo import PhotoFacts, Pin, distance_m, remarks
from tests.geodata.photo_files import photo_file

ZONE = ZoneInfo("Asia/Shanghai")
PLACE = (111.715, 40.815)
AT = datetime(2026, 11, 20, 8, 30, tzinfo=timezone(timedelta(hours=8)))
#: A real device: latitude, longitude and clock of each file as its own directory says them; the satellites' day is one day off.
REAL = {
    "DSCN0010.jpg": (43.467448, 11.885127, "16:28:39"), "DSCN0012.jpg": (43.467157, 11.885395, "16:29:49"),
    "DSCN0021.jpg": (43.467082, 11.884538, "16:38:20"), "DSCN0025.jpg": (43.468365, 11.881635, "16:43:21"),
    "DSCN0027.jpg": (43.468442, 11.881515, "16:44:01"), "DSCN0029.jpg": (43.468243, 11.880172, "16:46:53"),
    "DSCN0038.jpg": (43.467255, 11.879213, "16:52:15"), "DSCN0040.jpg": (43.466012, 11.879112, "16:55:37"),
    "DSCN0042.jpg": (43.464455, 11.881478, "17:00:07"),
}  # fmt: skip


def read(data: bytes) -> Decoded:
    return decode(data, "a.jpg", ZONE)


@pytest.mark.shared
@pytest.mark.parametrize("name", REAL)
def test_real_photos(shared_data: Path, name: str) -> None:
    lat, lon, clock = REAL[name]
    found = decode((shared_data / "exif_gps" / name).read_bytes(), name, ZoneInfo("Europe/Rome"))
    assert (found.media_type, found.width, found.height) == ("image/jpeg", 640, 480)
    assert (found.facts.lon, found.facts.lat) == (pytest.approx(lon, abs=1e-6), pytest.approx(lat, abs=1e-6))
    taken = datetime.fromisoformat(f"2008-10-22T{clock}+02:00")
    assert (found.facts.taken_at, found.facts.zone_assumed) == (taken, True)
    assert (found.facts.direction_deg, found.facts.accuracy_m) == (None, None)
    here = Pin(found.facts.lon or 0, found.facts.lat or 0)
    assert remarks(found.facts, here, taken) == ()
    assert [str(one) for one in remarks(found.facts, Pin(111.7, 40.8), AT)] == ["far", "old"]


@pytest.mark.shared
def test_distances_between_real_photos(shared_data: Path) -> None:
    """The walk through Arezzo: about 440 m from the first to the last."""
    first, last = (decode((shared_data / "exif_gps" / f"DSCN00{n}.jpg").read_bytes(), "", ZONE).facts for n in (10, 42))
    assert distance_m(first, Pin(last.lon or 0, last.lat or 0)) == pytest.approx(444, abs=2)


@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_exif_of_every_format(kind: str, media_type: str) -> None:
    found = read(
        photo_file(
            PLACE, AT, kind=kind, gps={16: "M", 17: IFDRational(9050, 100), 31: IFDRational(5), 5: b"\0", 6: 1063}
        )
    )
    assert (found.media_type, found.width, found.height) == (media_type, 64, 48)
    assert found.facts == PhotoFacts(
        lon=pytest.approx(PLACE[0], abs=2e-6), lat=pytest.approx(PLACE[1], abs=2e-6), accuracy_m=5.0, altitude_m=1063.0,
        direction_deg=90.5, direction_ref="magnetic", taken_at=AT.astimezone(UTC),
    )  # fmt: skip


def test_a_photo_without_exif_says_nothing() -> None:
    assert read(photo_file()).facts == PhotoFacts()


def test_what_pages_show_carries_no_metadata_and_stands_upright() -> None:
    """Left half red, right half blue; the camera lay on its side."""
    drawn = Image.new("RGB", (3000, 2000), "blue")
    drawn.paste("red", (0, 0, 1500, 2000))
    exif = Image.Exif()
    exif.update({0x112: 6, 0x10F: "MAKER-OF-CAMERAS", 0x9286: b"secret comment"})
    exif.get_ifd(0x8825).update({1: "N", 2: (40.0, 48.0, 54.0), 3: "E", 4: (111.0, 42.0, 54.0)})
    file = io.BytesIO()
    drawn.save(file, "JPEG", exif=exif, comment=b"secret comment", icc_profile=b"x" * 200)
    found = read(file.getvalue())
    assert (found.width, found.height) == (2000, 3000)
    for content, most in ((found.large, 1600), (found.small, 320)):
        shown = Image.open(io.BytesIO(content))
        assert shown.format == "JPEG"
        assert max(shown.size) == most
        assert shown.height > shown.width
        assert dict(shown.getexif()) == {}
        assert set(shown.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not any(word in content for word in (b"MAKER", b"secret", b"Exif", b"ICC_PROFILE"))
        top, bottom = (shown.getpixel((shown.width // 2, int(shown.height * part))) for part in (0.1, 0.9))
        assert isinstance(top, tuple)
        assert isinstance(bottom, tuple)
        assert top[0] > 200 > 60 > top[2]
        assert bottom[2] > 200 > 60 > bottom[0]


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
def test_modes_of_jpeg(mode: str) -> None:
    assert Image.open(io.BytesIO(read(photo_file(mode=mode)).large)).mode == "RGB"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_modes_of_png(mode: str) -> None:
    assert Image.open(io.BytesIO(read(photo_file(kind="PNG", mode=mode, colour=1)).small)).mode == "RGB"


def test_what_is_see_through_lies_on_white() -> None:
    shown = Image.open(io.BytesIO(read(photo_file(kind="PNG", mode="RGBA", colour=(0, 0, 0, 0))).small))
    assert shown.getpixel((5, 5)) == (255, 255, 255)


def test_a_file_that_is_something_else_too_is_a_photo_whose_copies_are_not() -> None:
    folder = io.BytesIO()
    with zipfile.ZipFile(folder, "w") as made:
        made.writestr("index.html", "<script>alert(1)</script>")
    found = read(photo_file() + folder.getvalue())
    assert b"script" not in found.large + found.small


def huge_png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=50)
    return file.getvalue()


WRONG: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "photo_empty"),
    "text": ("这不是照片".encode() * 50, "photo_unreadable"),
    "one byte": (b"\xff", "photo_unreadable"),
    "head only": (photo_file()[:20], "photo_unreadable"),
    "cut jpeg": (photo_file(size=(800, 600))[:-900], "photo_unreadable"),
    "cut png": (photo_file(kind="PNG", size=(800, 600), colour="red")[:600], "photo_unreadable"),
    "cut webp": (photo_file(kind="WEBP", size=(800, 600), colour="red")[:80], "photo_unreadable"),
    "gif": (moving("GIF"), "photo_unreadable"),
    "tiff": (photo_file(kind="TIFF"), "photo_unreadable"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n", "photo_unreadable"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "photo_unreadable"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100, "photo_is_heic"),
    "avif": (b"\0\0\0\x1cftypavif\0\0\0\0" + b"\0" * 100, "photo_is_heic"),
    "moving png": (moving("PNG"), "photo_moves"),
    "moving webp": (moving("WEBP"), "photo_moves"),
    "one pixel": (photo_file(size=(1, 1)), "photo_too_small"),
    "30000 x 30000": (huge_png(30_000, 30_000), "photo_too_many_pixels"),
    "10000 x 9000": (huge_png(10_000, 9_000), "photo_too_many_pixels"),
    "8000 x 8001": (huge_png(8_000, 8_001), "photo_too_many_pixels"),
    "a long line": (huge_png(60_000, 20), "photo_too_many_pixels"),
    "no pixels inside": (huge_png(4_000, 4_000), "photo_unreadable"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_at_the_field(name: str) -> None:
    data, code = WRONG[name]
    with pytest.raises(GridmapError) as caught:
        read(data)
    assert (caught.value.code, caught.value.field) == (code, "photos")
    assert "a.jpg" in caught.value.text("zh")
    assert caught.value.text("en")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_damaged_file_is_a_photo_or_a_clear_message(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["JPEG", "PNG", "WEBP"]))
    whole = bytearray(photo_file(PLACE, AT, kind=kind))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, min(len(whole), 700) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(whole)))
    for content in (bytes(whole), bytes(whole[:cut])):
        try:
            found: Any = read(content)
        except GridmapError as error:
            assert error.code.startswith("photo_")  # noqa: PT017
        else:
            assert found.small.startswith(b"\xff\xd8")
