"""Logs that do not fill the disk: the big ones are set aside while their programs go on writing."""

import shutil
from pathlib import Path

LARGEST_BYTES = 50_000_000
KEPT = 4


def set_aside(folder: Path, largest_bytes: int = LARGEST_BYTES, kept: int = KEPT) -> None:
    """Moves the content of each ``*.log`` above the size to ``*.log.1``, and older ones on, to ``*.log.<kept>``.

    The file itself stays and is emptied, for its program holds it open, for appending; a line that is written at that
    very moment may be lost.
    """
    for log in folder.glob("*.log"):
        if log.stat().st_size <= largest_bytes:
            continue
        for number in range(kept - 1, 0, -1):
            older = log.with_name(f"{log.name}.{number}")
            if older.exists():
                older.replace(log.with_name(f"{log.name}.{number + 1}"))
        shutil.copyfile(log, log.with_name(f"{log.name}.1"))
        with open(log, "r+b") as emptied:
            emptied.truncate(0)
