"""The running server as the system sees it: its pid file, its processes, and what a killed one left behind."""

import contextlib
import os
import signal
import time
from pathlib import Path


def pid_file_lines(data: Path) -> list[str]:
    """PostgreSQL's note in its data directory: pid, folder, start, port, socket folder, ..., state; empty when none."""
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def server_pid(data: Path) -> int | None:
    """The pid of the live server of ``data``; a pid that now belongs to another program does not count."""
    lines = pid_file_lines(data)
    pid = int(lines[0]) if lines and lines[0].isdigit() else 0
    return pid if pid and pid in processes_of(data) else None


def processes_of(data: Path) -> list[int]:
    """Every live process of the cluster: the server and its backends all work in the data directory."""
    folder = os.path.realpath(data)
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if os.readlink(f"/proc/{entry.name}/cwd") == folder and _is_postgres(int(entry.name)):
                    found.append(int(entry.name))
    return found


def _is_postgres(pid: int) -> bool:
    """Alive and a server process; a zombie is neither."""
    _, _, rest = Path(f"/proc/{pid}/stat").read_text().partition("(")
    name, _, state = rest.rpartition(")")
    return name.startswith("postgres") and state.split()[0] != "Z"


def clear_after_crash(data: Path, socket_folder: Path, patience_s: float = 5) -> None:
    """Ends what a killed server left running, then removes its lock files, whose pid may be another program's now.

    Backends notice by themselves that their server is gone, only not in the middle of a long computation. Lock files
    go last: while a backend of the old server lives, a new one must not touch the data.
    """
    end = time.monotonic() + patience_s
    while left := processes_of(data):
        if time.monotonic() > end:
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    (data / "postmaster.pid").unlink(missing_ok=True)
    for lock in socket_folder.glob(".s.PGSQL.*.lock"):
        lock.unlink()
