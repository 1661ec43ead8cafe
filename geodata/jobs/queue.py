"""The queue: put in, take, keep, end. Every function works in the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from geodata.tables import job
from gridmap.errors import GridmapError


class UnknownJob(GridmapError):
    """No job has that reference."""

    code = "unknown_job"
    zh = "没有找到该任务。"
    en = "There is no such job."


class LeaseLost(GridmapError):
    """Another runner took the job over; this one must stop without a further write."""

    code = "lease_lost"
    zh = "任务租约已失效，已由其他进程接管。"
    en = "The job's lease ran out and another runner took it over."


@dataclass(frozen=True, slots=True)
class Job:
    """A job as its runner holds it. ``checkpoint`` is where an earlier attempt got to."""

    id: int
    ref: UUID
    kind: str
    arguments: dict[str, Any]
    checkpoint: dict[str, Any]
    attempts: int


def enqueue(
    conn: Connection,
    kind: str,
    arguments: dict[str, Any] | None = None,
    *,
    unique_key: str | None = None,
    run_after: datetime | None = None,
    account_id: int | None = None,
) -> UUID | None:
    """Put a job in. With a ``unique_key`` at most one waits or runs: None when there is one already."""
    values: dict[str, Any] = {
        "kind": kind,
        "arguments": arguments or {},
        "unique_key": unique_key,
        "account_id": account_id,
    }
    if run_after is not None:
        values["run_after"] = run_after
    row = conn.execute(insert(job).values(values).on_conflict_do_nothing().returning(job.c.ref)).one_or_none()
    return None if row is None else row.ref


def take(conn: Connection, runner: str, lease: timedelta) -> Job | None:
    """The next job that is due, or one whose runner has not been heard of; leased to ``runner``."""
    due = (
        select(job.c.id)
        .where(
            or_(
                (job.c.state == "waiting") & (job.c.run_after <= func.now()),
                (job.c.state == "running") & (job.c.leased_until < func.now()),
            )
        )
        .order_by(job.c.run_after, job.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    row = conn.execute(
        update(job)
        .where(job.c.id == due)
        .values(
            state="running",
            runner=runner,
            leased_until=func.now() + lease,
            started_at=func.coalesce(job.c.started_at, func.now()),
            attempts=job.c.attempts + 1,
        )
        .returning(job)
    ).one_or_none()
    return None if row is None else Job(row.id, row.ref, row.kind, row.arguments, row.checkpoint, row.attempts)


def keep(conn: Connection, taken: Job, runner: str, lease: timedelta, **progress: Any) -> bool:
    """Renew the lease, with ``progress``, ``message`` or ``checkpoint`` if given; True when cancelling was asked.

    Errors: ``LeaseLost``.
    """
    row = conn.execute(
        _held(taken, runner).values(leased_until=func.now() + lease, **progress).returning(job.c.cancel_asked)
    ).one_or_none()
    if row is None:
        raise LeaseLost
    return bool(row.cancel_asked)


def end(conn: Connection, taken: Job, runner: str, state: str, *, message: str = "", result: Any = None) -> None:
    """End a job as done, failed or cancelled. Errors: ``LeaseLost``."""
    values: dict[str, Any] = {
        "state": state,
        "message": message,
        "result": result,
        "finished_at": func.now(),
        "leased_until": None,
    }
    if state == "done":
        values["progress"] = 1.0
    if conn.execute(_held(taken, runner).values(values)).rowcount != 1:
        raise LeaseLost


def put_back(conn: Connection, taken: Job, runner: str, delay: timedelta, message: str) -> None:
    """Let a job wait for another attempt."""
    conn.execute(
        _held(taken, runner).values(state="waiting", leased_until=None, run_after=func.now() + delay, message=message)
    )


def ask_cancel(conn: Connection, ref: UUID) -> None:
    """Ask a job to stop: at once when it waits, at its next heartbeat when it runs. Errors: ``UnknownJob``."""
    waiting = update(job).where(job.c.ref == ref, job.c.state == "waiting")
    if conn.execute(waiting.values(state="cancelled", finished_at=func.now(), cancel_asked=True)).rowcount:
        return
    if not conn.execute(update(job).where(job.c.ref == ref).values(cancel_asked=True)).rowcount:
        raise UnknownJob(field="ref")


def job_by_ref(conn: Connection, ref: UUID) -> Row[Any]:
    """One job. Errors: ``UnknownJob``."""
    row = conn.execute(select(job).where(job.c.ref == ref)).one_or_none()
    if row is None:
        raise UnknownJob(field="ref")
    return row


def job_by_unique_key(conn: Connection, key: str) -> Row[Any]:
    """The job that waits or runs under a key. Errors: ``UnknownJob``."""
    under_way = (job.c.unique_key == key) & job.c.state.in_(("waiting", "running"))
    row = conn.execute(select(job).where(under_way)).one_or_none()
    if row is None:
        raise UnknownJob(field="ref")
    return row


def latest_job(conn: Connection, kind: str) -> Row[Any] | None:
    """The job of a kind that was put in last."""
    return conn.execute(select(job).where(job.c.kind == kind).order_by(job.c.id.desc()).limit(1)).one_or_none()


def latest_of_key(conn: Connection, key: str) -> Row[Any] | None:
    """The job that was put in last under a unique key, whatever became of it."""
    return conn.execute(select(job).where(job.c.unique_key == key).order_by(job.c.id.desc()).limit(1)).one_or_none()


def recent_jobs(conn: Connection, limit: int = 50, *, account_id: int | None = None) -> list[Row[Any]]:
    """The latest jobs, newest first; of one account, or all."""
    query = select(job).order_by(job.c.id.desc()).limit(limit)
    return list(conn.execute(query if account_id is None else query.where(job.c.account_id == account_id)))


def _held(taken: Job, runner: str):  # type: ignore[no-untyped-def]  # SQLAlchemy's Update
    return update(job).where(
        job.c.id == taken.id, job.c.runner == runner, job.c.state == "running", job.c.attempts == taken.attempts
    )
