"""Files of photos: under the home folder by random names, on disk before the transaction that names them commits.

A crash before the commit leaves files that no row names; the timer takes them after a day. A row without its files cannot come about,
but for a folder that was lost or not restored.
"""

import os
import secrets
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, select

from geodata.photos.errors import PhotoGone
from geodata.settings import Settings
from geodata.tables import photo

Size = Literal["original", "large", "small"]
SIZES: tuple[Size, ...] = ("original", "large", "small")
#: How long a file may lie that no row names: longer than any transaction that is about to name it.
_ORPHANS_KEPT = timedelta(days=1)


def write_files(settings: Settings, contents: dict[Size, bytes]) -> str:
    """Write the files of one photo to disk, each wholly; gives their random name."""
    name = secrets.token_hex(16)
    folder = _folder(settings, name)
    _make_folder(folder)
    for size, content in contents.items():
        path = file_path(settings, name, size)
        unfinished = path.with_suffix(".part")
        with unfinished.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    _sync_folder(folder)
    return name


def read_file(settings: Settings, name: str, size: Size) -> bytes:
    """The bytes of a file. Errors: ``PhotoGone``."""
    try:
        return file_path(settings, name, size).read_bytes()
    except FileNotFoundError as error:
        raise PhotoGone(field="photo") from error


def file_path(settings: Settings, name: str, size: Size) -> Path:
    """Where a file lies."""
    return _folder(settings, name) / f"{name}.{size}"


def remove_files(settings: Settings, names: Iterable[str]) -> None:
    """Remove the files of photos whose rows are gone."""
    for name in names:
        for size in SIZES:
            file_path(settings, name, size).unlink(missing_ok=True)


def sweep_files(conn: Connection, settings: Settings) -> int:
    """Remove files older than a day that no row names; gives how many. Call it when no deletion of rows is still open."""
    before = time.time() - _ORPHANS_KEPT.total_seconds()
    removed = 0
    for top in _folders(settings.home / "photos"):
        old = [path for folder in _folders(top) for path in folder.iterdir() if path.stat().st_mtime < before]
        names = {path.name.split(".")[0] for path in old}
        known = set(conn.scalars(select(photo.c.file).where(photo.c.file.in_(names)))) if names else set()
        for path in old:
            if path.name.split(".")[0] not in known:
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def _folder(settings: Settings, name: str) -> Path:
    return settings.home / "photos" / name[:2] / name[2:4]


def _make_folder(folder: Path) -> None:
    """A folder that a power cut does not take back: each new name in its parent is on disk too."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
