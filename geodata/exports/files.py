"""Files of exports on disk: below the home folder, with names that cannot be guessed, for a day."""

import secrets
import time
from datetime import timedelta
from pathlib import Path

from geodata.settings import Settings

KEEP = timedelta(days=1)


def exports_folder(settings: Settings) -> Path:
    """The folder, readable by the service alone."""
    folder = settings.home / "exports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def fresh_file(settings: Settings, suffix: str) -> Path:
    """A path that is not there yet."""
    return exports_folder(settings) / f"{secrets.token_urlsafe(24)}{suffix}"


def file_of(settings: Settings, name: str) -> Path | None:
    """The file of a name that ``fresh_file`` gave; None when it is gone."""
    path = exports_folder(settings) / Path(name).name
    return path if path.is_file() else None


def remove_old_files(settings: Settings) -> int:
    """Delete files that nothing wrote to for a day; gives how many."""
    oldest = time.time() - KEEP.total_seconds()
    old = [path for path in exports_folder(settings).iterdir() if path.is_file() and path.stat().st_mtime < oldest]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
