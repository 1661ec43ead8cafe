"""The file of an index: named arrays that processes share by mapping them into memory.

8 bytes  magic
8 bytes  length of the header, little endian
header   JSON: whose index it is, names, types, shapes and places of the arrays, their checksum
arrays   one after another, each aligned to 64 bytes
"""

import itertools
import json
import mmap
import os
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"gridmapi"
_ALIGN = 64

Arrays = dict[str, NDArray[np.generic]]


class IndexUnreadable(Exception):
    """The file is cut short, damaged, foreign or of another format."""


def write(path: Path, about: Mapping[str, Any], arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """Write a new file beside ``path``, bring it to the disk and rename it: readers see the old one or the new one, whole.

    ``about`` says whose index it is, as JSON; ``read`` asks for the same.
    """
    solid = {name: np.ascontiguousarray(values) for name, values in arrays.items()}
    parts, place, checksum = [], 0, 0
    for name, values in solid.items():
        place += -place % _ALIGN
        parts.append([name, values.dtype.str, values.shape, place])
        place += values.nbytes
        checksum = zlib.crc32(_bytes_of(values), checksum)
    head = json.dumps({"about": about, "arrays": parts, "size": place, "checksum": checksum}).encode()
    fresh = path.with_suffix(f".{os.getpid()}.new")
    try:
        with fresh.open("wb") as target:
            target.write(MAGIC + len(head).to_bytes(8, "little") + head)
            start = _first_array(len(head))
            for (_, _, _, place), values in zip(parts, solid.values(), strict=True):
                target.write(bytes(start + place - target.tell()))
                target.write(_bytes_of(values))
            target.flush()
            os.fsync(target.fileno())
        fresh.replace(path)
        _sync_folder(path.parent)
    finally:
        fresh.unlink(missing_ok=True)


def read(path: Path, about: Mapping[str, Any]) -> Arrays:
    """Map a file into memory; the arrays cannot be written to.

    Errors: ``IndexUnreadable`` also when it says something else about itself than ``about``; ``OSError``.
    """
    with path.open("rb") as source:
        try:
            mapped = mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise IndexUnreadable(str(error)) from error
    try:
        return _parse(mapped, about)
    except (KeyError, TypeError, ValueError) as error:
        raise IndexUnreadable(str(error)) from error


def packed(name: str, texts: Sequence[str]) -> Arrays:
    """Texts as two arrays: their bytes one after another, and where each begins."""
    encoded = [text.encode() for text in texts]
    starts = np.zeros(len(encoded) + 1, dtype=np.int64)
    np.cumsum([len(text) for text in encoded], out=starts[1:])
    return {f"{name}_bytes": np.frombuffer(b"".join(encoded), dtype=np.uint8), f"{name}_starts": starts}


def unpacked(name: str, arrays: Mapping[str, NDArray[np.generic]]) -> tuple[str, ...]:
    """The texts of ``packed``."""
    whole, starts = arrays[f"{name}_bytes"].tobytes(), arrays[f"{name}_starts"].tolist()
    return tuple(whole[first:last].decode() for first, last in itertools.pairwise(starts))


def _parse(mapped: mmap.mmap, about: Mapping[str, Any]) -> Arrays:
    if mapped[:8] != MAGIC:
        raise IndexUnreadable("no index")
    length = int.from_bytes(mapped[8:16], "little")
    head = json.loads(mapped[16 : 16 + length])
    if head["about"] != about:
        raise IndexUnreadable("another index")
    start, checksum = _first_array(length), 0
    if len(mapped) != start + head["size"]:
        raise IndexUnreadable("cut short")
    arrays: Arrays = {}
    for name, kind, shape, place in head["arrays"]:
        count = int(np.prod(shape, dtype=np.int64))
        values = np.frombuffer(mapped, dtype=kind, count=count, offset=start + place) if count else np.empty(0, kind)
        checksum = zlib.crc32(_bytes_of(values), checksum)
        arrays[name] = values.reshape(shape)
    if checksum != head["checksum"]:
        raise IndexUnreadable("checksum")
    return arrays


def _first_array(header: int) -> int:
    return 16 + header + -(16 + header) % _ALIGN


def _bytes_of(values: NDArray[np.generic]) -> memoryview:
    return values.reshape(-1).view(np.uint8).data if values.size else memoryview(b"")


def _sync_folder(folder: Path) -> None:
    """Bring a rename to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
