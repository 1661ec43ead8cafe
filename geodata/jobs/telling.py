"""Telling the queue of long work how far it is, without doing so at every step."""

import threading
import time
from typing import Final

from geodata.jobs.kinds import JobCancelled, JobContext
from geodata.jobs.queue import LeaseLost
from gridmap.errors import GridmapError

_EVERY_S: Final = 0.3


class Telling:
    """Tells the queue how far the work is, from any of its threads, a few times a second; each of them hears that it is to stop."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._last = 0.0
        self._stopped: GridmapError | None = None

    def __call__(self, share: float, message: str, *, at_once: bool = False) -> None:
        """``share`` of the whole job. Errors: ``JobCancelled``, ``LeaseLost``, again at each call after the first."""
        with self._lock:
            if self._stopped is not None:
                raise self._stopped
            now = time.monotonic()
            if not at_once and now - self._last < _EVERY_S:
                return
            self._last = now
            try:
                self._context.heartbeat(progress=share, message=message)
            except (JobCancelled, LeaseLost) as error:
                self._stopped = error
                raise
