"""The timer that clears what has run out: sessions, counted windows, old jobs, files of exports, uploads, photos without a report."""

from datetime import timedelta

from sqlalchemy import delete, func

from geodata.exports import remove_old_files
from geodata.jobs.kinds import JobContext, job_kind
from geodata.photos import remove_waiting, sweep_files
from geodata.tables import job, rate_window, web_session
from geodata.uploads import sweep_uploads

_KEEP_JOBS = timedelta(days=90)
_KEEP_WINDOWS = timedelta(days=1)


@job_kind("housekeeping", every=timedelta(minutes=15))
def housekeeping(context: JobContext) -> dict[str, int]:
    """Delete expired sessions, old rate windows, jobs that ended long ago, old files of exports and uploads, photos that no report came for; gives how many of each."""
    with context.engine.begin() as conn:
        counts = {
            "sessions": conn.execute(delete(web_session).where(web_session.c.expires_at < func.now())).rowcount,
            "windows": conn.execute(
                delete(rate_window).where(rate_window.c.window_start < func.now() - _KEEP_WINDOWS)
            ).rowcount,
            "jobs": conn.execute(delete(job).where(job.c.finished_at < func.now() - _KEEP_JOBS)).rowcount,
            "exports": remove_old_files(context.settings),
            "uploads": sweep_uploads(context.settings),
            "photos": remove_waiting(conn),
        }
    # Only now: a file may go once it is certain that no row names it.
    with context.engine.connect() as conn:
        return {**counts, "photo_files": sweep_files(conn, context.settings)}
