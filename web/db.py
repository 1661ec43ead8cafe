"""The request's connection: opened when first asked for, given back when the request ends."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, current_app, g
from sqlalchemy import Connection, Engine

from geodata.database import database_url, engine_for
from geodata.settings import Settings


def settings() -> Settings:
    """The settings of the running application."""
    found: Settings = current_app.config["GRIDMAP"]
    return found


def engine() -> Engine:
    """This process's engine, whose statements end after ``statement_timeout_s``."""
    chosen = settings()
    return engine_for(database_url(chosen), pool=chosen.database_pool, statement_timeout_s=chosen.statement_timeout_s)


def connection() -> Connection:
    """The request's connection. What it did without ``transaction`` is rolled back at the end."""
    if "connection" not in g:
        g.connection = engine().connect()
    found: Connection = g.connection
    return found


@contextmanager
def transaction() -> Iterator[Connection]:
    """Commit the block's work on the request's connection, or none of it."""
    conn = connection()
    try:
        yield conn
    except BaseException:
        conn.rollback()
        raise
    conn.commit()


def forget() -> None:
    """Roll back whatever the request left open: a failed statement would refuse the next one."""
    if (conn := g.get("connection")) is not None:
        conn.rollback()


def _close(_error: BaseException | None) -> None:
    if (conn := g.pop("connection", None)) is not None:
        conn.close()


def init_app(app: Flask, _settings: Settings) -> None:
    """Give connections back when a request ends."""
    app.teardown_appcontext(_close)
