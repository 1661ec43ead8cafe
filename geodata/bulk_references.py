"""Foreign keys of many rows checked at once instead of row by row, in the same transaction and under the same locks.

PostgreSQL checks a key for each row with a query of its own, which costs five times what writing the row costs. A role that may set
``session_replication_role`` (a superuser, or one that was granted it) is spared that; for any other the keys are checked as always.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Table, func, select, text

#: Below so many rows it is not worth it.
LEAST = 1000


class ReferenceGone(Exception):
    """Rows that were written point at a row that is no longer there; the transaction must be rolled back."""


@contextmanager
def checked_at_once(conn: Connection, references: Mapping[Table, NDArray[np.int64]]) -> Iterator[None]:
    """Inside, no trigger of a row fires; at the end every key of ``references`` is locked against removal and has to be there.

    Only for statements whose other keys are known to hold, and which need none of the tables' own triggers. Errors: ``ReferenceGone``.
    """
    if not _may(conn):
        yield
        return
    conn.execute(text("SET LOCAL session_replication_role = replica"))
    yield
    conn.execute(text("SET LOCAL session_replication_role TO DEFAULT"))
    for table, keys in references.items():
        present = (
            select(table.c.id).where(table.c.id == func.any(keys.tolist())).with_for_update(read=True, key_share=True)
        )
        found = conn.scalar(select(func.count()).select_from(present.subquery()))
        if found != len(keys):
            raise ReferenceGone(table.name)


def _may(conn: Connection) -> bool:
    allowed = "SELECT rolsuper OR {granted} FROM pg_roles WHERE rolname = current_user"
    granted = "has_parameter_privilege('session_replication_role', 'SET')" if _version(conn) >= 15 else "FALSE"
    return bool(conn.scalar(text(allowed.format(granted=granted))))


def _version(conn: Connection) -> int:
    return int(conn.connection.dbapi_connection.server_version) // 10_000  # type: ignore[union-attr]
