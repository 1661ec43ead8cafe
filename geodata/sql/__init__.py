"""Long queries, a commented file each, with bound parameters."""

from functools import cache
from pathlib import Path

from sqlalchemy import TextClause, text

_FOLDER = Path(__file__).parent


@cache
def query(name: str) -> TextClause:
    """The query of a file in this folder, by its name without ``.sql``."""
    return text((_FOLDER / f"{name}.sql").read_text(encoding="utf-8"))
