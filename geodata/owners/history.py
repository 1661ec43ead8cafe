"""The history of owners: a line for each that moves, appended by the thousand."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from geodata.binary_copy import row_type, rows_in
from gridmap.assignment import REASONS

_COLUMNS = ("report_id", "grid_id", "reason", "index_version", "district")


def append_history(
    conn: Connection, lines: Mapping[str, NDArray[Any]], *, cause: str, account_id: int | None = None
) -> None:
    """Append lines of aligned ``report_id``, ``grid_id`` (-1 none), ``reason`` (positions in ``REASONS``), ``index_version``, ``district``.

    Rows of a binary COPY are of one width: there is one for each district and reason, the second telling whether there is a grid.
    """
    for district in set(lines["district"].tolist()):
        there = lines["district"] == district
        for reason in np.unique(lines["reason"][there]):
            chosen = there & (lines["reason"] == reason)
            _append(conn, {name: lines[name][chosen] for name in _COLUMNS}, cause, account_id)


def _append(conn: Connection, lines: Mapping[str, NDArray[Any]], cause: str, account_id: int | None) -> None:
    n, reason = len(lines["report_id"]), REASONS[lines["reason"][0]]
    columns: dict[str, NDArray[Any]] = {
        "report_id": lines["report_id"],
        "index_version": lines["index_version"],
        "intake_district": lines["district"].astype(f"S{len(lines['district'][0])}"),
        "reason": np.full(n, reason.encode()),
        "cause": np.full(n, cause.encode()),
    }
    if lines["grid_id"][0] >= 0:
        columns["grid_id"] = lines["grid_id"]
    if account_id is not None:
        columns["account_id"] = np.full(n, account_id, dtype=np.int64)
    rows_in(conn, "owner_history", row_type([(name, _kind(values)) for name, values in columns.items()]), columns)


def _kind(values: NDArray[Any]) -> str:
    return values.dtype.str[1:]
