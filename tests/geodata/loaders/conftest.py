from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection

from geodata.loaders import LoadOptions, LoadSummary, load_file
from geodata.settings import Settings

Load = Callable[..., LoadSummary]


@pytest.fixture
def load(conn: Connection, settings: Settings) -> Load:
    """Load a file with options given by name."""

    def run(kind: str, path: Path, **options: Any) -> LoadSummary:
        return load_file(conn, settings, kind, path, LoadOptions(**options))

    return run


@pytest.fixture
def csv(tmp_path: Path) -> Callable[..., Path]:
    """A CSV file from columns."""

    def write(encoding: str = "utf-8", file: str = "rows.csv", **columns: list[Any]) -> Path:
        path = tmp_path / file
        pd.DataFrame(columns).to_csv(path, index=False, encoding=encoding)
        return path

    return write


def counts(summary: LoadSummary) -> tuple[int, int, int, int]:
    """New, changed, unchanged, rejected."""
    return summary.new, summary.changed, summary.unchanged, summary.rejected


def reasons(summary: LoadSummary) -> list[tuple[int, str]]:
    """Row and reason of each rejected row."""
    return [(reject.row, reject.reason.code) for reject in summary.rejects]
