"""Owners that were derived for some reports, written where they differ from those in force."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from geodata.locking import lock_rows
from geodata.owners.asking import renew_doubts
from geodata.owners.changes import as_of_number, owner_changes, write_changes
from geodata.owners.held import WORDS, held_owners
from geodata.settings import Settings
from geodata.tables import owner, report
from gridmap.assignment import Reason


def write_owners(
    conn: Connection,
    settings: Settings,
    derived: pd.DataFrame,
    *,
    cause: str,
    account_id: int | None = None,
    overrule_decided: bool = False,
) -> int:
    """Write the owners that differ from those in force, with their history, in the caller's transaction; gives how many moved.

    ``derived`` is as from ``derive_reports``. A person's decision is left alone while its grid is in force, unless overruled: whoever
    moves a report's pin overrules it. Owners are locked first, in the order of keys. With a column ``alternatives`` the doubts about
    these reports are asked anew or withdrawn.
    """
    keys = derived["report_id"].to_numpy(dtype=np.int64)
    _give_each_a_row(conn, keys)
    lock_rows(conn, owner.c.report_id, keys)
    held = held_owners(conn, settings, keys)
    asked = derived.set_index("report_id").loc[held.report_id]
    codes = {word: code for code, word in enumerate(WORDS)}
    columns: dict[str, NDArray[np.generic]] = {
        "grid_id": asked["grid_id"].fillna(-1).to_numpy(dtype=np.int64),
        "reason": asked["reason"].map(codes).to_numpy(dtype=np.int16),
        "distance_to_edge_m": asked["distance_to_edge_m"].to_numpy(dtype=np.float64),
        "share": asked["share"].to_numpy(dtype=np.float64),
        "index_version": asked["index_version"].to_numpy(dtype=np.int64),
        "as_of": np.array([as_of_number(day) for day in asked["as_of"]], dtype=np.int32),
    }
    changes = owner_changes(held, columns, overrule_decided=overrule_decided)
    moved = write_changes(conn, held, columns, changes, cause=cause, account_id=account_id)
    if "alternatives" in asked:
        doubtful = asked["alternatives"].dropna()
        renew_doubts(conn, dict(zip(doubtful.index.tolist(), doubtful, strict=True)), held.report_id)
    return moved


def _give_each_a_row(conn: Connection, keys: NDArray[np.int64]) -> None:
    """Reports that nobody has derived an owner for get one without a grid, so that there is a row to hold."""
    without = select(report.c.id, literal(str(Reason.NONE)), literal(0), report.c.intake_district).where(
        report.c.id == func.any(keys.tolist()), ~select(1).where(owner.c.report_id == report.c.id).exists()
    )
    names = ["report_id", "reason", "index_version", "intake_district"]
    conn.execute(insert(owner).from_select(names, without.order_by(report.c.id)).on_conflict_do_nothing())
