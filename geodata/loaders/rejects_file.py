"""Rejected rows as a CSV file that can be mended and loaded again."""

import os
from pathlib import Path

import pandas as pd


def default_rejects_path(source: Path) -> Path:
    """``NAME.rejects.csv`` in the current folder."""
    return Path(f"{source.name}.rejects.csv")


def write_rejects(frame: pd.DataFrame, path: Path) -> None:
    """Write the rows whole or not at all, readable by their owner only: they may hold personal data.

    UTF-8 with a byte order mark, so that spreadsheet programs show Chinese.
    """
    made = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
            frame.to_csv(file, index=False)
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)
