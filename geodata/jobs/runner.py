"""The runner: one process that takes jobs one after the other, keeps their lease and starts timers."""

import logging
import os
import socket
import threading
import traceback
import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError

from geodata.database import without_values
from geodata.jobs import queue
from geodata.jobs.kinds import JobCancelled, JobContext, JobKind, known_kinds
from geodata.jobs.queue import Job, LeaseLost
from geodata.settings import Settings
from geodata.tables import fact
from gridmap.errors import GridmapError

log = logging.getLogger(__name__)

HEARTBEAT_FACT = "job_runner_seen"
_IDLE_S = 1.0
_RETRY = timedelta(seconds=10)


class Runner:
    """Runs jobs until ``stop`` is called; a job under way is put back and resumed by the next runner."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine = engine
        self.settings = settings
        self.name = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ask the runner to end after the job at hand."""
        self._stopping.set()

    def run(self) -> None:
        """Run until stopped. A database that goes away is waited for."""
        while not self._stopping.is_set():
            try:
                self._beat()
                self._keep_timers()
                if not self.run_one():
                    self._stopping.wait(_IDLE_S)
            except OperationalError as error:
                log.warning("database does not answer: %s", str(error.orig).strip())
                self._stopping.wait(_IDLE_S)

    def run_one(self) -> bool:
        """Run one job if any is due."""
        lease = timedelta(seconds=self.settings.job_lease_s)
        with self.engine.begin() as conn:
            taken = queue.take(conn, self.name, lease)
        if taken is None:
            return False
        kind = known_kinds().get(taken.kind)
        if kind is None or taken.attempts > kind.attempts:
            self._end(taken, "failed", "unknown kind of job" if kind is None else "given up after too many attempts")
        else:
            self._work(taken, kind)
        return True

    def _work(self, taken: Job, kind: JobKind) -> None:
        context = JobContext(self.engine, self.settings, taken, self.name)
        ended = threading.Event()
        keeper = threading.Thread(target=self._keep_lease, args=(taken, ended), daemon=True)
        keeper.start()
        try:
            result = kind.work(context)
        except JobCancelled as error:
            self._end(taken, "cancelled", error.text(self.settings.language))
        except LeaseLost:
            log.warning("job %s was taken over", taken.ref)
        except GridmapError as error:
            self._end(taken, "failed", error.text(self.settings.language))
        except Exception as error:
            told = without_values(traceback.format_exc()).rstrip()
            log.error("job %s (%s) failed\n%s", taken.ref, taken.kind, told)
            message = without_values(f"{type(error).__name__}: {error}").replace("\0", "")
            self._again_or_failed(taken, kind, message)
        else:
            self._end(taken, "done", "", result)
        finally:
            ended.set()
            keeper.join()

    def _keep_lease(self, taken: Job, ended: threading.Event) -> None:
        """Renew the lease while a long step runs, so that only a dead runner loses it."""
        while not ended.wait(self.settings.job_lease_s / 3):
            try:
                with self.engine.begin() as conn:
                    queue.keep(conn, taken, self.name, timedelta(seconds=self.settings.job_lease_s))
                self._beat()
            except LeaseLost:
                return
            except OperationalError:
                continue  # a database that is away for a moment must not cost a long job its lease

    def _end(self, taken: Job, state: str, message: str, result: object = None) -> None:
        try:
            with self.engine.begin() as conn:
                queue.end(conn, taken, self.name, state, message=message, result=result)
        except LeaseLost:
            log.warning("job %s was taken over before it ended", taken.ref)

    def _again_or_failed(self, taken: Job, kind: JobKind, message: str) -> None:
        if taken.attempts >= kind.attempts:
            self._end(taken, "failed", message)
            return
        with self.engine.begin() as conn:
            queue.put_back(conn, taken, self.name, _RETRY * taken.attempts, message)

    def _keep_timers(self) -> None:
        timers = [kind for kind in known_kinds().values() if kind.every is not None]
        with self.engine.begin() as conn:
            for kind in timers:
                assert kind.every is not None
                queue.enqueue(
                    conn, kind.name, unique_key=f"timer:{kind.name}", run_after=datetime.now(UTC) + kind.every
                )

    def _beat(self) -> None:
        """Tell the health page that a runner lives."""
        with self.engine.begin() as conn:
            seen = insert(fact).values(name=HEARTBEAT_FACT, value=func.to_jsonb(func.now()))
            conn.execute(seen.on_conflict_do_update(index_elements=["name"], set_={"value": seen.excluded.value}))
