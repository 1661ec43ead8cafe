"""``scripts/bench``: lists the subjects in ``scripts/benchmarks``, or runs one in an environment that has its peers."""

import ast
import subprocess
import sys
from pathlib import Path

from gridmap.errors import GridmapError
from scripts.setup.database_server import ensure_postgresql
from scripts.setup.environment import ensure_environment, venv_program
from scripts.setup.steps import StepFailed, Steps, checkout

FOLDER = checkout() / "scripts/benchmarks"
# A subject that has this constant, set to True, gets the peers of requirements/bench.txt.
NEEDS_PEERS = "NEEDS_BENCH_EXTRA"
RUN = "import importlib, sys; sys.exit(importlib.import_module('scripts.benchmarks.' + sys.argv[1]).main(sys.argv[2:]))"


def main(arguments: list[str]) -> int:
    # A file without `main` helps the subjects.
    subjects = {file.stem: file for file in sorted(FOLDER.glob("[!_]*.py")) if "\ndef main(" in file.read_text("utf-8")}
    if not arguments or arguments[0] not in subjects:
        print("scripts/bench NAME [options], where NAME is one of")
        for name, file in subjects.items():
            print(f"  {name:16} {purpose(file)}")
        return 2 if arguments and arguments[0] not in {"-h", "--help"} else 0
    steps = Steps(checkout() / "var/log/bench-setup.log")
    try:
        ensure_postgresql(steps, checkout() / "var", None)
        ensure_environment(steps, "bench" if needs_peers(subjects[arguments[0]]) else "test")
    except (StepFailed, GridmapError) as failure:
        print(failure, file=sys.stderr)
        return 1
    # PYTHONPATH, which scripts/bench sets, lets the subject import its helpers beside it.
    python = str(venv_program("python"))
    return subprocess.run([python, "-P", "-c", RUN, *arguments], check=False).returncode


def purpose(file: Path) -> str:
    """The first line of a subject's docstring, read without importing what it measures."""
    return (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def needs_peers(file: Path) -> bool:
    """Whether the subject says ``NEEDS_BENCH_EXTRA = True``."""
    for statement in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
            if NEEDS_PEERS in names:
                return statement.value.value is True
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
