"""The virtual environment in ``.venv``, from the lock files: made once, brought up to date when a lock file changes."""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.setup import packages
from scripts.setup.steps import StepFailed, Steps, checkout

# Each holds everything of those before it, at the same versions.
LEVELS = ("run", "test", "bench")
PROJECT_FILES = ("pyproject.toml",)


def venv_program(name: str) -> Path:
    """A program of the environment, such as ``python``."""
    return checkout() / ".venv/bin" / name


def ensure_environment(steps: Steps, level: str = "run") -> None:
    """Makes ``.venv`` hold ``requirements/<level>.txt`` and the project itself; nothing to do when it does."""
    stamp = checkout() / ".venv/gridmap-stamp.json"
    wanted = _wanted()
    held = json.loads(stamp.read_text()) if stamp.is_file() else {}
    if held.get("python") != wanted["python"] or not _works():
        with steps.step(f"Making the virtual environment .venv with Python {wanted['python']}"):
            _make(steps)
        held = {"python": wanted["python"]}
    if held.get(level) != wanted[level]:
        with steps.step(f"Installing Python packages from requirements/{level}.txt"):
            install_locked(steps, checkout() / f"requirements/{level}.txt")
        held |= {lower: wanted[lower] for lower in LEVELS[: LEVELS.index(level) + 1]}
        stamp.write_text(json.dumps(held))
    if held.get("project") != wanted["project"] or not venv_program("gridmap").is_file():
        with steps.step("Installing gridmap itself into .venv"):
            _pip(steps, ["--no-deps", "--no-build-isolation", "--editable", str(checkout())])
        stamp.write_text(json.dumps({**held, "project": wanted["project"]}))


def install_locked(steps: Steps, requirements: Path, target: Path | None = None) -> None:
    """Installs a lock file, each package checked against its hash; into a plain folder when ``target`` is given."""
    options = ["--target", str(target)] if target else []
    _pip(steps, ["--require-hashes", *options, "--requirement", str(requirements)])


def _wanted() -> dict[str, str]:
    wanted = {level: _digest([checkout() / f"requirements/{level}.txt"]) for level in LEVELS}
    wanted["project"] = _digest([checkout() / name for name in PROJECT_FILES]) + str(checkout())
    wanted["python"] = f"{sys.version_info.major}.{sys.version_info.minor}"
    return wanted


def _digest(files: Sequence[Path]) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _works() -> bool:
    """Whether the environment's Python still starts: its base may have been upgraded away."""
    python = venv_program("python")
    return python.exists() and subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def base_python() -> str:
    """The Python that runs us, or the one behind it when it lives in an environment itself."""
    return os.path.realpath(getattr(sys, "_base_executable", sys.executable))


def _make(steps: Steps) -> None:
    folder = checkout() / ".venv"
    shutil.rmtree(folder, ignore_errors=True)
    if uv := shutil.which("uv"):
        try:
            return steps.run([uv, "venv", "--quiet", "--seed", "--python", base_python(), str(folder)])
        except StepFailed:
            shutil.rmtree(folder, ignore_errors=True)
    if importlib.util.find_spec("ensurepip") is None:
        packages.install(steps, [f"python{sys.version_info.major}.{sys.version_info.minor}-venv"])
    return steps.run([base_python(), "-m", "venv", str(folder)])


def _pip(steps: Steps, arguments: Sequence[str]) -> None:
    """``pip install`` in the environment, by uv when it is here. uv knows no pip.conf: when it fails, pip goes on."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    python = str(venv_program("python"))
    if uv := shutil.which("uv"):
        try:
            return steps.run([uv, "pip", "install", "--quiet", "--python", python, *arguments], env=environment)
        except StepFailed as failure:
            steps.note(f"uv did not succeed, trying pip ({str(failure).splitlines()[0]})")
    command = [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    return steps.run([*command, *arguments], env=environment)
