"""Long work in a queue of our own in PostgreSQL: taken with SKIP LOCKED, kept by a lease, resumable, cancellable."""

from geodata.jobs.kinds import JobContext, JobKind, job_kind, known_kinds
from geodata.jobs.queue import Job, ask_cancel, enqueue, job_by_ref, latest_job, recent_jobs

__all__ = [
    "Job",
    "JobContext",
    "JobKind",
    "ask_cancel",
    "enqueue",
    "job_by_ref",
    "job_kind",
    "known_kinds",
    "latest_job",
    "recent_jobs",
]
