"""Files that people send in: each in a folder of its own with a random name, until it is loaded or a week old."""

import json
import os
import re
import secrets
import shutil
import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from geodata.loaders.errors import FileEmpty, FileMissing, FormatUnknown
from geodata.loaders.readers import FORMATS
from geodata.settings import Settings
from gridmap.errors import GridmapError

#: How long a file stays.
KEPT = timedelta(days=7)
_NOTE = "upload.json"
_REF = re.compile(r"[A-Za-z0-9_-]{22}")
_NAME_MOST = 80


class UnknownUpload(GridmapError):
    """No file of that name, or one that has been cleared away."""

    code = "unknown_upload"
    zh = "没有找到该文件：上传的文件保留一周，之后自动清除。请重新上传。"
    en = "There is no such file: uploads are kept for a week. Send it again."


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent in: its random ``ref``, name without folders, what it is to be loaded as, and whose it is."""

    ref: str
    name: str
    kind: str
    account_id: int
    size: int

    def path(self, settings: Settings) -> Path:
        """Where the file lies."""
        return folder_of(settings, self.ref) / self.name


def keep_upload(settings: Settings, stream: BinaryIO, name: str, kind: str, account_id: int) -> Upload:
    """Write a stream to disk, whole or not at all. Errors: ``FileMissing`` without a name, ``FormatUnknown``, ``FileEmpty``."""
    clean = clean_name(name)
    if not clean:
        raise FileMissing(field="file", path=name[:_NAME_MOST])
    if not clean.lower().endswith(FORMATS):
        raise FormatUnknown(field="file", path=clean, allowed=", ".join(FORMATS))
    ref = secrets.token_urlsafe(16)
    folder = folder_of(settings, ref)
    folder.mkdir(parents=True, mode=0o700)
    try:
        with (folder / clean).open("wb") as file:
            shutil.copyfileobj(stream, file, 1 << 20)
            file.flush()
            os.fsync(file.fileno())
        size = (folder / clean).stat().st_size
        if size == 0:
            raise FileEmpty(field="file", path=clean)
        found = Upload(ref, clean, kind, account_id, size)
        (folder / _NOTE).write_text(json.dumps(asdict(found)), encoding="utf-8")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return found


def upload_by_ref(settings: Settings, ref: str, account_id: int | None = None) -> Upload:
    """A file by its random name; with an account only that account's. Errors: ``UnknownUpload``."""
    if not _REF.fullmatch(ref):
        raise UnknownUpload(field="ref")
    try:
        found = Upload(**json.loads((folder_of(settings, ref) / _NOTE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise UnknownUpload(field="ref") from error
    if (account_id is not None and found.account_id != account_id) or not found.path(settings).is_file():
        raise UnknownUpload(field="ref")
    return found


def rejects_path(settings: Settings, upload: str, job: str) -> Path:
    """Where a job leaves the rejected rows of a file."""
    return folder_of(settings, upload) / f"{job}.rejects.csv"


def sweep_uploads(settings: Settings) -> int:
    """Remove files older than ``KEPT``; gives how many."""
    folder = settings.home / "uploads"
    before = time.time() - KEPT.total_seconds()
    old = [each for each in folder.iterdir() if each.stat().st_mtime < before] if folder.is_dir() else []
    for each in old:
        shutil.rmtree(each, ignore_errors=True)
    return len(old)


def folder_of(settings: Settings, ref: str) -> Path:
    """The folder of one upload."""
    return settings.home / "uploads" / ref


def clean_name(name: str) -> str:
    """A file's own name: without folders, control signs and what a shell or a spreadsheet could take for more than a name.

    >>> clean_name("../../etc/passwd.csv"), clean_name("C:\\\\data\\\\网格 2026.gpkg"), clean_name("..")
    ('passwd.csv', '网格_2026.gpkg', '')
    """
    own = PurePosixPath(name.replace("\\", "/")).name
    return re.sub(r"[^\w.\-]+", "_", own).strip("._-")[-_NAME_MOST:].lstrip("._-")
