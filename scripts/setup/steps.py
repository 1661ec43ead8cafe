"""Steps of the set-up: each says what it does and how long it took, and keeps the details in a log."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


class StepFailed(Exception):
    """A step that cannot go on; the message says what happened and what to do."""


def checkout() -> Path:
    """The folder of the repository."""
    return Path(__file__).resolve().parents[2]


class Steps:
    """Says each step and its time. ``log`` takes what the programs print; the terminal stays readable."""

    def __init__(self, log: Path) -> None:
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """A step around a block. On a terminal the seconds count while it runs."""
        started, done = time.monotonic(), threading.Event()
        live = sys.stdout.isatty()

        def count() -> None:
            while not done.wait(1):
                print(f"\r  {text} ... {time.monotonic() - started:.0f} s", end="", flush=True)

        counter = threading.Thread(target=count, daemon=True)
        if live:
            print(f"  {text} ...", end="", flush=True)
            counter.start()
        outcome = "failed"
        try:
            yield
            outcome = "done"
        finally:
            done.set()
            if live:
                counter.join()
            head = "\r\x1b[K" if live else ""
            print(f"{head}  {text} ... {outcome}, {time.monotonic() - started:.1f} s", flush=True)

    def note(self, text: str) -> None:
        """One line for the reader, without a time."""
        print(f"  {text}", flush=True)

    def run(self, command: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> None:
        """Runs a program to its end, its output in the log. Raises StepFailed with the last lines."""
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(f"\n{time.strftime('%Y-%m-%d %H:%M:%S')} $ {' '.join(command)}\n")
            log.flush()
            start = log.tell()
            try:
                done = subprocess.run(
                    command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False
                )
            except OSError as error:
                raise StepFailed(f"{command[0]}: {error.strerror}") from error
        if done.returncode != 0:
            said = self.log.read_bytes()[start:].decode(errors="replace").strip().splitlines()
            tail = "\n".join(f"    {line}" for line in said[-12:])
            name = " ".join(os.path.basename(word) for word in command[:3])
            raise StepFailed(f"{name} failed with code {done.returncode}; the whole output is in {self.log}\n{tail}")
