"""Derive owners again, as of filing: batch by batch, with a preview, into the side table and its history.

Loaders that write new reports derive their owners first (``geodata.owners.derive_owners``): a report is born with its intake district.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, func, select

from geodata.asking import renew_doubts
from geodata.held_owners import WORDS, HeldOwners, held_where
from geodata.indexes import hold_grids
from geodata.jobs.snapshots import ask_for_snapshot
from geodata.owner_changes import OwnerChanges, owner_changes, write_changes
from geodata.owners import DerivedOwners, derive_held
from geodata.report_batches import Batch, Reached, ReportChoice, Which, batches_after, report_batches
from geodata.settings import Settings
from geodata.tables import grid

_MOVES_TOLD = 20
_COUNTS = ("looked_at", "changed", "rerouted", "renewed", "decided", "overtaken")


@dataclass(slots=True)
class AssignSummary:
    """What was found, or written, so far.

    ``changed`` reports get another owner or reason, ``rerouted`` of them another grid; ``renewed`` only another distance or share;
    ``decided`` are left as a person decided; ``overtaken`` were written by somebody else in the meantime. ``reasons`` counts what was
    derived for all that were ``looked_at``, ``pairs`` the moves by code from and to (blank: no grid).
    """

    looked_at: int = 0
    changed: int = 0
    rerouted: int = 0
    renewed: int = 0
    decided: int = 0
    overtaken: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def moves(self) -> list[tuple[str, str, int]]:
        """The largest moves: from, to, reports."""
        return [(old, new, count) for old, new, count in self.as_json(_MOVES_TOLD)["pairs"]]

    def as_json(self, most: int | None = None) -> dict[str, Any]:
        """As JSON with at most so many of the largest moves; ``from_json`` reads it back."""
        ordered = sorted(self.pairs.items(), key=lambda pair: (-pair[1], pair[0]))
        pairs = [[old, new, count] for (old, new), count in ordered[:most]]
        return {**{name: getattr(self, name) for name in _COUNTS}, "reasons": dict(self.reasons), "pairs": pairs}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self:
        """What ``as_json`` gave; of an empty one a summary of nothing."""
        pairs = Counter({(old, new): count for old, new, count in told.get("pairs", ())})
        counts = {name: told[name] for name in _COUNTS if name in told}
        return cls(**counts, reasons=Counter(told.get("reasons", {})), pairs=pairs)


def assign_reports(
    conn: Connection,
    settings: Settings,
    which: Which = "all",
    *,
    area: str | None = None,
    cause: str = "assigned",
    account_id: int | None = None,
) -> AssignSummary:
    """Derive the owners of reports among the grids that decide for each, and write those that change, in one transaction.

    All happens in the caller's transaction: rolled back, it was a preview. Running it twice changes nothing the second time.
    Errors: ``UnknownArea``.
    """
    choice, summary = ReportChoice(which, area), AssignSummary()
    choice.check(conn)
    for batch in report_batches(conn, choice):
        assign_batch(conn, settings, choice, batch, summary, write=True, cause=cause, account_id=account_id)
    if summary.changed:
        ask_for_snapshot(conn)
    return summary


def assign_in_batches(
    engine: Engine,
    settings: Settings,
    choice: ReportChoice,
    summary: AssignSummary,
    keep: Callable[[Connection, float, Reached], bool],
    *,
    write: bool,
    reached: Reached | None = None,
    account_id: int | None = None,
) -> bool:
    """Do the same batch by batch, each in a transaction of its own: whatever ends the process loses one batch at most.

    ``keep`` is called at the end of each transaction with the share done and how far that is; what it writes is committed with the
    batch, what it raises takes the batch back, and with True the work stops there. ``reached`` is where an earlier run got to. Gives
    whether all was done. Errors: ``UnknownArea``.
    """
    with engine.connect() as conn:
        choice.check(conn)
        batches = report_batches(conn, choice)
    left = batches_after(batches, reached)
    for number, batch in enumerate(left, start=len(batches) - len(left) + 1):
        with engine.begin() as conn:
            assign_batch(conn, settings, choice, batch, summary, write=write, account_id=account_id)
            stop = keep(conn, number / len(batches), (batch.district, batch.until))
        if stop and number < len(batches):
            return False
    return True


def assign_batch(
    conn: Connection,
    settings: Settings,
    choice: ReportChoice,
    batch: Batch,
    summary: AssignSummary,
    *,
    write: bool,
    cause: str = "assigned",
    account_id: int | None = None,
) -> None:
    """Derive the owners of one batch and add to the summary what changes; with ``write`` it is written in the caller's transaction.

    Owners are those as of filing, or of the day that decided later. A decision of a person is left alone, and so is what others write
    meanwhile: theirs is the newer knowledge. Grids do not change under a batch that writes.
    """
    if write:
        hold_grids(conn)
        conn.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("gridmap owners in bulk", 0))))
    held = held_where(conn, settings, **_both(choice, batch))
    derived = derive_held(conn, settings, held)
    columns = derived.columns()
    changes = owner_changes(held, columns)
    moving = int(changes.moves.sum())
    if write:
        written = write_changes(conn, held, columns, changes, cause=cause, account_id=account_id)
        asked = {int(held.report_id[row]): named for row, named in derived.alternatives.items() if not held.kept[row]}
        renew_doubts(conn, asked, held.report_id[_was_in_doubt(held)])
        summary.overtaken += moving - written
        moving = written
    summary.looked_at += len(held)
    summary.changed += moving
    summary.renewed += len(changes.row) - int(changes.moves.sum())
    summary.decided += int(held.kept.sum())
    reasons, counts = np.unique(derived.reason_code, return_counts=True)
    summary.reasons.update({str(WORDS[code]): int(count) for code, count in zip(reasons, counts, strict=True)})
    pairs = _pairs(conn, held, derived, changes)
    summary.rerouted += pairs.total()
    summary.pairs.update(pairs)


def _both(choice: ReportChoice, batch: Batch) -> dict[str, Any]:
    return {**choice.conditions, **batch.conditions}


def _was_in_doubt(held: HeldOwners) -> NDArray[np.bool_]:
    """A share is kept where the owner was not sure; only there a question can be open."""
    found: NDArray[np.bool_] = ~np.isnan(held.share)
    return found


def _pairs(
    conn: Connection, held: HeldOwners, derived: DerivedOwners, changes: OwnerChanges
) -> Counter[tuple[str, str]]:
    """Moves from grid to grid by their codes."""
    old, new = held.grid_id[changes.row], derived.grid_id[changes.row]
    moved = np.column_stack([old, new])[old != new]
    pairs, counts = np.unique(moved, axis=0, return_counts=True)
    keys = np.unique(pairs).tolist()
    codes = {
        row.id: row.code for row in conn.execute(select(grid.c.id, grid.c.code).where(grid.c.id == func.any(keys)))
    }
    return Counter(
        {
            (codes.get(a, ""), codes.get(b, "")): count
            for (a, b), count in zip(pairs.tolist(), counts.tolist(), strict=True)
        }
    )
