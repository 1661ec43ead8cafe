"""The PostgreSQL software on this machine: where it lies, which version, with PostGIS or not, how its programs run."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from gridmap.errors import GridmapError

OLDEST_VERSION = 15
SYSTEM_ROOT = Path("/")
SERVER_USER = "postgres"
INSTALL_HINT = "apt-get install postgresql postgresql-postgis"


class PostgresqlMissing(GridmapError):
    """No server programs of a version that we can use."""

    code = "postgresql_missing"
    zh = "找不到 PostgreSQL {oldest} 或更高版本的服务器程序。请运行：{hint}"
    en = "No PostgreSQL server of version {oldest} or later was found. Run: {hint}"


class PostgisMissing(GridmapError):
    """A server, but no PostGIS for it."""

    code = "postgis_missing"
    zh = "找到 PostgreSQL {version}，但没有对应的 PostGIS。请运行：{hint}"
    en = "PostgreSQL {version} is here, its PostGIS is not. Run: {hint}"


class PostgresqlVersionMissing(GridmapError):
    """The data were written by another major version than the ones installed."""

    code = "postgresql_version_missing"
    zh = "数据由 PostgreSQL {version} 建立，而本机没有这个版本。请运行：{hint}（或用 pg_upgrade 升级数据）"
    en = "The data were made by PostgreSQL {version}, which is not here. Run: {hint} (or use pg_upgrade)"


class PostgresqlProgramFailed(GridmapError):
    """A program of the server ended with an error."""

    code = "postgresql_program_failed"
    zh = "{program} 失败：{reason}"
    en = "{program} failed: {reason}"


@dataclass(frozen=True)
class Postgresql:
    """One major version of the server: ``bin`` its programs, ``environment`` what they need beyond a plain one."""

    version: int
    bin: Path
    has_postgis: bool
    environment: dict[str, str] = field(default_factory=dict)

    def program(self, name: str) -> str:
        """Path of a program, such as ``initdb``."""
        return str(self.bin / name)

    def plain_environment(self) -> dict[str, str]:
        """The environment for server and clients: nobody's PGHOST or locale leaks in."""
        return {"PATH": os.defpath, "LC_ALL": "C", "HOME": "/", **self.environment}


def installed(root: Path) -> list[Postgresql]:
    """The server versions below ``root`` (``/``, or a folder with unpacked Debian packages), newest first."""
    found = []
    for bin_folder in root.glob("usr/lib/postgresql/*/bin"):
        name = bin_folder.parent.name
        if not name.isdigit() or not all(
            (bin_folder / program).is_file() for program in ("initdb", "postgres", "psql")
        ):
            continue
        control = root / "usr/share/postgresql" / name / "extension/postgis.control"
        environment = {} if root == SYSTEM_ROOT else _unpacked_environment(root)
        found.append(Postgresql(int(name), bin_folder, control.is_file(), environment))
    return sorted(found, key=lambda each: each.version, reverse=True)


@cache
def _unpacked_environment(root: Path) -> dict[str, str]:
    """Where programs that were unpacked instead of installed find their libraries and PROJ its grids."""
    folders = sorted(
        {str(path.parent) for path in root.glob("usr/lib/*-linux-gnu*/**/*.so*")} | {str(root / "usr/lib")}
    )
    environment = {"LD_LIBRARY_PATH": ":".join(folders)}
    if (root / "usr/share/proj/proj.db").is_file():
        environment["PROJ_DATA"] = environment["PROJ_LIB"] = str(root / "usr/share/proj")
    return environment


def find_postgresql(software: Path | None = None, version: int | None = None, system: Path = SYSTEM_ROOT) -> Postgresql:
    """The newest usable server with PostGIS: installed first, else unpacked below ``software``.

    ``version`` asks for one major version, the one that wrote the data. Raises PostgresqlMissing, PostgisMissing or
    PostgresqlVersionMissing, each with the line to run.
    """
    here = [*installed(system), *(installed(software) if software else [])]
    usable = [each for each in here if each.version >= OLDEST_VERSION]
    if not usable:
        raise PostgresqlMissing(oldest=OLDEST_VERSION, hint=INSTALL_HINT)
    if version is not None:
        usable = [each for each in usable if each.version == version]
        if not usable:
            hint = f"apt-get install postgresql-{version} postgresql-{version}-postgis-3"
            raise PostgresqlVersionMissing(version=version, hint=hint)
    for each in usable:
        if each.has_postgis:
            return each
    hint = f"apt-get install postgresql-{usable[0].version}-postgis-3"
    raise PostgisMissing(version=usable[0].version, hint=hint)


def server_user() -> pwd.struct_passwd | None:
    """Who runs the server when we are root: PostgreSQL refuses to. None when we are not root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SERVER_USER)
    except KeyError:
        run(
            [
                "useradd",
                "--system",
                "--user-group",
                "--home-dir",
                "/nonexistent",
                "--shell",
                "/usr/sbin/nologin",
                SERVER_USER,
            ]
        )
        return pwd.getpwnam(SERVER_USER)


def as_server_user(command: Sequence[str], *, death_signal: str | None = None) -> list[str]:
    """``command`` as the user who may run the server; ``death_signal`` reaches it when whoever started it ends."""
    user = server_user()
    options = []
    if user is not None:
        options += [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--init-groups"]
    if death_signal is not None:
        options += [f"--pdeathsig={death_signal}"]
    return ["setpriv", *options, "--", *command] if options else list(command)


def run(command: Sequence[str], environment: dict[str, str] | None = None, text: str = "") -> str:
    """Runs a program with ``text`` as its input and gives what it printed. Raises PostgresqlProgramFailed with its last lines."""
    try:
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, errors="replace", cwd="/", env=environment, check=False
        )
    except OSError as error:
        raise PostgresqlProgramFailed(program=Path(command[0]).name, reason=error.strerror or error) from error
    if done.returncode != 0:
        program = next(Path(word).name for word in command if not word.startswith("-") and Path(word).name != "setpriv")
        raise PostgresqlProgramFailed(program=program, reason=last_lines(done.stderr or done.stdout))
    return done.stdout


def last_lines(text: str, count: int = 5) -> str:
    """The end of a program's output, for a message."""
    return "\n".join(text.strip().splitlines()[-count:])
