"""The job that makes the reports' snapshot after much has changed, so that no visitor waits for it."""

from sqlalchemy import Connection

from geodata.jobs.kinds import JobContext, job_kind
from geodata.jobs.queue import enqueue
from geodata.snapshots import open_snapshot

KIND = "report_snapshot"
#: As many changed owners are worth a new snapshot before the next visitor asks for one.
_MANY = 1000


def ask_for_snapshot(conn: Connection) -> None:
    """Have the snapshot brought up to date once the caller has committed; asking twice makes one job."""
    enqueue(conn, KIND, unique_key=KIND)


def ask_when_many(conn: Connection, changed: int) -> None:
    """The same, where so many owners changed that a visitor would wait for them."""
    if changed > _MANY:
        ask_for_snapshot(conn)


@job_kind(KIND)
def report_snapshot(context: JobContext) -> dict[str, int]:
    """Bring the snapshot up to date; gives the number of reports in it."""
    return {"reports": len(open_snapshot(context.engine, context.settings))}
