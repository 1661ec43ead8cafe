"""Keeps programs alive: started in order, restarted when they die, ended in reverse order; none outlives us."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from scripts.service.holding import end_group

SHORTEST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
# A program that ran this long was healthy: its next restart waits the shortest pause again.
HEALTHY_S = 60.0


class Keepable(Protocol):
    """Something that can be kept alive."""

    name: str

    @property
    def pid(self) -> int | None: ...
    def start(self) -> None: ...
    def alive(self) -> bool: ...
    def stop(self) -> None: ...


@dataclass
class Program:
    """A command in a process group of its own; the kernel ends it with us, and its workers end with it."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    stop_timeout_s: float = 15.0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig=TERM", "--", *self.command],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def alive(self) -> bool:
        if self._process is not None and self._process.poll() is None:
            return True
        if self._process is not None:
            # Workers of a master that was killed would hold its port.
            end_group(self._process.pid, signal.SIGKILL)
        return False

    def stop(self) -> None:
        if self._process is None:
            return
        end_group(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(self.stop_timeout_s)
        except subprocess.TimeoutExpired:
            pass
        finally:
            end_group(self._process.pid, signal.SIGKILL)
            self._process.wait()


@dataclass
class _Watch:
    program: Keepable
    pause_s: float = SHORTEST_PAUSE_S
    started: float = 0.0
    due: float | None = None


class Supervisor:
    """``note`` is told what happens; ``changed`` gets the pids by name after each start."""

    def __init__(self, note: Callable[[str], None], changed: Callable[[dict[str, int]], None]) -> None:
        self._watches: list[_Watch] = []
        self._note = note
        self._changed = changed

    def start(self, program: Keepable) -> None:
        """Starts a program and watches it from now on; its first start may raise."""
        watch = _Watch(program)
        self._watches.append(watch)
        self._start(watch)

    def _start(self, watch: _Watch) -> None:
        watch.started, watch.due = time.monotonic(), None
        watch.program.start()
        self._changed({each.program.name: each.program.pid for each in self._watches if each.program.pid})

    def check(self) -> None:
        """Looks at every program once, and restarts what died when its pause is over."""
        now = time.monotonic()
        for watch in self._watches:
            if watch.due is not None:
                if now >= watch.due:
                    self._restart(watch)
            elif not watch.program.alive():
                self._schedule(watch, f"{watch.program.name} ended")

    def _schedule(self, watch: _Watch, what: str) -> None:
        if time.monotonic() - watch.started > HEALTHY_S:
            watch.pause_s = SHORTEST_PAUSE_S
        watch.due = time.monotonic() + watch.pause_s
        self._note(f"{what}; starting it again in {watch.pause_s:g} s")
        watch.pause_s = min(2 * watch.pause_s, LONGEST_PAUSE_S)

    def _restart(self, watch: _Watch) -> None:
        try:
            self._start(watch)
        except Exception as error:
            self._schedule(watch, f"{watch.program.name} did not start ({error})")

    def watched(self) -> list[str]:
        """Names of the programs, in the order of their start."""
        return [watch.program.name for watch in self._watches]

    def stop(self) -> None:
        """Ends everything, last started first."""
        for watch in reversed(self._watches):
            watch.program.stop()
