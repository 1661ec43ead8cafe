"""Ctrl-C while the database works."""

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from geodata.cli.interrupting import cancelled_by_interrupt


@pytest.fixture
def heard() -> Iterator[None]:
    """Ctrl-C is heard, also by tests that were started in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard")
def test_an_interrupt_ends_the_statement_that_runs(engine: Engine) -> None:
    started = time.monotonic()
    with engine.connect() as conn, cancelled_by_interrupt(conn):
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            conn.execute(text("SELECT pg_sleep(60)"))
    assert time.monotonic() - started < 50


def test_without_an_interrupt_nothing_remains(engine: Engine) -> None:
    before = threading.active_count()
    with engine.begin() as conn, cancelled_by_interrupt(conn):
        assert conn.scalar(text("SELECT 1")) == 1
    assert threading.active_count() == before
    assert signal.set_wakeup_fd(-1) == -1
