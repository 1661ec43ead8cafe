"""PostgreSQL and PostGIS without root: Debian packages downloaded and unpacked below the home folder, nothing installed."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from scripts.setup.packages import candidate
from scripts.setup.steps import StepFailed, Steps


def apt_options(steps: Steps, folder: Path) -> list[str]:
    """Options that make apt use lists of our own in ``folder`` where the system has none; that needs no root."""
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        raise StepFailed("This system has no apt to fetch PostgreSQL with.")
    if candidate("postgresql"):
        return []
    for name in ("lists/partial", "archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    options = ["-o", f"Dir::State::Lists={folder}/lists", "-o", f"Dir::Cache={folder}", "-o", "Debug::NoLocking=true"]
    steps.run(["apt-get", *options, "update"])
    return options


def unpack(steps: Steps, packages: Sequence[str], software: Path, options: Sequence[str]) -> None:
    """Puts ``packages``, and those of their dependencies that the machine lacks, below ``software``."""
    names = _missing(packages, options)
    work = software.with_name("software.new")
    shutil.rmtree(work, ignore_errors=True)
    (work / "packages").mkdir(parents=True)
    steps.run(["apt-get", *options, "-o", "Acquire::Retries=3", "download", *names], cwd=work / "packages")
    for package in sorted((work / "packages").glob("*.deb")):
        steps.run(["dpkg", "-x", str(package), str(work)])
    shutil.rmtree(work / "packages")
    _link_alternatives(work)
    shutil.rmtree(software, ignore_errors=True)
    work.rename(software)


def _missing(packages: Sequence[str], options: Sequence[str]) -> list[str]:
    """The packages that an installation would add, found by a simulated one."""
    command = ["apt-get", *options, "--simulate", "--no-install-recommends", "-o", "Debug::NoLocking=true", "install"]
    done = subprocess.run(
        [*command, *packages], capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"}
    )
    names = re.findall(r"^Inst (\S+) (?:\[\S+\] )?\(", done.stdout, flags=re.MULTILINE)
    if done.returncode != 0 or not names:
        raise StepFailed(f"apt does not find {' '.join(packages)}: {(done.stderr or done.stdout).strip()}")
    return names


def _link_alternatives(root: Path) -> None:
    """Makes the link that an installation makes for PostGIS: ``postgis.control`` to the control file of version 3."""
    for control in root.glob("usr/share/postgresql/*/extension/postgis-3.control"):
        link = control.with_name("postgis.control")
        if not link.exists():
            link.symlink_to(control.name)
