"""The job that looks again for addresses that wait, and the timer that asks for it: a new building may make an old address findable."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from geodata.actions.placing import Placed, search_and_place
from geodata.addresses.queue import count_waiting, waiting_reports
from geodata.jobs.kinds import JobContext, job_kind
from geodata.jobs.queue import enqueue

KIND = "addresses"
#: Reports of one transaction.
_BATCH = 2000


def ask_for_addresses(conn: Connection) -> None:
    """Have waiting addresses looked for once the caller has committed; asking twice makes one job."""
    enqueue(conn, KIND, unique_key=KIND)


@job_kind(KIND)
def addresses(context: JobContext) -> dict[str, Any]:
    """Look for addresses that were never looked for, or not among the layers as they are; gives how many were placed.

    Each batch is a transaction of its own, after which its reports wait no more: an attempt that died is taken up where it was.
    """
    done = Placed()
    with context.engine.connect() as conn:
        expected = count_waiting(conn)
    while True:
        with context.engine.begin() as conn:
            ids = waiting_reports(conn, _BATCH)
            if not ids:
                break
            done += search_and_place(conn, context.settings, ids)
        context.heartbeat(progress=min(0.99, done.looked_at / max(expected, 1)))
    return asdict(done)


@job_kind("addresses_timer", every=timedelta(minutes=5))
def addresses_timer(context: JobContext) -> dict[str, bool]:
    """Ask for the job when any address waits to be looked for."""
    with context.engine.begin() as conn:
        waiting = bool(waiting_reports(conn, 1))
        if waiting:
            ask_for_addresses(conn)
    return {"waiting": waiting}
