"""The way to the database: one engine a process."""

import re
from functools import lru_cache

from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError

from geodata.cluster import Cluster
from geodata.settings import Settings
from gridmap.errors import GridmapError


class DatabaseUnreachable(GridmapError):
    """No database answers."""

    code = "database_unreachable"
    zh = "无法连接数据库。请先运行 scripts/run，或检查 GRIDMAP_DATABASE_URL。（{reason}）"
    en = "The database does not answer. Start scripts/run first, or check GRIDMAP_DATABASE_URL. ({reason})"


# From the word to the end of the exception: rows, parameters, and the place in the statement with what stands there.
_VALUES = re.compile(
    r"\n(?:DETAIL|CONTEXT|LINE \d+):.*?(?=\n\[SQL|\n\(Background|\n\nThe above exception|\n\nDuring handling|\Z)",
    re.DOTALL,
)


def without_values(text: str) -> str:
    """An error's text or traceback without the rows that PostgreSQL quotes: they may be personal and it goes to logs.

    >>> without_values("null value in column name\\nDETAIL:  Failing row contains (7, 张三).\\n")
    'null value in column name'
    """
    return _VALUES.sub("", text)


def is_storable(text: str) -> bool:
    """Whether PostgreSQL takes the text: no NUL, no half of a surrogate pair (JSON can spell both)."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def database_url(settings: Settings) -> str:
    """The URL of the setting, else the private cluster's socket below ``home``."""
    return settings.database_url or Cluster(settings.home / "pg").url()


class DatabaseUrlBad(GridmapError):
    """A setting that is no URL of a PostgreSQL database. The URL itself is not told: it may hold a password."""

    code = "database_url_bad"
    zh = "设置 database_url（GRIDMAP_DATABASE_URL）无效，应写作 postgresql://用户@主机/数据库。"
    en = "The setting database_url (GRIDMAP_DATABASE_URL) is not valid; write it like postgresql://user@host/database."


def _checked_url(url: str) -> URL:
    try:
        made = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise DatabaseUrlBad(field="database_url") from error
    if made.drivername not in ("postgresql", "postgresql+psycopg2"):
        raise DatabaseUrlBad(field="database_url")
    return made


@lru_cache(maxsize=8)
def engine_for(url: str, *, pool: int = 8, statement_timeout_s: float = 0.0) -> Engine:
    """The engine of this process for a database; made once. Errors: ``DatabaseUrlBad``.

    With a timeout it is that of pages: many short questions at a time, so that none of them is to take several cores.
    """
    timeout = ""
    if statement_timeout_s:
        timeout = f" -c statement_timeout={int(statement_timeout_s * 1000)} -c max_parallel_workers_per_gather=0"
    return create_engine(
        _checked_url(url),
        pool_size=pool,
        max_overflow=4,
        pool_pre_ping=True,
        hide_parameters=True,  # they may be personal, and an error's text goes to logs and to the job's message
        connect_args={"options": f"-c timezone=UTC{timeout}", "connect_timeout": 10, "application_name": "gridmap"},
    )


def open_engine(settings: Settings, *, statement_timeout_s: float = 0.0) -> Engine:
    """An engine that has answered once. Errors: ``DatabaseUrlBad``, ``DatabaseUnreachable``."""
    engine = engine_for(database_url(settings), pool=settings.database_pool, statement_timeout_s=statement_timeout_s)
    try:
        with engine.connect() as conn:
            conn.execute(text("SELECT 1"))
    except OperationalError as error:
        raise DatabaseUnreachable(reason=str(error.orig).strip().splitlines()[0]) from error
    return engine
