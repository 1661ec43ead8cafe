"""Long queries, a commented file each, with bound parameters: ``:name`` for a statement, ``%(name)s`` for COPY."""

from functools import cache
from pathlib import Path

from sqlalchemy import TextClause, text


@cache
def query(name: str) -> str:
    """The text of ``name``.sql in this folder."""
    return (Path(__file__).parent / f"{name}.sql").read_text(encoding="utf-8")


@cache
def statement(name: str) -> TextClause:
    """``name``.sql for SQLAlchemy to execute."""
    return text(query(name))
