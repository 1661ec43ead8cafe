"""Rejected rows as a CSV file that can be mended and loaded again."""

import errno
import os
from pathlib import Path

import pandas as pd

from geodata.loaders.errors import RejectsUnwritable


def default_rejects_path(source: Path) -> Path:
    """``NAME.rejects.csv`` in the current folder."""
    return Path(f"{source.name}.rejects.csv")


def check_rejects_path(path: Path, source: Path) -> None:
    """Before the work: the folder exists, and the file is not the one that is loaded. Error: ``RejectsUnwritable``."""
    if path.exists() and source.exists() and path.samefile(source):
        raise RejectsUnwritable(field="rejects", path=path, reason="= FILE")
    if not path.parent.is_dir():
        raise RejectsUnwritable(field="rejects", path=path, reason=os.strerror(errno.ENOENT))


def write_rejects(frame: pd.DataFrame, path: Path) -> None:
    """Write the rows whole or not at all, readable by their owner only: they may hold personal data.

    UTF-8 with a byte order mark, so that spreadsheet programs show Chinese. Error: ``RejectsUnwritable``.
    """
    made = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8-sig", errors="backslashreplace", newline="") as file:
            frame.to_csv(file, index=False)
        made.replace(path)
    except OSError as error:
        raise RejectsUnwritable(field="rejects", path=path, reason=error.strerror or "?") from error
    finally:
        made.unlink(missing_ok=True)
