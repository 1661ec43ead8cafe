"""A private PostgreSQL cluster with PostGIS: made, started, recovered, stopped, apart from any other on the machine."""

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from geodata.cluster_errors import ClusterNotStarted, ClusterNotStopped, ClusterOfAnotherUser, SocketFolderUnsafe
from geodata.cluster_settings import configuration_text, server_settings
from geodata.postgresql import (
    Postgresql,
    as_server_user,
    find_postgresql,
    last_lines,
    run,
    server_user,
)
from geodata.server_process import clear_after_crash, pid_file_lines, server_pid

ROLE = "gridmap"
EXTENSIONS = ("postgis", "btree_gist")
SYSTEM_PLACE = Path("/var/lib/gridmap")
# Linux allows 107 bytes for the path of a socket; a URL query would split a host at commas and blanks.
LONGEST_SOCKET_PATH = 107
PLAIN_PATH = re.compile(r"[\w/.+~@-]+", re.ASCII)


class Cluster:
    """The cluster in ``folder``, which is made on the first start.

    ``port`` opens TCP on 127.0.0.1 with a password (see :meth:`password`); without it there is only a unix socket in a
    folder that nobody else may enter. ``durable=False`` is for throwaway clusters. ``software`` holds unpacked server
    packages, by default the folder of that name beside ``folder``, or what GRIDMAP_SOFTWARE names, as the tests do; an
    installed server goes first.

    As root the server runs as the user ``postgres``. When that user cannot reach ``folder`` (say, below /root) the data
    go to a folder of their own below /var/lib/gridmap, and ``folder/location`` says which.
    """

    def __init__(
        self, folder: Path, *, port: int | None = None, durable: bool = True, software: Path | None = None
    ) -> None:
        self.folder = Path(os.path.abspath(folder))
        self.port = port
        self.durable = durable
        self.software = software or Path(os.environ.get("GRIDMAP_SOFTWARE") or self.folder.parent / "software")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def place(self) -> Path:
        """Where the cluster really is: ``folder``, or what ``folder/location`` says."""
        pointer = self.folder / "location"
        try:
            return Path(pointer.read_text().strip())
        except FileNotFoundError:
            return self.folder
        except PermissionError as error:
            raise ClusterOfAnotherUser(folder=self.folder, owner=self.folder.owner()) from error

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.place / "data"

    @property
    def socket_folder(self) -> Path:
        """Folder of the unix socket: beside the data, or a short one when that path is too long for a socket."""
        running = pid_file_lines(self.data)
        if len(running) >= 5 and running[4]:
            return Path(running[4])
        near = self.place / "socket"
        if self._fits(near):
            return near
        mark = hashlib.sha256(str(self.place).encode()).hexdigest()[:12]
        base = "/tmp" if os.geteuid() == 0 else os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()  # noqa: S108
        short = Path(base) / f"gridmap-{mark}"
        return short if self._fits(short) else Path("/tmp") / short.name  # noqa: S108

    @property
    def socket_number(self) -> int:
        """The port, which also names the socket: the running server's, else the one asked for or PostgreSQL's usual."""
        running = pid_file_lines(self.data)
        return int(running[3]) if len(running) >= 4 else self.port or 5432

    def _fits(self, folder: Path) -> bool:
        socket = f"{folder}/.s.PGSQL.{self.port or 5432}"
        return len(os.fsencode(socket)) <= LONGEST_SOCKET_PATH and bool(PLAIN_PATH.fullmatch(socket))

    def url(self, database: str = "gridmap") -> str:
        """SQLAlchemy URL over the socket; no password, for the folder guards it."""
        host, port = quote(str(self.socket_folder)), self.socket_number
        return f"postgresql+psycopg2://{ROLE}@/{quote(database)}?host={host}&port={port}"

    def password(self) -> str:
        """The role's password for TCP, made on the first use and kept in ``folder/password``."""
        file = self.folder / "password"
        if not file.is_file():
            fresh = file.with_suffix(f".{os.getpid()}")
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(24))
            fresh.replace(file)  # whole or not at all: an empty password would be none
        return file.read_text()

    def postgresql(self) -> Postgresql:
        """The server software: the version that made the data, else the newest. Raises what is missing."""
        made_by = self.data / "PG_VERSION"
        return find_postgresql(self.software, int(made_by.read_text()) if made_by.is_file() else None)

    # -- start and stop -------------------------------------------------------------------------------------------

    def start(
        self, *, log: Path | None = None, die_with_parent: bool = False, timeout_s: float = 300
    ) -> subprocess.Popen[bytes] | None:
        """Makes the cluster when there is none, starts the server, waits until it answers.

        Gives the server's process, None when one was running already. After a crash it waits for what is left of the
        old server, clears it away and lets PostgreSQL replay its journal. ``die_with_parent``: the server stops when
        the calling thread ends, however it ends. ``log`` is where the server writes, by default ``folder/server.log``.
        """
        software = self.postgresql()
        self._claim_place()
        log = log or self.folder / "server.log"
        with open(self.folder / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.is_running():
                return None
            if self._process is not None:
                # A killed server has lost its work before the kernel has done with its process.
                self._process.wait(timeout_s)
            if not self.data.is_dir():
                self._initialise(software)
            clear_after_crash(self.data, self.socket_folder)
            self._make_socket_folder()
            settings = server_settings(socket_folder=self.socket_folder, port=self.port, durable=self.durable)
            self._write_as_server(self.data / "gridmap.conf", configuration_text(settings))
            command = [software.program("postgres"), "-D", str(self.data)]
            with open(log, "ab") as output:
                self._process = subprocess.Popen(
                    as_server_user(command, death_signal="INT" if die_with_parent else None),
                    stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/",
                    env=software.plain_environment(), start_new_session=True,
                )  # fmt: skip
            self._await_ready(self._process, log, timeout_s)
        if self.port:
            self.execute(f"ALTER ROLE {ROLE} PASSWORD '{self.password()}'")
        return self._process

    def stop(self, timeout_s: float = 60) -> None:
        """Ends the server and its sessions, with everything written; no harm when none runs."""
        pid = server_pid(self.data)
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
            end = time.monotonic() + timeout_s
            while server_pid(self.data) is not None:
                self._reap()
                if time.monotonic() > end:
                    raise ClusterNotStopped(seconds=timeout_s)
                time.sleep(0.02)
        self._reap()
        if self._process is not None and self._process.returncode is None:
            self._process.wait(timeout_s)
        if self.socket_folder != self.place / "socket":
            with contextlib.suppress(OSError):
                self.socket_folder.rmdir()

    def is_running(self) -> bool:
        """Whether the server of this very cluster is alive."""
        self._reap()
        return server_pid(self.data) is not None

    # -- databases ------------------------------------------------------------------------------------------------

    def execute(self, statement: str, database: str = "postgres") -> str:
        """Runs one SQL statement as superuser and gives its rows as text, fields separated by ``|``."""
        software = self.postgresql()
        command = [software.program("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", str(self.socket_folder),
                   "-p", str(self.socket_number), "-U", ROLE, "-d", database]  # fmt: skip
        # Not as an argument: the list of processes shows those to everybody, and a statement may hold the password.
        return run(command, software.plain_environment(), f"{statement};\n").strip()

    def has_database(self, name: str) -> bool:
        """Whether a database of that name exists."""
        return name in self.execute("SELECT datname FROM pg_database").splitlines()

    def create_database(self, name: str, template: str | None = None) -> None:
        """Makes a database with PostGIS, or a copy of ``template`` (to which nobody may be connected)."""
        if template is not None:
            self.execute(f"CREATE DATABASE {_identifier(name)} TEMPLATE {_identifier(template)}")
            return
        self.execute(f"CREATE DATABASE {_identifier(name)}")
        for extension in EXTENSIONS:
            self.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}", name)

    def drop_database(self, name: str) -> None:
        """Removes a database and ends its sessions; no harm when there is none."""
        self.execute(f"DROP DATABASE IF EXISTS {_identifier(name)} WITH (FORCE)")

    # -- the folder -----------------------------------------------------------------------------------------------

    def _claim_place(self) -> None:
        """Makes the folder, for the server's user when we are root, and moves out where that user cannot go."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        user = server_user()
        if self.data.is_dir() and self.data.stat().st_uid != (user.pw_uid if user else os.geteuid()):
            raise ClusterOfAnotherUser(folder=self.folder, owner=self.data.owner())
        if user is None or self.place != self.folder:
            return
        os.chown(self.folder, user.pw_uid, user.pw_gid)
        reachable = subprocess.run(as_server_user(["test", "-w", str(self.folder)]), cwd="/", check=False)
        if reachable.returncode == 0:
            return
        # A part of the name is random, so that a folder that was deleted and made anew does not find its old data.
        mark = hashlib.sha256(str(self.folder).encode()).hexdigest()[:8]
        moved = SYSTEM_PLACE / f"{mark}-{secrets.token_hex(4)}"
        SYSTEM_PLACE.mkdir(parents=True, exist_ok=True, mode=0o755)
        moved.mkdir(mode=0o700)
        os.chown(moved, user.pw_uid, user.pw_gid)
        (self.folder / "location").write_text(f"{moved}\n")

    def _initialise(self, software: Postgresql) -> None:
        """initdb into a folder beside, renamed when complete: an interrupted one is simply made anew."""
        unfinished = self.place / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        command = [software.program("initdb"), "-D", str(unfinished), "-U", ROLE, "--encoding=UTF8", "--locale=C",
                   "--auth-local=trust", "--auth-host=scram-sha-256"]  # fmt: skip
        if Path("/usr/lib/locale/C.utf8").is_dir():
            # Sorted by code point, so that an index serves LIKE 'prefix%'; upper and lower case of every script.
            command.append("--lc-ctype=C.UTF-8")
        command.append("--data-checksums" if self.durable else "--no-sync")
        run(as_server_user(command), software.plain_environment())
        with open(unfinished / "postgresql.conf", "a") as configuration:
            configuration.write("include 'gridmap.conf'\n")
        unfinished.rename(self.place / "data")

    def _make_socket_folder(self) -> None:
        folder, user = self.socket_folder, server_user()
        owner = user.pw_uid if user else os.geteuid()
        try:
            folder.mkdir(mode=0o700)
            if user:
                os.chown(folder, user.pw_uid, user.pw_gid)
        except FileExistsError:
            status = folder.lstat()
            if folder.is_symlink() or status.st_uid != owner or status.st_mode & 0o077:
                raise SocketFolderUnsafe(folder=folder) from None

    def _write_as_server(self, file: Path, text: str) -> None:
        file.write_text(text)
        user = server_user()
        if user:
            os.chown(file, user.pw_uid, user.pw_gid)

    def _await_ready(self, process: subprocess.Popen[bytes], log: Path, timeout_s: float) -> None:
        end = time.monotonic() + timeout_s
        while True:
            if process.poll() is not None:
                raise ClusterNotStarted(reason=last_lines(log.read_text(errors="replace")), log=log)
            lines = pid_file_lines(self.data)
            if len(lines) >= 8 and lines[7].strip() == "ready" and lines[0] == str(process.pid):
                return
            if time.monotonic() > end:
                process.send_signal(signal.SIGINT)
                process.wait()
                raise ClusterNotStarted(reason=f"not ready after {timeout_s:g} s", log=log)
            time.sleep(0.02)

    def _reap(self) -> None:
        if self._process is not None:
            self._process.poll()


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextlib.contextmanager
def temporary_cluster() -> Iterator[Cluster]:
    """A throwaway cluster in the temporary folder, for tests: fast, and gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="gridmap-"))
    folder.chmod(0o755)
    cluster = Cluster(folder / "pg", durable=False)
    try:
        cluster.start(die_with_parent=True)
        yield cluster
    finally:
        cluster.stop()
        if cluster.place != cluster.folder:
            shutil.rmtree(cluster.place, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
