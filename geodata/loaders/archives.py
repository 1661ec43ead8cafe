"""Zip files, and workbooks that are zip files too: what they would unpack to is looked at before anything is unpacked."""

import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geodata.loaders.errors import BadInput, FileUnreadable

#: More than this is no layer of a city. An archive's stated sizes bind: reading past them fails.
MOST_BYTES = 2 << 30
MOST_FILES = 1000
#: Real layers compress ten- to thirtyfold; a bomb a thousandfold. Small archives may do as they like.
MOST_RATIO, SMALL_BYTES = 200, 100 << 20


class ArchiveTooLarge(BadInput):
    """A zip file that would unpack to too much."""

    code = "archive_too_large"
    zh = "压缩文件“{path}”解压后过大（{size} MB，{files} 个文件），已停止处理。请直接提供其中的图层文件。"
    en = (
        "The archive “{path}” would unpack to too much ({size} MB in {files} files). Give the layer's own file instead."
    )


def check_archive(path: Path) -> None:
    """Errors: ``ArchiveTooLarge``, ``FileUnreadable``."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise FileUnreadable(path=path.name, reason=str(error)) from error
    size = sum(member.file_size for member in members)
    packed = max(sum(member.compress_size for member in members), 1)
    if size > MOST_BYTES or len(members) > MOST_FILES or (size > SMALL_BYTES and size / packed > MOST_RATIO):
        raise ArchiveTooLarge(path=path.name, size=f"{size >> 20:,}", files=f"{len(members):,}")


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """A folder with the contents of a zip file, gone afterwards. Errors: as ``check_archive``."""
    check_archive(path)
    with tempfile.TemporaryDirectory(prefix="gridmap-") as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                archive.extractall(folder)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
            raise FileUnreadable(path=path.name, reason=str(error)) from error
        yield Path(folder)
