"""The general limit of requests: a bucket in this process for each account or address.

It only has to stop a runaway program, so each server process counts for itself. Limits that protect something (sign-in, filing
without an account) are counted in the database instead.
"""

import threading
import time
from collections import OrderedDict

from flask import Flask, g, request

from geodata.rate_limits import TooManyRequests
from geodata.settings import Settings
from web.address import address_key

_MOST_CALLERS = 10_000


class Buckets:
    """Token buckets: each caller has ``per_minute`` requests that come back evenly. Safe to use from threads."""

    def __init__(self, per_minute: int) -> None:
        self._size = float(per_minute)
        self._callers: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, caller: str, now: float) -> float:
        """Take one request; 0.0 when there was one, else the seconds until there is."""
        with self._lock:
            left, seen = self._callers.pop(caller, (self._size, now))
            left = min(self._size, left + (now - seen) * self._size / 60)
            self._callers[caller] = (left - 1 if left >= 1 else left, now)
            if len(self._callers) > _MOST_CALLERS:
                self._callers.popitem(last=False)
        return 0.0 if left >= 1 else (1 - left) * 60 / self._size


def init_app(app: Flask, settings: Settings) -> None:
    """Count each request that is not for a static file."""
    buckets = Buckets(settings.requests_per_minute)

    def check() -> None:
        if request.path.startswith("/static/"):
            return
        caller = f"account:{g.account.id}" if g.account else f"address:{address_key()}"
        if wait := buckets.take(caller, time.monotonic()):
            raise TooManyRequests(int(wait) + 1)

    app.before_request(check)
