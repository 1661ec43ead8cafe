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
from geodata.owners.history import append_history
from geodata.sql import statement
from geodata.tables import account, grid

#: Stands for a day that stays as it is.
SAME_DAY = np.iinfo(np.int32).min
_CODES: dict[str, Any] = {"reasons": WORDS.tolist(), "same_day": int(SAME_DAY)}
# A page that is written for the first time since a checkpoint goes into the journal whole; where the server has it and the role may ask
# for it, packed in a quarter of the time.
_LIGHTER_JOURNAL = (
    "SELECT set_config('wal_compression', 'lz4', TRUE) FROM pg_settings s, pg_roles r WHERE s.name = 'wal_compression' "
    "AND 'lz4' = ANY(s.enumvals) AND s.setting <> 'off' AND r.rolname = current_user AND r.rolsuper"
)
#: Differences below these are rounding, not worth a new row version.
_LEAST_DISTANCE_M = 0.001
_LEAST_SHARE = 0.0005

_STAGE = row_type(
    (
        ("report_id", "i8"), ("tid", "V6"), ("grid_id", "i8"), ("reason", "i2"), ("distance_to_edge_m", "f8"), ("share", "f8"),
        ("index_version", "i8"), ("as_of", "i4"), ("owner_xid", "u8"), ("moves", "?"),
    )
)  # fmt: skip
_STAGE_TABLE = (
    "CREATE TEMP TABLE owner_change (report_id bigint, tid tid, grid_id bigint, reason smallint, distance_to_edge_m double precision, "
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
    absent = staged["owner_xid"] == 0
    moved = 0
    if not absent.all():
        lines = staged | {"district": held.district[changes.row]}
        known = {name: values[~absent] for name, values in lines.items()}
        moved += _renew(conn, known, cause, account_id)
    if absent.any():
        parameters = {"cause": cause, "account_id": account_id, **_CODES}
        moved += conn.execute(statement("add_owners"), parameters).rowcount
    return moved


def stage_changes(
    conn: Connection, held: HeldOwners, derived: Mapping[str, NDArray[np.generic]], changes: OwnerChanges
) -> dict[str, NDArray[np.generic]]:
    """COPY changed owners into the temporary table ``owner_change``, which goes with the transaction; gives its columns."""
    conn.execute(text("DROP TABLE IF EXISTS owner_change"))
    conn.execute(text(_STAGE_TABLE))
    rows = changes.row
    staged = {name: values[rows] for name, values in derived.items()}
    staged |= {
        "report_id": held.report_id[rows],
        "tid": held.tid[rows],
        "owner_xid": held.owner_xid[rows],
        "moves": changes.moves,
    }
    rows_in(conn, "owner_change", _STAGE, staged)
    return staged


def _renew(conn: Connection, staged: Mapping[str, NDArray[Any]], cause: str, account_id: int | None) -> int:
    """Write over owners that are there. Their reports cannot go: they are held by these rows, which the transaction has locked."""
    if len(staged["report_id"]) < LEAST:
        return _write_over(conn, staged, cause, account_id)
    conn.execute(text(_LIGHTER_JOURNAL))
    grids = np.unique(staged["grid_id"]).astype(np.int64)
    references = {
        grid: grids[grids >= 0],
        account: np.array([] if account_id is None else [account_id], dtype=np.int64),
    }
    with checked_at_once(conn, references):
        return _write_over(conn, staged, cause, account_id)


def _write_over(conn: Connection, staged: Mapping[str, NDArray[Any]], cause: str, account_id: int | None) -> int:
    # By the place of each row: whatever the planner knows of tables just made, no other way is as short.
    conn.execute(text("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"))
    written = conn.execute(statement("renew_owners"), _CODES).rowcount
    conn.execute(text("SET LOCAL enable_hashjoin TO DEFAULT; SET LOCAL enable_mergejoin TO DEFAULT"))
    moved = np.asarray(staged["moves"], dtype=bool)
    if written < len(moved):
        overtaken = conn.scalars(statement("owners_overtaken")).all()
        moved &= ~np.isin(staged["report_id"], np.array(overtaken, dtype=np.int64))
    append_history(conn, {name: values[moved] for name, values in staged.items()}, cause=cause, account_id=account_id)
    return int(moved.sum())


def _differ(one: NDArray[np.float64], other: NDArray[np.generic], least: float) -> NDArray[np.bool_]:
    both = np.asarray(other, dtype=np.float64)
    found: NDArray[np.bool_] = (np.isnan(one) != np.isnan(both)) | (np.abs(one - both) > least)
    return found
