"""``scripts/test``: set-up, lint, types, the import contract and pytest, each with its time; the exit code tells."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence

from gridmap.errors import GridmapError
from scripts.setup.browser import ensure_browser
from scripts.setup.database_server import ensure_postgresql
from scripts.setup.environment import ensure_environment, venv_program
from scripts.setup.frontend import ensure_frontend
from scripts.setup.steps import StepFailed, Steps, checkout

WORKERS = 2
ONLY_SETUP = "--only-setup"


def main(arguments: list[str]) -> int:
    everything = "--all" in arguments
    rest = [argument for argument in arguments if argument not in {"--all", ONLY_SETUP}]
    home = checkout() / "var"
    steps = Steps(home / "log/test-setup.log")
    began = time.monotonic()
    try:
        if not os.environ.get("GRIDMAP_TEST_DATABASE_URL"):
            ensure_postgresql(steps, home, None)
        ensure_environment(steps, "test")
        ensure_frontend(steps, home)
        ensure_browser(steps)
    except (StepFailed, GridmapError) as failure:
        print(failure, file=sys.stderr)
        return 1
    if ONLY_SETUP in arguments:
        return 0
    times = {"set-up": time.monotonic() - began}
    failed = []
    for name, command in _stages(everything, rest):
        print(f"\n== {name}: {' '.join(command)}", flush=True)
        start = time.monotonic()
        code = _run(command)
        times[name] = time.monotonic() - start
        if code != 0:
            failed.append(name)
    print("\n" + "\n".join(f"{seconds:8.1f} s  {name}" for name, seconds in times.items()))
    print(f"FAILED: {', '.join(failed)}" if failed else "All green.")
    return 1 if failed else 0


def _stages(everything: bool, rest: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Names and commands. With arguments for pytest only pytest runs: somebody is after one thing."""
    tier = [] if everything or "-m" in rest else ["-m", "not slow"]
    tests = ["python", "-m", "pytest", *([] if "-n" in rest else ["-n", str(WORKERS)]), *tier, *rest]
    if rest:
        return [("pytest", tests)]
    return [
        ("ruff", ["ruff", "check", "."]),
        ("format", ["ruff", "format", "--check", "."]),
        ("mypy", ["mypy"]),
        ("imports", ["lint-imports"]),
        ("pytest", tests),
    ]


def _run(command: Sequence[str]) -> int:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    # Throwaway clusters find the server that was unpacked for the service, where none is installed.
    environment["GRIDMAP_SOFTWARE"] = str(checkout() / "var/software")
    program = str(venv_program(command[0]))
    return subprocess.run([program, *command[1:]], cwd=checkout(), env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
