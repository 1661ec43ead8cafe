"""Publications as jobs: applied at their midnight, found when due, followed by a look at latecomers, and all owners anew after much changed."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from geodata.actions.boundaries import OWNERS_JOB, PUBLISH_JOB, ask_for_publication
from geodata.actions.latecomers import follow_latecomers
from geodata.actions.publishing import apply_publication
from geodata.days import today
from geodata.editions import due_days
from geodata.jobs.assign import run_in_batches
from geodata.jobs.kinds import JobCancelled, JobContext, job_kind
from geodata.jobs.snapshots import ask_for_snapshot
from geodata.owners.batches import ReportChoice


@job_kind(PUBLISH_JOB, attempts=10)
def publish(context: JobContext) -> dict[str, Any]:
    """Re-route and ask in one transaction: killed before its end it did nothing, run twice it does it once."""
    day = date.fromisoformat(context.job.arguments["day"])
    with context.engine.begin() as conn:
        done = asdict(apply_publication(conn, context.settings, day))
        # The last moment to hear of a cancel or a lost lease: what follows is the commit.
        context.heartbeat(progress=0.95)
    return {**done, "day": day.isoformat()}


@job_kind("publication_timer", every=timedelta(minutes=1))
def publication_timer(context: JobContext) -> dict[str, Any]:
    """Ask for the publications that have come and are not applied, whatever became of their jobs, and look at reports that were
    committed while grids changed."""
    with context.engine.begin() as conn:
        days = due_days(conn, today(context.settings.zone))
        for day in days:
            ask_for_publication(conn, context.settings, day)
    with context.engine.begin() as conn:
        late = asdict(follow_latecomers(conn, context.settings))
        context.heartbeat(progress=0.95)
    return {"due": [day.isoformat() for day in days], **late}


@job_kind(OWNERS_JOB, attempts=20)
def owners_after_boundaries(context: JobContext) -> dict[str, Any]:
    """Derive all owners anew, where boundaries changed under too many reports to do it at once: batch by batch, resumed after a kill."""
    run = run_in_batches(context, ReportChoice(), write=True, cause="boundary_corrected")
    if run.summary.changed:
        with context.engine.begin() as conn:
            ask_for_snapshot(conn)
    if not run.ended:
        raise JobCancelled
    return {"looked_at": run.summary.looked_at, "changed": run.summary.changed}
