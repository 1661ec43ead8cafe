"""``scripts/run``: from whatever the machine has to the running service."""

import hashlib
import io
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import FrameType

from geodata.cluster import Cluster
from gridmap import __version__
from gridmap.errors import GridmapError
from scripts.service.database import DatabaseServer
from scripts.service.holding import await_free_port, end_leftovers, hold, remember
from scripts.service.logs import set_aside
from scripts.service.options import Options, parse_options
from scripts.service.supervisor import Program, Supervisor
from scripts.setup.database_server import ensure_postgresql
from scripts.setup.environment import ensure_environment, venv_program
from scripts.setup.frontend import ensure_frontend
from scripts.setup.steps import StepFailed, Steps, checkout

READY_TIMEOUT_S = 90
LOG_LOOK_S = 60
#: Everything compiled that somebody waits for; kept below the home folder, loaded in a second by each process that needs it.
_WARM_UP = (
    "from gridmap import assignment, planning; from gridmap.planning import replay; "
    "assignment.warm_up(); planning.warm_up(); replay.warm_up()"
)
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """Somebody asked us to stop."""


def main(arguments: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may know no Chinese
    options = parse_options(arguments, os.environ)
    for number in STOP_SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN or number == signal.SIGINT:  # nohup stays nohup
            signal.signal(number, _raise_stopped)
    began = time.monotonic()
    try:
        options.home.mkdir(parents=True, exist_ok=True)
        steps = Steps(options.home / "log/setup.log")
        with hold(options.home, options.address):
            return _serve(steps, options, began)
    except Stopped:
        return 130
    except StepFailed as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    except GridmapError as error:
        print(f"\n{error.text('zh')}\n{error.text('en')}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"\n{error.filename or ''}: {error.strerror}", file=sys.stderr)
        return 1


def _raise_stopped(_number: int, _frame: FrameType | None) -> None:
    # A second Ctrl-C must not break off the orderly end.
    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise Stopped


def _serve(steps: Steps, options: Options, began: float) -> int:
    left = end_leftovers(options.home)
    await_free_port(options.host, options.port, patience_s=10 if left else 1)
    ensure_environment(steps)
    ensure_frontend(steps, options.home)
    environment = _environment(options)
    supervisor = Supervisor(steps.note, lambda pids: remember(options.home, pids))
    try:
        if not options.database_url:
            _start_database(steps, options, supervisor)
        _prepare(steps, options, environment)
        _start_programs(steps, options, supervisor, environment)
        _welcome(options, began)
        _warn_of_demo_accounts(options, environment)
        return _watch(options, supervisor)
    finally:
        if supervisor.watched():
            with steps.step("Stopping"):
                supervisor.stop()
        (options.home / "service.json").unlink(missing_ok=True)


def _watch(options: Options, supervisor: Supervisor) -> int:
    """Keeps everything alive until somebody asks to stop, which is the good end."""
    next_look = 0.0
    try:
        while True:
            time.sleep(0.25)
            supervisor.check()
            if time.monotonic() > next_look:
                set_aside(options.home / "log")
                next_look = time.monotonic() + LOG_LOOK_S
    except Stopped:
        print()
        return 0


def _environment(options: Options) -> dict[str, str]:
    """What the service's own processes get: our settings, compiled code kept below the home folder."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return environment | {
        "GRIDMAP_HOME": str(options.home),
        "NUMBA_CACHE_DIR": str(options.home / f"cache/numba-{__version__}"),
        "PYTHONUNBUFFERED": "1",
    }


def _start_database(steps: Steps, options: Options, supervisor: Supervisor) -> None:
    cluster = Cluster(options.home / "pg", port=options.database_port)
    made_by = cluster.data / "PG_VERSION"
    ensure_postgresql(steps, options.home, int(made_by.read_text()) if made_by.is_file() else None)
    with steps.step("Starting the database" if made_by.is_file() else "Making and starting the database"):
        supervisor.start(DatabaseServer(cluster, options.home / "log/database.log"))
        if not cluster.has_database("gridmap"):
            cluster.create_database("gridmap")
    if cluster.place != cluster.folder:
        steps.note(f"The database server's user cannot enter {options.home}: the database is in {cluster.place}")


def _prepare(steps: Steps, options: Options, environment: dict[str, str]) -> None:
    gridmap = str(venv_program("gridmap"))
    with steps.step("Bringing the tables up to date"):
        steps.run([gridmap, "db", "upgrade"], env=environment)
    if options.demo and _first_time(options, "demo"):
        with steps.step("Loading the sample city, if the database is empty"):
            steps.run([gridmap, "demo", "load", "--if-empty"], env=environment)
            _stamp(options, "demo").touch()
    if _first_time(options, "warm"):
        with steps.step("Compiling the index of grids, the planner and the replay, once"):
            steps.run([str(venv_program("python")), "-c", _WARM_UP], env=environment)
            _stamp(options, "warm").touch()


def _first_time(options: Options, what: str) -> bool:
    return not _stamp(options, what).exists()


def _stamp(options: Options, what: str) -> Path:
    """A file that says a step was done: for this database, or for this code and Python."""
    if what == "demo" and not options.database_url:
        return options.home / "pg/demo-seen"  # it goes when the database goes
    folder = options.home / "cache"
    folder.mkdir(exist_ok=True)
    if what == "demo":
        subject = options.database_url
    else:
        code = sorted((checkout() / "gridmap").rglob("*.py"))
        subject = f"{sys.version}{hashlib.sha256(b''.join(file.read_bytes() for file in code)).hexdigest()}"
    return folder / f"{what}-{hashlib.sha256(subject.encode()).hexdigest()[:16]}"


def _start_programs(steps: Steps, options: Options, supervisor: Supervisor, environment: dict[str, str]) -> None:
    log, gridmap = options.home / "log", str(venv_program("gridmap"))
    web = Program("web service", _web_command(options), environment, log / "web.log")
    with steps.step("Starting web service and job runner"):
        supervisor.start(web)
        supervisor.start(Program("job runner", [gridmap, "jobs", "run"], environment, log / "jobs.log"))
        _await_answer(options, web)


def _web_command(options: Options) -> list[str]:
    """Two processes, for two cores; the code is loaded once, before they part: no connection is open at that time."""
    host = f"[{options.host}]" if ":" in options.host else options.host
    command = [
        str(venv_program("gunicorn")), "--preload", "--bind", f"{host}:{options.port}", "--workers", "2",
        "--worker-class", "gthread", "--threads", "8", "--timeout", "60", "--graceful-timeout", "8",
        "--log-level", "warning", "--no-control-socket",
    ]  # fmt: skip
    if options.certificate and options.key:
        command += ["--certfile", str(options.certificate), "--keyfile", str(options.key)]
    if os.access("/dev/shm", os.W_OK):
        command += ["--worker-tmp-dir", "/dev/shm"]
    return [*command, "web:create_app()"]


def _await_answer(options: Options, web: Program) -> None:
    """Returns once the service answers. Its certificate may name the host that others use, so it is not checked here."""
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
    if options.certificate:
        handlers.append(urllib.request.HTTPSHandler(context=ssl._create_unverified_context()))
    opener = urllib.request.build_opener(*handlers)
    end = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < end:
        try:
            with opener.open(f"{options.address}/healthz", timeout=5):
                return
        except OSError:
            if not web.alive():
                raise StepFailed(f"The web service ended at once; see {web.log}\n{_end_of(web.log)}") from None
            time.sleep(0.1)
    raise StepFailed(f"The web service does not answer after {READY_TIMEOUT_S} s; see {web.log}\n{_end_of(web.log)}")


def _end_of(log: Path) -> str:
    return "\n".join(f"    {line}" for line in log.read_text(errors="replace").splitlines()[-8:])


def _welcome(options: Options, began: float) -> None:
    default = checkout() / "var"
    prefix = "" if options.home == default else f"GRIDMAP_HOME={options.home} "
    print(f"""
gridmap {__version__} 已启动 is ready: {options.address}   ({time.monotonic() - began:.1f} s)

  第一个管理员 first administrator:  {prefix}.venv/bin/gridmap user add NAME --role admin
  停止 stop: Ctrl-C    日志 logs: {options.home / "log"}
""", flush=True)  # fmt: skip


def _warn_of_demo_accounts(options: Options, environment: dict[str, str]) -> None:
    """Others can reach the service, and everybody knows the demo's password: say so, loudly."""
    if options.only_here:
        return
    asked = subprocess.run(
        [str(venv_program("gridmap")), "demo", "accounts"], env=environment, capture_output=True, check=False
    )
    if asked.returncode == 0:
        print(f"""
  !! 其他机器可以访问 {options.host}，而示例账号的密码人人皆知。正式使用前请先执行 gridmap demo remove。
  !! Other machines reach {options.host}, and everybody knows the password of the demo's accounts.
  !! Run `gridmap demo remove` before real use, or load the sample with --no-accounts.
""", file=sys.stderr, flush=True)  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
