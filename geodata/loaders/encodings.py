"""The encoding of text files: byte order marks, UTF-8, and GB18030, which Chinese Windows still writes."""

import codecs
from pathlib import Path

from geodata.loaders.errors import EncodingUnknown, EncodingWrong

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 20


def encoding_of(path: Path, asked: str | None = None) -> str:
    """The Python name of a text file's encoding; ``asked`` is checked, not guessed. Errors: ``EncodingUnknown``, ``EncodingWrong``."""
    if asked:
        return _checked(path, asked)
    with path.open("rb") as file:
        start = file.read(4)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return _checked(path, name)
    offset = _first_failure(path, "utf-8")
    if offset is None:
        return "utf-8"
    if _first_failure(path, "gb18030") is None:
        return "gb18030"
    raise EncodingUnknown(path=path.name, offset=offset)


def table_encoding(dbf: bytes) -> str:
    """The encoding of a Shapefile's ``.dbf`` that names none: UTF-8 when its text is that, else GB18030.

    The header of a dBase file says at byte 8 where the rows start.
    """
    body = dbf[int.from_bytes(dbf[8:10], "little") :]
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "GB18030"
    return "UTF-8"


def _checked(path: Path, name: str) -> str:
    check_encoding(path, name)
    offset = _first_failure(path, name)
    if offset is not None:
        raise EncodingWrong(path=path.name, encoding=name, reason=f"byte {offset}")
    return "utf-8-sig" if codecs.lookup(name).name == "utf-8" and _has_mark(path) else name


def check_encoding(path: Path, name: str) -> None:
    """Error: ``EncodingWrong`` when Python knows no encoding of text by that name (``hex`` and the like are codecs of bytes)."""
    try:
        known = codecs.lookup(name)._is_text_encoding
    except (LookupError, ValueError):
        known = False
    if not known:
        raise EncodingWrong(path=path.name, encoding=name, reason="?")


def _has_mark(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(3) == codecs.BOM_UTF8


def _first_failure(path: Path, name: str) -> int | None:
    """The byte at which decoding fails (the start of the chunk's broken sign), or None."""
    decoder = codecs.getincrementaldecoder(name)()
    read = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return read + error.start
            except UnicodeError:
                return read
            if not chunk:
                return None
            read += len(chunk)
