"""Packages of the distribution, by apt: what is missing and nothing else, never a question asked."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Sequence

from scripts.setup.steps import StepFailed, Steps

LOCKED = re.compile(r"Could not get lock|Unable to acquire|Unable to lock|Waiting for cache lock")
LOCK_ATTEMPTS = 10
ENVIRONMENT = ["env", "DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_SUSPEND=1", "LC_ALL=C"]
OPTIONS = [
    "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3",
    "-o", "Dpkg::Options::=--force-confold", "-o", "Dpkg::Options::=--force-confdef",
]  # fmt: skip


def privilege() -> list[str] | None:
    """What goes before a command for root: nothing as root, sudo where it asks no password; None without either."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def candidate(package: str, options: Sequence[str] = ()) -> str | None:
    """The version that apt would install, None when apt does not know the package."""
    command = ["apt-cache", *options, "policy", package]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"})
    found = re.search(r"Candidate: (\S+)", done.stdout)
    return found.group(1) if found and found.group(1) != "(none)" else None


def update(steps: Steps) -> None:
    """Fetches the lists of packages."""
    _apt(steps, ["apt-get", "-o", "Acquire::Retries=3", "update"])


def install(steps: Steps, names: Sequence[str]) -> None:
    """Installs packages; the lists are fetched only when they are missing or too old to serve."""
    if privilege() is None:
        raise StepFailed(f"Run as root: apt-get install {' '.join(names)}")
    if any(candidate(name) is None for name in names):
        update(steps)
    try:
        _apt(steps, ["apt-get", "install", *OPTIONS, *names])
    except StepFailed:
        # Old lists name versions that the mirror no longer has.
        update(steps)
        _apt(steps, ["apt-get", "install", *OPTIONS, *names])


def _apt(steps: Steps, command: Sequence[str]) -> None:
    """Runs apt as root; while somebody else holds its lock, waits and tries again."""
    for attempt in range(LOCK_ATTEMPTS):
        try:
            return steps.run([*(privilege() or []), *ENVIRONMENT, *command])
        except StepFailed as failure:
            if attempt + 1 == LOCK_ATTEMPTS or not LOCKED.search(str(failure)):
                raise
            time.sleep(6)
    return None
