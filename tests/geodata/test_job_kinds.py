"""The runner imports every module that registers kinds of jobs: a kind that it does not know would fail for everybody who asks."""

import inspect
from pathlib import Path

import geodata.cli.jobs
import geodata.jobs


def test_the_runner_knows_every_kind() -> None:
    told = inspect.getsource(geodata.cli.jobs)
    folder = Path(geodata.jobs.__file__).parent
    registering = {path.stem for path in folder.glob("*.py") if "\n@job_kind(" in path.read_text(encoding="utf-8")}
    assert {"planning", "exports", "loads"} <= registering
    assert {name for name in registering if f"import geodata.jobs.{name}" not in told} == set()
