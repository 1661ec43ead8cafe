"""Programs are restarted when they die, with growing pauses, and nothing of them is left at the end."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.service import supervisor as module
from scripts.service.holding import start_time
from scripts.service.supervisor import Program, Supervisor


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "too late"
        time.sleep(0.02)


def program(tmp_path: Path, script: str) -> Program:
    return Program("sleeper", ["sh", "-c", script], dict(os.environ), tmp_path / "log", stop_timeout_s=2)


def test_what_dies_is_started_again(tmp_path: Path) -> None:
    notes: list[str] = []
    pids: list[dict[str, int]] = []
    keeper = Supervisor(notes.append, pids.append)
    keeper.start(program(tmp_path, "echo started; exec sleep 100"))
    log = tmp_path / "log"
    until(lambda: log.read_text() == "started\n")
    os.kill(pids[0]["sleeper"], signal.SIGKILL)
    until(lambda: keeper.check() or log.read_text() == "started\nstarted\n")
    assert start_time(pids[1]["sleeper"])
    assert "sleeper ended" in notes[0]
    keeper.stop()
    assert start_time(pids[1]["sleeper"]) is None


def test_pauses_grow_while_a_program_keeps_dying(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_PAUSE_S", 0.1)
    notes: list[str] = []
    keeper = Supervisor(notes.append, lambda pids: None)
    watch = module._Watch(program(tmp_path, "exit 1"), pause_s=0.02)
    keeper._watches.append(watch)
    keeper._start(watch)
    until(lambda: keeper.check() or len(notes) >= 5)
    keeper.stop()
    assert [note.split(" in ")[1] for note in notes[:5]] == ["0.02 s", "0.04 s", "0.08 s", "0.1 s", "0.1 s"]


def test_a_killed_master_takes_its_workers_with_it(tmp_path: Path) -> None:
    keeper = Supervisor(lambda note: None, lambda pids: None)
    master = program(tmp_path, f"sleep 1000 & echo $! > {tmp_path}/worker; wait")
    keeper.start(master)
    until((tmp_path / "worker").exists)
    until((tmp_path / "worker").read_text)
    worker = int((tmp_path / "worker").read_text())
    assert master.pid
    os.kill(master.pid, signal.SIGKILL)
    until(lambda: keeper.check() or start_time(worker) is None)
    keeper.stop()


def test_a_program_that_ignores_the_wish_to_end_is_ended(tmp_path: Path) -> None:
    stubborn = program(tmp_path, f"trap '' TERM; touch {tmp_path}/ready; while :; do sleep 0.1; done")
    stubborn.start()
    until((tmp_path / "ready").exists)
    stubborn.stop_timeout_s = 0.3
    stubborn.stop()
    assert stubborn.pid
    assert start_time(stubborn.pid) is None


def test_an_error_at_a_restart_does_not_end_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        name = "broken"
        pid = None
        starts = 0

        def start(self) -> None:
            self.starts += 1
            if self.starts > 1:
                raise OSError("disk full")

        def alive(self) -> bool:
            return False

        def stop(self) -> None: ...

    notes: list[str] = []
    keeper = Supervisor(notes.append, lambda pids: None)
    healthy = program(tmp_path, "exec sleep 100")
    keeper.start(healthy)
    watch = module._Watch(Broken(), pause_s=0.01)
    keeper._watches.append(watch)
    keeper._start(watch)
    until(lambda: keeper.check() or any("disk full" in note for note in notes))
    assert healthy.alive()
    assert keeper.watched() == ["sleeper", "broken"]
    keeper.stop()
