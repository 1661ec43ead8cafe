"""PostgreSQL with PostGIS on this machine: found, else installed, else unpacked, else one line that says what to run."""

import re
from collections.abc import Sequence
from pathlib import Path

from geodata.postgresql import Postgresql, find_postgresql
from gridmap.errors import GridmapError
from scripts.setup import packages
from scripts.setup.steps import StepFailed, Steps
from scripts.setup.unpacked import apt_options, unpack

CLUSTER_DEFAULTS = "/etc/postgresql-common/createcluster.conf"


def ensure_postgresql(steps: Steps, home: Path, made_by: int | None) -> Postgresql:
    """The server to use, made available when it is not; ``made_by`` is the version that wrote the data, if any."""
    software = home / "software"
    try:
        return find_postgresql(software, made_by)
    except GridmapError as error:
        missing = error
    # Where a server is here and only its PostGIS is not, that server's version decides.
    version = made_by or missing.values.get("version")
    if packages.privilege() is not None:
        with steps.step("Installing PostgreSQL and PostGIS"):
            _install(steps, version, has_server=missing.code == "postgis_missing")
    else:
        with steps.step("Unpacking PostgreSQL and PostGIS below the data folder, without installing them"):
            try:
                options = apt_options(steps, home / "apt")
                unpack(steps, _names(version or _distribution_version(options)), software, options)
            except StepFailed as failure:
                raise StepFailed(f"{missing.text('zh')}\n{missing.text('en')}\n({failure})") from failure
    return find_postgresql(software, made_by)


def _install(steps: Steps, version: int | None, *, has_server: bool) -> None:
    if packages.candidate("postgresql") is None:
        packages.update(steps)
    if not has_server:
        # Debian's package would start a server of its own, which nobody asked for.
        packages.install(steps, ["postgresql-common"])
        edit = f"sed -i '/create_main_cluster/d' {CLUSTER_DEFAULTS} && echo 'create_main_cluster = false' >> {CLUSTER_DEFAULTS}"
        steps.run([*(packages.privilege() or []), "sh", "-c", edit])
    packages.install(steps, _names(version or _distribution_version()))


def _names(version: int) -> list[str]:
    return [f"postgresql-{version}", f"postgresql-{version}-postgis-3"]


def _distribution_version(options: Sequence[str] = ()) -> int:
    """The major version behind the distribution's package ``postgresql``."""
    number = re.match(r"\d+", packages.candidate("postgresql", options) or "")
    if number is None:
        raise StepFailed("apt does not know a package postgresql; check /etc/apt and run apt-get update.")
    return int(number.group())
