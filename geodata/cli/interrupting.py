"""Ctrl-C that does not wait for the database."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection


@contextmanager
def cancelled_by_interrupt(conn: Connection) -> Iterator[None]:
    """Inside, Ctrl-C also cancels the statement that runs; KeyboardInterrupt follows as always.

    Python learns of a signal between its own steps only, and a statement may take a minute: a thread hears of it at once. Outside the
    main thread, where signals do not arrive, nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ear, mouth = os.pipe()
    os.set_blocking(mouth, False)
    before = signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)
    listener = threading.Thread(target=_listen, args=(ear, conn.connection.dbapi_connection), daemon=True)
    listener.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(mouth)
        listener.join()
        os.close(ear)


def _listen(ear: int, driver: Any) -> None:
    """Cancel once for each SIGINT, until the other end of the pipe is closed."""
    while heard := os.read(ear, 1):
        if heard[0] == signal.SIGINT:
            driver.cancel()
