"""One service a home folder: the lock that says so, and what a killed predecessor left running."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import time
from pathlib import Path
from typing import IO

from scripts.setup.steps import StepFailed


def hold(home: Path, address: str) -> IO[str]:
    """Takes the home folder until the returned file is closed. Raises StepFailed when another service has it."""
    lock = open(home / "service.lock", "a+")  # noqa: SIM115 - it stays open as long as the service runs
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        with lock:
            lock.seek(0)
            holder = lock.read().strip() or "just starting"
        raise StepFailed(f"A service is running on {home} already: {holder}.") from None
    lock.truncate(0)
    lock.write(f"{address}, process {os.getpid()}\n")
    lock.flush()
    return lock


def remember(home: Path, processes: dict[str, int]) -> None:
    """Notes the processes that run now, so that the next start finds them if we are killed."""
    known = {name: [pid, start] for name, pid in processes.items() if (start := start_time(pid))}
    file = home / "service.json"
    file.with_suffix(".new").write_text(json.dumps(known))
    file.with_suffix(".new").replace(file)


def end_leftovers(home: Path) -> int:
    """Ends the processes that a killed service left, with all of their groups; gives how many there were."""
    try:
        known = json.loads((home / "service.json").read_text())
    except (OSError, ValueError):
        return 0
    # A pid may be another program's by now: the time when it started tells.
    left = [pid for pid, start in known.values() if start_time(pid) == start]
    for pid in left:
        end_group(pid, signal.SIGTERM)
    end = time.monotonic() + 10
    while any(start_time(pid) == start for pid, start in known.values()) and time.monotonic() < end:
        time.sleep(0.1)
    for pid, start in known.values():
        if start_time(pid) == start:
            end_group(pid, signal.SIGKILL)
    (home / "service.json").unlink()
    return len(left)


def end_group(pid: int, number: int) -> None:
    """Sends a signal to a process and all that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def start_time(pid: int) -> int | None:
    """When a process started, in ticks since boot; None when it is gone (a zombie is)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])


def await_free_port(host: str, port: int, patience_s: float) -> None:
    """Returns once ``host:port`` can be listened on. Raises StepFailed when it stays taken or cannot be ours."""
    end = time.monotonic() + patience_s
    while True:
        try:
            family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(place)
            return
        except PermissionError as error:
            raise StepFailed(f"Port {port} is only for root; choose another with --port.") from error
        except socket.gaierror as error:
            raise StepFailed(f"{host} is not an address of this machine (--host).") from error
        except OSError as error:
            if time.monotonic() > end:
                raise StepFailed(
                    f"Cannot listen on {host}:{port} ({error.strerror}). "
                    "Another program may use that port; choose another with --port."
                ) from error
        time.sleep(0.2)
