"""Migrations by Alembic: the schema's history, from the first commit."""

from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def _config(conn: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    if conn is not None:
        config.attributes["connection"] = conn
    return config


def upgrade(conn: Connection, revision: str = "head") -> None:
    """Bring the schema to a revision; wholly or not at all (one transaction, the caller commits)."""
    command.upgrade(_config(conn), revision)


def check(conn: Connection) -> None:
    """Raise when tables in code and tables in the database differ."""
    command.check(_config(conn))


@lru_cache(maxsize=1)
def head() -> str | None:
    """The newest revision that this code knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()
