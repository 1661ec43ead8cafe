"""The job that assigns reports anew: tried first, applied when asked, batch by batch, resumed where it was killed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from geodata.actions.assign import AssignRun, AssignSummary, assign_in_batches
from geodata.audit import note
from geodata.jobs.kinds import JobCancelled, JobContext, job_kind
from geodata.jobs.queue import enqueue, job_by_ref, job_by_unique_key, keep
from geodata.jobs.snapshots import ask_for_snapshot
from geodata.owners.batches import ReportChoice

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

    What is counted was written, once; see ``run_in_batches``.
    """
    asked = context.job.arguments
    choice, commit = ReportChoice(asked["which"], asked["area"]), bool(asked["commit"])
    with context.engine.connect() as conn:
        by = job_by_ref(conn, context.job.ref).account_id
    run = run_in_batches(context, choice, write=commit, account_id=by)
    if commit:
        with context.engine.begin() as conn:
            _note(conn, choice, run.summary, by)
    if not run.ended:
        raise JobCancelled
    return {**run.summary.as_json(_MOVES_SHOWN), "committed": commit}


def run_in_batches(
    context: JobContext, choice: ReportChoice, *, write: bool, cause: str = "assigned", account_id: int | None = None
) -> AssignRun:
    """Derive the owners of a choice as the work of a job, from where an earlier attempt got to; gives the run as far as it came.

    The checkpoint, the batches with those that are done, is written in the transaction of each. Asked to cancel, it stops between two.
    """
    lease = timedelta(seconds=context.settings.job_lease_s)
    with context.engine.connect() as conn:
        left = context.job.checkpoint
        # What an earlier release left was cut by other marks: begun anew, it finds what that one wrote, and writes none of it twice.
        run = AssignRun.from_json(choice, left) if "by_key" in left else AssignRun.planned(conn, choice)

    def tell(conn: Connection, run: AssignRun) -> bool:
        further = {"progress": 0.99 * run.share, "checkpoint": run.as_json(_MOVES_KEPT)}
        return keep(conn, context.job, context.runner, lease, **further)

    return assign_in_batches(
        context.engine, context.settings, run, tell, write=write, cause=cause, account_id=account_id
    )


def _note(conn: Connection, choice: ReportChoice, summary: AssignSummary, by: int | None) -> None:
    counts: dict[str, Any] = {"looked_at": summary.looked_at, "changed": summary.changed}
    note(conn, "owners_assigned", account_id=by, subject=choice.area or "", which=choice.which, **counts)
    if summary.changed:
        ask_for_snapshot(conn)
