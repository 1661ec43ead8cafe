"""Which reports assigning anew would move, to be shown before it is done: derived again when somebody asks, nothing is kept."""

from collections.abc import Iterable

import numpy as np
from sqlalchemy import Connection

from geodata.owners.batches import ReportChoice
from geodata.owners.changes import owner_changes
from geodata.owners.deriving import derive_held
from geodata.owners.held import held_where
from geodata.owners.moves import codes_of
from geodata.settings import Settings


def reports_moving(
    conn: Connection, settings: Settings, choice: ReportChoice, moves: Iterable[tuple[str, str]], most: int
) -> list[int]:
    """Keys of the reports of a choice that go from a grid to another, at most so many: those of the first move come first.

    ``moves`` are pairs of codes, "" for no grid; twice the same code: those that stay, for another reason or in another edition. Only the reports of the grids that they start from are looked at.
    """
    found: list[int] = []
    wanted: dict[str, list[str]] = {}
    for before, after in moves:
        wanted.setdefault(before, []).append(after)
    for before, afters in wanted.items():
        if len(found) >= most:
            break
        moving = _moving_from(conn, settings, choice, before)
        for after in afters:
            found += moving.get(after, [])
    return found[:most]


def _moving_from(conn: Connection, settings: Settings, choice: ReportChoice, before: str) -> dict[str, list[int]]:
    """Keys of the reports whose grid or reason changes, by the code of the grid that they go to, which may be the same."""
    start = {"area": before} if before else {"unassigned": True}
    held = held_where(conn, settings, choice.district, **{**choice.conditions, **start})
    columns = derive_held(conn, settings, held).columns()
    changes = owner_changes(held, columns)
    rows = changes.row[changes.moves]
    old, new = held.grid_id[rows], columns["grid_id"][rows]
    codes = codes_of(conn, np.unique(old), np.unique(new))
    found: dict[str, list[int]] = {}
    for key, was, becomes in zip(held.report_id[rows].tolist(), old.tolist(), new.tolist(), strict=True):
        if codes[was] == before:
            found.setdefault(codes[becomes], []).append(key)
    return found
