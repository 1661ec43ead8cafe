"""Many rows in and out by COPY."""

import io
import secrets
from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import ClauseElement, Connection
from sqlalchemy.dialects.postgresql import psycopg2

_BATCH = 200_000


def copy_in(conn: Connection, table: str, frame: pd.DataFrame, columns: Sequence[str] | None = None) -> None:
    """COPY a frame's columns into a table; missing values become NULL, times keep their offset."""
    names = list(columns or frame.columns)
    listed = ", ".join(f'"{name}"' for name in names)
    missing = (
        f"-{secrets.token_hex(4)}-"  # a word that no cell holds: any fixed one, also PostgreSQL's own, might be a text
    )
    with driver_cursor(conn) as cursor:
        for start in range(0, len(frame), _BATCH):
            buffer = io.StringIO()
            frame[names].iloc[start : start + _BATCH].to_csv(
                buffer, header=False, index=False, na_rep=missing, quoting=0
            )
            buffer.seek(0)
            cursor.copy_expert(f"COPY {table} ({listed}) FROM STDIN (FORMAT csv, NULL '{missing}')", buffer)


def copy_out(conn: Connection, query: ClauseElement, dtypes: dict[str, str]) -> pd.DataFrame:
    """The rows of a query as a frame with the given column types, in the order of ``dtypes``."""
    compiled = query.compile(dialect=psycopg2.dialect(), compile_kwargs={"render_postcompile": True})  # type: ignore[no-untyped-call]
    buffer = io.BytesIO()
    with driver_cursor(conn) as cursor:
        sql = cursor.mogrify(str(compiled), compiled.params).decode()
        cursor.copy_expert(f"COPY ({sql}) TO STDOUT (FORMAT csv)", buffer)
    buffer.seek(0)
    return pd.read_csv(buffer, header=None, names=list(dtypes), dtype=dtypes)


def driver_cursor(conn: Connection) -> Any:
    """A cursor of the driver itself, for COPY."""
    driver = conn.connection.dbapi_connection
    assert driver is not None
    return driver.cursor()
