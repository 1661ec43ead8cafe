"""Limits that hold over all server processes: events counted by key in fixed windows of time.

Old windows are deleted by the timer ``housekeeping``.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, func, update
from sqlalchemy.dialects.postgresql import insert

from geodata.tables import rate_window
from gridmap.errors import GridmapError


class TooManyRequests(GridmapError):
    """A limit was reached; ``retry_after_s`` says when to come back."""

    code = "too_many_requests"
    zh = "操作过于频繁，请在 {minutes} 分钟后再试。"
    en = "Too many requests: try again in {minutes} min."

    def __init__(self, retry_after_s: int) -> None:
        self.retry_after_s = max(1, retry_after_s)
        super().__init__(minutes=-(-self.retry_after_s // 60))


def count_event(
    conn: Connection, key: str, limit: int, window: timedelta, now: datetime | None = None, *, amount: int = 1
) -> None:
    """Count one event of ``key``, or an ``amount`` of something, in its window; the row stays locked until the caller's transaction ends.

    Errors: ``TooManyRequests`` when the window would hold more than ``limit``.
    """
    now = now or datetime.now(UTC)
    start = _window_start(now, window)
    statement = insert(rate_window).values(key=key, window_start=start, count=amount)
    counted = conn.scalar(
        statement.on_conflict_do_update(
            index_elements=[rate_window.c.key, rate_window.c.window_start], set_={"count": rate_window.c.count + amount}
        ).returning(rate_window.c.count)
    )
    if counted is not None and counted > limit:
        raise TooManyRequests(int((start + window - now).total_seconds()) + 1)


def take_back(conn: Connection, key: str, window: timedelta, now: datetime | None = None) -> None:
    """Uncount one event of the present window: it turned out to be none."""
    start = _window_start(now or datetime.now(UTC), window)
    here = (rate_window.c.key == key) & (rate_window.c.window_start == start)
    conn.execute(update(rate_window).where(here).values(count=func.greatest(rate_window.c.count - 1, 0)))


def forget_events(conn: Connection, key: str) -> None:
    """Start a key's count anew."""
    conn.execute(delete(rate_window).where(rate_window.c.key == key))


def _window_start(now: datetime, window: timedelta) -> datetime:
    width = window.total_seconds()
    return datetime.fromtimestamp(now.timestamp() // width * width, UTC)
