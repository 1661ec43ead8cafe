"""The file of a snapshot: columns of reports as plain arrays that processes share by mapping them into memory.

8 bytes  magic
8 bytes  length of the header, little endian
header   JSON: format, rows, checksum of the columns, words of the codes, what the database had shown
columns  one after another, each aligned to 64 bytes, in the order of COLUMNS
"""

import json
import mmap
import os
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

MAGIC = b"gridmap3"
COLUMNS = (
    ("report_id", "<i8"),
    ("x", "<f8"),
    ("y", "<f8"),
    ("grid_id", "<i8"),
    ("category", "<i4"),
    ("day", "<i4"),
    ("intake", "<i4"),
    ("source", "<i1"),
    ("status", "<i1"),
    ("placing", "<i1"),
)
_ALIGN = 64

Columns = dict[str, np.ndarray[Any, Any]]


class SnapshotUnreadable(Exception):
    """The file is absent, cut short, damaged or of another format."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the columns were made from.

    ``token`` is new with every file; ``seen`` the pg_snapshot up to which changes are in; ``deletions`` the layer versions that
    grow when rows are deleted.
    """

    token: str
    database: str
    time_zone: str
    seen: str
    deletions: tuple[int, int]
    categories: tuple[str, ...]


def write(path: Path, header: Header, columns: Columns) -> None:
    """Write a new file beside ``path`` and rename it: readers see the old one or the new one, whole."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(f".{os.getpid()}.new")
    try:
        with fresh.open("wb") as target:
            _write(target, header, columns)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _write(target: BinaryIO, header: Header, columns: Columns) -> None:
    arrays = [np.ascontiguousarray(columns[name], dtype=kind) for name, kind in COLUMNS]
    checksum = 0
    for array in arrays:
        checksum = zlib.crc32(array.data, checksum)
    head = json.dumps({**asdict(header), "rows": len(arrays[0]), "checksum": checksum}).encode()
    target.write(MAGIC + len(head).to_bytes(8, "little") + head)
    for array in arrays:
        target.write(b"\0" * (-target.tell() % _ALIGN))
        target.write(array.data)


def read(path: Path) -> tuple[Header, Columns]:
    """Map a file into memory. The columns cannot be written to. Errors: ``SnapshotUnreadable``."""
    try:
        with path.open("rb") as source:
            mapped = mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise SnapshotUnreadable(str(error)) from error
    try:
        return _parse(mapped)
    except (KeyError, TypeError, ValueError) as error:
        raise SnapshotUnreadable(str(error)) from error


def _parse(mapped: mmap.mmap) -> tuple[Header, Columns]:
    if mapped[:8] != MAGIC:
        raise SnapshotUnreadable("no snapshot")
    start = 16 + int.from_bytes(mapped[8:16], "little")
    head = json.loads(mapped[16:start])
    rows, expected = head.pop("rows"), head.pop("checksum")
    header = Header(**{**head, "deletions": tuple(head["deletions"]), "categories": tuple(head["categories"])})
    columns: Columns = {}
    checksum = 0
    for name, kind in COLUMNS:
        start += -start % _ALIGN
        columns[name] = np.frombuffer(mapped, dtype=kind, count=rows, offset=start)
        start += columns[name].nbytes
        checksum = zlib.crc32(columns[name].data, checksum)
    if checksum != expected:
        raise SnapshotUnreadable("checksum")
    return header, columns
