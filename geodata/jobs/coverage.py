"""The job that derives coverage anew, and the timer that asks for it when a layer has changed."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from geodata.coverage.freshness import coverage_freshness
from geodata.coverage.renewal import renew_coverage, renew_findings
from geodata.days import today
from geodata.jobs.kinds import JobContext, job_kind
from geodata.jobs.queue import enqueue
from geodata.tables import job

KIND = "coverage"
OF_A_DAY = "coverage_of_a_day"
#: Other days that may wait at a time.
_MOST_WAITING = 3


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


def key_of(day: date) -> str:
    """Under which key the findings of another day are derived."""
    return f"{OF_A_DAY}:{day.isoformat()}"


def ask_for_findings(conn: Connection, day: date) -> None:
    """Have the findings of another day derived once the caller has committed; asking twice makes one job.

    While several days wait already nothing is asked: whoever waits asks again.
    """
    waiting = select(func.count()).where(job.c.kind == OF_A_DAY, job.c.state == "waiting")
    if (conn.scalar(waiting) or 0) < _MOST_WAITING:
        enqueue(conn, OF_A_DAY, {"day": day.isoformat()}, unique_key=key_of(day))


@job_kind(OF_A_DAY)
def coverage_of_a_day(context: JobContext) -> dict[str, Any]:
    """Derive what is wrong with the grids of another day; gives how much."""
    context.heartbeat(progress=0.05)
    with context.engine.begin() as conn:
        found = asdict(renew_findings(conn, context.settings, date.fromisoformat(context.job.arguments["day"])))
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
