"""Rows of fixed width in and out by PostgreSQL's binary COPY, as numpy reads them: no text in between."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from geodata.copying import driver_cursor

Rows = NDArray[np.void]

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # signature, flags, length of the extension
_TRAILER = b"\xff\xff"


def row_type(fields: Sequence[tuple[str, str]]) -> np.dtype[np.void]:
    """The layout of rows of these names and numpy kinds: the number of fields, then the length and the value of each, big endian.

    Kinds are ``i2 i4 i8 u8 f8 ?`` (smallint, integer, bigint, xid8, double precision, boolean). A row of it holds no NULL.
    """
    parts = [
        part
        for name, kind in fields
        for part in ((f"{name}_length", ">i4"), (name, kind if kind == "?" else f">{kind}"))
    ]
    return np.dtype([("fields", ">i2"), *parts])


def rows_out(conn: Connection, query: str, parameters: Mapping[str, Any], layout: np.dtype[np.void]) -> Rows:
    """The rows of a query (``%(name)s`` parameters) whose columns are those of the layout, none of them NULL. They cannot be written to."""
    buffer = io.BytesIO()
    with driver_cursor(conn) as cursor:
        body = cursor.mogrify(query, parameters).decode()
        cursor.copy_expert(f"COPY ({body}) TO STDOUT (FORMAT binary)", buffer)
    return np.frombuffer(buffer.getbuffer()[len(_HEADER) : -len(_TRAILER)], dtype=layout)


def rows_in(conn: Connection, table: str, layout: np.dtype[np.void], columns: Mapping[str, NDArray[Any]]) -> None:
    """COPY aligned columns into a table that has columns of the layout's names."""
    names = [name for name in layout.names or () if name != "fields" and not name.endswith("_length")]
    rows = np.zeros(len(columns[names[0]]), dtype=layout)
    rows["fields"] = len(names)
    for name in names:
        rows[f"{name}_length"] = layout[name].itemsize
        rows[name] = columns[name]
    with driver_cursor(conn) as cursor:
        cursor.copy_expert(
            f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT binary)",
            io.BytesIO(b"".join((_HEADER, rows.tobytes(), _TRAILER))),
        )
