"""The job that assigns reports anew: tried first, applied when asked, batch by batch, resumed where it was killed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from geodata.actions.assign import AssignSummary, assign_in_batches
from geodata.audit import note
from geodata.jobs.kinds import JobCancelled, JobContext, job_kind
from geodata.jobs.queue import enqueue, job_by_ref, job_by_unique_key, keep
from geodata.jobs.snapshots import ask_for_snapshot
from geodata.report_batches import Reached, ReportChoice

KIND = "assign"
_MOVES_KEPT = 2000
_MOVES_SHOWN = 50


def ask_for_assigning(conn: Connection, choice: ReportChoice, *, commit: bool, account_id: int | None) -> UUID:
    """Have owners derived anew once the caller has committed; asked twice at a time it is one job. Errors: ``UnknownArea``."""
    choice.check(conn)
    arguments = {"which": choice.which, "area": choice.area, "commit": commit}
    # One that writes at a time: two would only wait for each other.
    key = "assign:commit" if commit else f"assign:try:{choice.which}:{choice.area}"
    made = enqueue(conn, KIND, arguments, unique_key=key, account_id=account_id)
    if made is not None:
        return made
    found: UUID = job_by_unique_key(conn, key).ref
    return found


@job_kind(KIND, attempts=20)
def assign(context: JobContext) -> dict[str, Any]:
    """Look at every batch, or write it; gives what changes by reason and the largest moves.

    The checkpoint is written in the transaction of its batch: what is counted was written, and what was written is counted once.
    """
    asked, lease = context.job.arguments, timedelta(seconds=context.settings.job_lease_s)
    choice, commit = ReportChoice(asked["which"], asked["area"]), bool(asked["commit"])
    summary = AssignSummary.from_json(context.job.checkpoint.get("summary", {}))
    with context.engine.connect() as conn:
        by = job_by_ref(conn, context.job.ref).account_id

    def tell(conn: Connection, share: float, reached: Reached) -> bool:
        place = [reached[0], reached[1] and reached[1].isoformat()]
        checkpoint = {"reached": place, "summary": summary.as_json(_MOVES_KEPT)}
        return keep(conn, context.job, context.runner, lease, progress=0.99 * share, checkpoint=checkpoint)

    reached = _reached(context.job.checkpoint)
    finished = assign_in_batches(
        context.engine, context.settings, choice, summary, tell, write=commit, reached=reached, account_id=by
    )
    if commit:
        with context.engine.begin() as conn:
            _note(conn, choice, summary, by)
    if not finished:
        raise JobCancelled
    return {**summary.as_json(_MOVES_SHOWN), "committed": commit}


def _note(conn: Connection, choice: ReportChoice, summary: AssignSummary, by: int | None) -> None:
    counts: dict[str, Any] = {"looked_at": summary.looked_at, "changed": summary.changed}
    note(conn, "owners_assigned", account_id=by, subject=choice.area or "", which=choice.which, **counts)
    if summary.changed:
        ask_for_snapshot(conn)


def _reached(checkpoint: dict[str, Any]) -> Reached | None:
    if "reached" not in checkpoint:
        return None
    district, until = checkpoint["reached"]
    return district, None if until is None else datetime.fromisoformat(until)
