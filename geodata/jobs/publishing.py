"""The job that applies a publication at its first midnight, the timer that finds what came late, and deriving all owners anew after much changed."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from geodata.actions.assign import assign_reports
from geodata.actions.boundaries import OWNERS_JOB, PUBLISH_JOB, ask_for_publication
from geodata.actions.publishing import apply_publication
from geodata.days import today
from geodata.editions import due_days
from geodata.jobs.kinds import JobContext, job_kind


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
def publication_timer(context: JobContext) -> dict[str, list[str]]:
    """Ask for the publications that have come and are not applied, whatever became of their jobs."""
    with context.engine.begin() as conn:
        days = due_days(conn, today(context.settings.zone))
        for day in days:
            ask_for_publication(conn, context.settings, day)
    return {"due": [day.isoformat() for day in days]}


@job_kind(OWNERS_JOB)
def owners_after_boundaries(context: JobContext) -> dict[str, Any]:
    """Derive all owners anew, where boundaries changed under too many reports to do it at once."""
    with context.engine.begin() as conn:
        found = assign_reports(conn, context.settings, "all", cause="boundary_corrected")
        context.heartbeat(progress=0.95)
    return {"looked_at": found.looked_at, "changed": found.changed}
