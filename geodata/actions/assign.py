"""Derive owners again, as of filing: batch by batch, with a preview, into the side table and its history.

Loaders that write new reports derive their owners first (``geodata.owners.deriving.derive_owners``): a report is born with its intake district.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Event, Lock
from typing import Any, Self

import numpy as np
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from geodata.indexes.city import hold_grids
from geodata.jobs.snapshots import ask_for_snapshot
from geodata.locking import lock_rows
from geodata.owners.asking import renew_doubts
from geodata.owners.batches import Batch, ReportChoice, Slice, Which, report_batches, slices
from geodata.owners.changes import OwnerChanges, owner_changes, write_changes
from geodata.owners.deriving import DerivedOwners, derive_held
from geodata.owners.held import WORDS, HeldOwners, changed_since, held_in_districts
from geodata.owners.moves import Moves, codes_of, largest_first, moves_by_key
from geodata.owners.standing import standing_decisions
from geodata.settings import Settings
from geodata.tables import report

_MOVES_TOLD = 20
_WORKERS = 2
_TRIES = 4
_PASSING = ("40P01", "40001")  # deadlock, and what could not be put in order
# Both cores are busy with a batch each: a second process for its rows would only cost its start.
_ALONE = text("SET LOCAL max_parallel_workers_per_gather = 0")
_COUNTS = ("looked_at", "changed", "rerouted", "renewed", "decided", "overtaken")
_COUNTERS = ("reasons", "pairs", "same")


@dataclass(slots=True)
class AssignSummary:
    """What was found, or written, so far.

    ``changed`` reports get another owner or reason, ``rerouted`` of them another grid; ``renewed`` only another distance or share;
    ``decided`` are left as a person decided; ``overtaken`` were written by somebody else in the meantime. ``reasons`` counts what was
    derived for all that were ``looked_at``, ``pairs`` the moves by code from and to (blank: no grid), ``same`` by code those that stay
    there for another reason or in another edition.
    """

    looked_at: int = 0
    changed: int = 0
    rerouted: int = 0
    renewed: int = 0
    decided: int = 0
    overtaken: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    same: Counter[str] = field(default_factory=Counter)

    def plus(self, other: Self) -> Self:
        """Both together."""
        counts = {name: getattr(self, name) + getattr(other, name) for name in _COUNTS}
        counted: dict[str, Any] = {name: _added(getattr(self, name), getattr(other, name)) for name in _COUNTERS}
        return type(self)(**counts, **counted)

    @property
    def moves(self) -> Moves:
        """The largest moves."""
        return largest_first(self.pairs)[:_MOVES_TOLD]

    def as_json(self, most: int | None = None) -> dict[str, Any]:
        """As JSON with at most so many of the largest moves, and grids with most that stay; ``from_json`` reads it back."""
        pairs = [list(move) for move in largest_first(self.pairs)[:most]]
        same = dict(sorted(self.same.items(), key=lambda each: (-each[1], each[0]))[:most])
        return {
            **{name: getattr(self, name) for name in _COUNTS},
            "reasons": dict(self.reasons),
            "pairs": pairs,
            "same": same,
        }

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self:
        """What ``as_json`` gave; of an empty one a summary of nothing."""
        pairs = Counter({(old, new): count for old, new, count in told.get("pairs", ())})
        counts = {name: told[name] for name in _COUNTS if name in told}
        reasons, same = Counter(told.get("reasons", {})), Counter(told.get("same", {}))
        return cls(**counts, reasons=reasons, pairs=pairs, same=same)


def _added(counts: Counter[Any], few: Counter[Any]) -> Counter[Any]:
    """Both together, in the time that it takes to go through the few: ``+`` goes through all, with every batch of many."""
    total = counts.copy()
    total.update(few)
    return total


@dataclass(frozen=True, slots=True)
class AssignRun:
    """A choice of reports cut into batches, which of them are done, and what was found so far."""

    choice: ReportChoice
    batches: tuple[Batch, ...]
    done: frozenset[int] = frozenset()
    summary: AssignSummary = field(default_factory=AssignSummary)

    @classmethod
    def planned(cls, conn: Connection, choice: ReportChoice) -> Self:
        """A run at its beginning. Errors: ``UnknownArea``."""
        choice.check(conn)
        return cls(choice, tuple(report_batches(conn, choice)))

    @property
    def share(self) -> float:
        """The share of batches that are done."""
        return len(self.done) / max(1, len(self.batches))

    @property
    def ended(self) -> bool:
        """Whether nothing is left of it."""
        return len(self.done) == len(self.batches)

    def with_batch(self, number: int, found: AssignSummary) -> Self:
        """The run with one more batch done."""
        return replace(self, done=self.done | {number}, summary=self.summary.plus(found))

    def as_json(self, most: int) -> dict[str, Any]:
        """As JSON with at most so many moves; ``from_json`` reads it back."""
        cuts = [[batch.district, batch.first, batch.until] for batch in self.batches]
        return {"by_key": cuts, "done": sorted(self.done), "summary": self.summary.as_json(most)}

    @classmethod
    def from_json(cls, choice: ReportChoice, told: dict[str, Any]) -> Self:
        """What ``as_json`` gave."""
        batches = tuple(Batch(*cut) for cut in told["by_key"])
        return cls(choice, batches, frozenset(told["done"]), AssignSummary.from_json(told["summary"]))


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
    run = AssignRun.planned(conn, ReportChoice(which, area))
    for each in slices(run.batches, range(len(run.batches))):
        held = _held(conn, settings, run.choice, each)
        for number, batch in zip(each.numbers, each.batches, strict=True):
            of_batch = held[batch.district]
            found = assign_batch(
                conn, settings, run.choice, batch, of_batch, write=True, cause=cause, account_id=account_id
            )
            run = run.with_batch(number, found)
    if run.summary.changed:
        ask_for_snapshot(conn)
    return run.summary


def assign_in_batches(
    engine: Engine,
    settings: Settings,
    run: AssignRun,
    keep: Callable[[Connection, AssignRun], bool],
    *,
    write: bool,
    cause: str = "assigned",
    account_id: int | None = None,
) -> AssignRun:
    """Do what is left of a run, each batch in a transaction of its own: whatever ends the process loses the batches at hand only.

    Two batches go at a time. ``keep`` is called at the end of each transaction, one after the other, with the run as it then is; what
    it writes is committed with the batch, what it raises takes the batch back, and after True no further batch is begun. Gives the run
    as far as it came.
    """
    left = iter(slices(run.batches, set(range(len(run.batches))) - run.done))
    counting, stopping = Lock(), Event()

    def one(conn: Connection, number: int, held: HeldOwners) -> None:
        nonlocal run
        conn.execute(_ALONE)
        batch = run.batches[number]
        found = assign_batch(conn, settings, run.choice, batch, held, write=write, cause=cause, account_id=account_id)
        with counting:
            further = run.with_batch(number, found)
            if keep(conn, further):
                stopping.set()
            conn.commit()
            run = further

    def work() -> None:
        try:
            with engine.connect() as conn:
                while not stopping.is_set() and (each := next(left, None)) is not None:
                    conn.execute(_ALONE)
                    held = _held(conn, settings, run.choice, each)
                    conn.rollback()
                    for number, batch in zip(each.numbers, each.batches, strict=True):
                        if stopping.is_set():
                            break
                        _again_after_deadlock(conn, partial(one, conn, number, held[batch.district]))
        except BaseException:
            stopping.set()
            raise

    with ThreadPoolExecutor(_WORKERS) as pool:
        try:
            for worker in [pool.submit(work) for _ in range(_WORKERS)]:
                worker.result()
        finally:
            stopping.set()
    return run


def _again_after_deadlock(conn: Connection, work: Callable[[], None]) -> None:
    """Do it again when the database ended it for somebody else's sake, a few times."""
    for _ in range(_TRIES - 1):
        try:
            work()
            return
        except OperationalError as error:
            if getattr(error.orig, "pgcode", None) not in _PASSING:
                raise
            conn.rollback()
    work()


def _held(conn: Connection, settings: Settings, choice: ReportChoice, of: Slice) -> dict[str, HeldOwners]:
    return held_in_districts(conn, settings, **choice.conditions, **of.conditions)


def assign_batch(
    conn: Connection,
    settings: Settings,
    choice: ReportChoice,
    batch: Batch,
    held: HeldOwners,
    *,
    write: bool,
    cause: str = "assigned",
    account_id: int | None = None,
) -> AssignSummary:
    """Derive the owners of one batch and tell what changes; with ``write`` it is written in the caller's transaction.

    ``held`` is what the batch had when it was read, seconds ago. Owners are those as of filing, or of the day that decided later. A
    decision of a person is left alone, and so is an owner that others write meanwhile: theirs is the newer knowledge. Where others
    changed a report itself, the batch is read and done again. Grids do not change under a batch that writes.
    """
    if not write:
        derived = derive_held(conn, settings, held, threads=1)
        return _summary(conn, held, derived, owner_changes(held, derived.columns()))
    hold_grids(conn)
    while True:
        held = replace(held, kept=standing_decisions(conn, settings, held))
        derived = derive_held(conn, settings, held, threads=1)
        changes = owner_changes(held, derived.columns())
        with conn.begin_nested() as attempt:
            moved = write_changes(conn, held, derived.columns(), changes, cause=cause, account_id=account_id)
            _renew_doubts(conn, held, derived)
            # The owners are locked now: whoever changes a report that is not seen here derives its owner after this one.
            late = changed_since(conn, held, changes.row)
            if not len(late):
                return _summary(conn, held, derived, changes, moved)
            attempt.rollback()
        lock_rows(conn, report.c.id, late)
        held = _held(conn, settings, choice, Slice((0,), (batch,)))[batch.district]


def _renew_doubts(conn: Connection, held: HeldOwners, derived: DerivedOwners) -> None:
    asked = {int(held.report_id[row]): named for row, named in derived.alternatives.items() if not held.kept[row]}
    # A share is kept where the owner was not sure; only there a question can be open.
    renew_doubts(conn, asked, held.report_id[~np.isnan(held.share)])


def _summary(
    conn: Connection, held: HeldOwners, derived: DerivedOwners, changes: OwnerChanges, written: int | None = None
) -> AssignSummary:
    """What changes in a batch; ``written``: how many of those that move."""
    moving = int(changes.moves.sum())
    moved = moving if written is None else written
    reasons, counts = np.unique(derived.reason_code, return_counts=True)
    pairs, same = _pairs(conn, held, derived, changes)
    return AssignSummary(
        looked_at=len(held),
        changed=moved,
        rerouted=pairs.total(),
        renewed=len(changes.row) - moving,
        decided=int(held.kept.sum()),
        overtaken=moving - moved,
        reasons=Counter({str(WORDS[code]): int(count) for code, count in zip(reasons, counts, strict=True)}),
        pairs=pairs,
        same=same,
    )


def _pairs(
    conn: Connection, held: HeldOwners, derived: DerivedOwners, changes: OwnerChanges
) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """Moves from grid to grid by their codes; and by code those that get another reason or edition of the same grid."""
    rows = changes.row[changes.moves]
    old, new = held.grid_id[rows], derived.grid_id[rows]
    moves = moves_by_key(old, new)
    staying, stay = np.unique(old[old == new], return_counts=True)
    codes = codes_of(conn, *moves, staying)
    found: Counter[tuple[str, str]] = Counter()
    same = Counter({codes[key]: count for key, count in zip(staying.tolist(), stay.tolist(), strict=True)})
    for (before, after), count in moves.items():
        if codes[before] == codes[after]:
            same[codes[before]] += count
        else:
            found[codes[before], codes[after]] += count
    return found, same
