"""Owners that were derived, compared with those that reports have; what differs is written, with its history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from geodata.binary_copy import row_type, rows_in
from geodata.bulk_references import LEAST, checked_at_once
from geodata.days import day_number
from geodata.owners.held import WORDS, HeldOwners
from geodata.sql import statement
from geodata.tables import account, grid

#: Stands for a day that stays as it is.
SAME_DAY = np.iinfo(np.int32).min
#: Differences below these are rounding, not worth a new row version.
_LEAST_DISTANCE_M = 0.001
_LEAST_SHARE = 0.0005

_STAGE = row_type(
    (
        ("report_id", "i8"), ("grid_id", "i8"), ("reason", "i2"), ("distance_to_edge_m", "f8"), ("share", "f8"),
        ("index_version", "i8"), ("as_of", "i4"), ("owner_xid", "u8"), ("moves", "?"),
    )
)  # fmt: skip
_STAGE_TABLE = (
    "CREATE TEMP TABLE owner_change (report_id bigint, grid_id bigint, reason smallint, distance_to_edge_m double precision, "
    "share double precision, index_version bigint, as_of integer, owner_xid xid8, moves boolean) ON COMMIT DROP"
)


@dataclass(frozen=True, slots=True)
class OwnerChanges:
    """Rows of a batch whose owner is to be written: positions in the batch, and which of them get another grid or reason."""

    row: NDArray[np.intp]
    moves: NDArray[np.bool_]


def as_of_number(day: date | None) -> int:
    """The day whose grids decide from now on as a number, None as it was."""
    return SAME_DAY if day is None else day_number(day)


def owner_changes(
    held: HeldOwners, derived: Mapping[str, NDArray[np.generic]], *, overrule_decided: bool = False
) -> OwnerChanges:
    """What differs between the owners held and derived.

    Columns of ``derived``: ``grid_id`` -1 for none, ``reason`` positions in ``REASONS``, ``distance_to_edge_m`` and ``share`` NaN for
    none, ``as_of`` days since 1970 or ``SAME_DAY``. A person's decision that stands is left alone unless overruled.
    """
    moves = (held.grid_id != derived["grid_id"]) | (held.reason != derived["reason"])
    renewed = _differ(held.distance_to_edge_m, derived["distance_to_edge_m"], _LEAST_DISTANCE_M)
    renewed |= _differ(held.share, derived["share"], _LEAST_SHARE)
    renewed |= (derived["as_of"] != SAME_DAY) & (derived["as_of"] != held.day)
    free = np.full(len(held), True) if overrule_decided else ~held.kept
    row = np.flatnonzero(free & (moves | renewed))
    return OwnerChanges(row, moves[row])


def write_changes(
    conn: Connection,
    held: HeldOwners,
    derived: Mapping[str, NDArray[np.generic]],
    changes: OwnerChanges,
    *,
    cause: str,
    account_id: int | None = None,
) -> int:
    """Write changed owners and append those that move to the history; gives how many moved.

    An owner that somebody else wrote after it was read is left as they wrote it: theirs is the newer knowledge. ``derived`` has
    ``index_version`` and ``as_of`` too (days since 1970 or ``SAME_DAY``).
    """
    if not len(changes.row):
        return 0
    staged = stage_changes(conn, held, derived, changes)
    parameters = {"cause": cause, "account_id": account_id, "reasons": WORDS.tolist(), "same_day": SAME_DAY}
    absent = staged["owner_xid"] == 0
    moved = _renew(conn, staged, parameters) if not absent.all() else 0
    return moved + (conn.execute(statement("add_owners"), parameters).rowcount if absent.any() else 0)


def stage_changes(
    conn: Connection, held: HeldOwners, derived: Mapping[str, NDArray[np.generic]], changes: OwnerChanges
) -> dict[str, NDArray[np.generic]]:
    """COPY changed owners into the temporary table ``owner_change``, which goes with the transaction; gives its columns."""
    conn.execute(text("DROP TABLE IF EXISTS owner_change"))
    conn.execute(text(_STAGE_TABLE))
    rows = changes.row
    staged = {name: values[rows] for name, values in derived.items()}
    staged |= {"report_id": held.report_id[rows], "owner_xid": held.owner_xid[rows], "moves": changes.moves}
    rows_in(conn, "owner_change", _STAGE, staged)
    conn.execute(text("ANALYZE owner_change"))
    return staged


def _renew(conn: Connection, staged: Mapping[str, NDArray[np.generic]], parameters: dict[str, Any]) -> int:
    """Write over owners that are there. Their reports cannot go: they are held by these rows, which the transaction has locked."""
    if len(staged["report_id"]) < LEAST:
        return conn.execute(statement("renew_owners"), parameters).rowcount
    grids = np.unique(staged["grid_id"]).astype(np.int64)
    account_id = parameters["account_id"]
    references = {
        grid: grids[grids >= 0],
        account: np.array([] if account_id is None else [account_id], dtype=np.int64),
    }
    with checked_at_once(conn, references):
        return conn.execute(statement("renew_owners"), parameters).rowcount


def _differ(one: NDArray[np.float64], other: NDArray[np.generic], least: float) -> NDArray[np.bool_]:
    both = np.asarray(other, dtype=np.float64)
    found: NDArray[np.bool_] = (np.isnan(one) != np.isnan(both)) | (np.abs(one - both) > least)
    return found
