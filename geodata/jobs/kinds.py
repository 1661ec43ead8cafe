"""Kinds of jobs: a function each, registered under a name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from geodata.jobs.queue import Job, keep
from geodata.settings import Settings
from gridmap.errors import GridmapError


class JobCancelled(GridmapError):
    """Somebody asked the job to stop."""

    code = "job_cancelled"
    zh = "任务已取消。"
    en = "The job was cancelled."


@dataclass(slots=True)
class JobContext:
    """What the work of a job sees: the engine to open its own transactions, its arguments, and the way to tell how far it is."""

    engine: Engine
    settings: Settings
    job: Job
    runner: str

    def heartbeat(
        self, progress: float | None = None, message: str | None = None, checkpoint: dict[str, Any] | None = None
    ) -> None:
        """Keep the lease and tell progress (0 to 1). ``checkpoint`` is handed to the next attempt if this one dies.

        Call it between steps, each of which commits by itself. Errors: ``JobCancelled``, ``LeaseLost``.
        """
        given = {"progress": progress, "message": message, "checkpoint": checkpoint}
        with self.engine.begin() as conn:
            cancel = keep(
                conn,
                self.job,
                self.runner,
                timedelta(seconds=self.settings.job_lease_s),
                **{name: value for name, value in given.items() if value is not None},
            )
        if cancel:
            raise JobCancelled


Work = Callable[[JobContext], Any]


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job: its work, how often it may be tried, and for a timer how long until it runs again."""

    name: str
    work: Work
    attempts: int
    every: timedelta | None


_kinds: dict[str, JobKind] = {}


def job_kind(name: str, *, attempts: int = 3, every: timedelta | None = None) -> Callable[[Work], Work]:
    """Register a function as the work of a kind. A kind with ``every`` is a timer: the runner keeps one in the queue."""

    def register(work: Work) -> Work:
        _kinds[name] = JobKind(name, work, attempts, every)
        return work

    return register


def known_kinds() -> dict[str, JobKind]:
    """All registered kinds by name."""
    return dict(_kinds)
