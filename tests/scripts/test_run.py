"""scripts/run as a whole: it answers, survives kill -9 of each of its processes and its own, and leaves nothing behind."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from geodata.cluster import Cluster
from geodata.server_process import processes_of
from scripts.service.holding import start_time

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def until(condition: Callable[[], object], what: str, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.1)


def kill(pid: int) -> None:
    """kill -9; no harm when the process went first, as a worker does when its master goes."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


class Service:
    """A service on a home and a port of its own."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port = home, port
        self.said = home.parent / "said.txt"

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GRIDMAP_")}
        command = [ROOT / "scripts/run", "--home", self.home, "--port", str(self.port), "--no-demo", *options]
        with open(self.said, "wb") as said:
            return subprocess.Popen(command, stdout=said, stderr=said, env=environment, start_new_session=True)

    def start_and_wait(self) -> subprocess.Popen[bytes]:
        process = self.start()
        until(lambda: self.ready(process), "the service is ready", 180)
        return process

    def ready(self, process: subprocess.Popen[bytes]) -> bool:
        assert process.poll() is None, self.said.read_text()
        return "is ready" in self.said.read_text()

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=10) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def pids(self) -> dict[str, int]:
        try:
            return {name: pid for name, (pid, _) in json.loads((self.home / "service.json").read_text()).items()}
        except FileNotFoundError:
            return {}

    def everything(self) -> list[int]:
        """Every live process that works for this home: by its environment, and the database's by their folder."""
        mark = f"GRIDMAP_HOME={self.home}".encode()
        found = processes_of(Cluster(self.home / "pg").data)
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0") and start_time(int(entry.name)):
                    found.append(int(entry.name))
            except OSError:
                continue
        return found


@pytest.fixture
def service(open_folder: Path, free_port: int) -> Iterator[Service]:
    made = Service(open_folder / "home", free_port)
    yield made
    for pid in made.everything():
        kill(pid)
    place = Cluster(made.home / "pg").place
    if place != made.home / "pg":
        shutil.rmtree(place, ignore_errors=True)


def test_a_day_in_the_life_of_the_service(service: Service) -> None:
    process = service.start_and_wait()
    assert service.answers()
    assert set(service.pids()) == {"database", "web service", "job runner"}

    second = service.start()
    said = service.said.read_text
    assert second.wait(90) == 1
    assert f"already: http://127.0.0.1:{service.port}" in said()

    for name in ("web service", "job runner", "database"):
        before = service.pids()
        os.kill(before[name], signal.SIGKILL)
        until(lambda name=name, before=before: service.pids().get(name) not in (None, before[name]), f"{name} is back")
        until(service.answers, f"the service answers after the loss of the {name}")

    process.send_signal(signal.SIGINT)
    assert process.wait(90) == 0
    assert service.everything() == []


def test_after_kill_9_of_the_supervisor_nothing_stays_and_the_next_start_is_quick(service: Service) -> None:
    process = service.start_and_wait()
    Cluster(service.home / "pg").execute("CREATE TABLE kept AS SELECT 42 AS n", "gridmap")
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    process = service.start_and_wait()
    assert service.answers()
    assert Cluster(service.home / "pg").execute("SELECT n FROM kept", "gridmap") == "42"

    for pid in [process.pid, *service.everything()]:
        kill(pid)
    process.wait(10)
    process = service.start_and_wait()
    assert Cluster(service.home / "pg").execute("SELECT n FROM kept", "gridmap") == "42"
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(90) == 0
    assert service.everything() == []

    process = service.start_and_wait()
    repeated = re.findall(r"Making|Installing|Unpacking|Fetching|Loading|Compiling", service.said.read_text())
    process.send_signal(signal.SIGINT)
    assert process.wait(90) == 0
    assert repeated == [], "a later start repeats nothing of the set-up"


def test_a_taken_port_is_said_before_anything_else_happens(service: Service) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", service.port))
        taken.listen()
        process = service.start()
        assert process.wait(90) == 1
    assert "choose another with --port" in service.said.read_text()
    assert not (service.home / "pg").exists()
