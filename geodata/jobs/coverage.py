"""The job that derives coverage anew, and the timer that asks for it when a layer has changed."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from geodata.coverage.freshness import coverage_freshness
from geodata.coverage.renewal import renew_coverage
from geodata.days import today
from geodata.jobs.kinds import JobContext, job_kind
from geodata.jobs.queue import enqueue

KIND = "coverage"


def ask_for_coverage(conn: Connection) -> None:
    """Have coverage derived anew once the caller has committed; asking twice makes one job."""
    enqueue(conn, KIND, unique_key=KIND)


@job_kind(KIND)
def coverage(context: JobContext) -> dict[str, Any]:
    """Derive which grid holds each building, and the findings; gives how many."""
    context.heartbeat(progress=0.05)
    with context.engine.begin() as conn:
        found = asdict(renew_coverage(conn, context.settings))
        # The last moment to hear of a cancel or a lost lease: what follows is the commit.
        context.heartbeat(progress=0.95)
    return found


@job_kind("coverage_timer", every=timedelta(minutes=5))
def coverage_timer(context: JobContext) -> dict[str, list[str]]:
    """Ask for coverage when the layers are no longer those that it was derived from."""
    with context.engine.begin() as conn:
        found = coverage_freshness(conn, today(context.settings.zone))
        if found.changed:
            ask_for_coverage(conn)
    return {"changed": list(found.changed)}
