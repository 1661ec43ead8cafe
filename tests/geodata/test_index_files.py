"""The index in its file: shared by processes, never stale, never another one's, and not missed when it cannot be written."""

import errno
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from geodata.indexes import city as indexes
from geodata.indexes import file as index_file
from geodata.indexes import store as index_store
from geodata.indexes.city import grid_index
from geodata.settings import Settings
from geodata.versions import version_of
from tests.geodata.cities import SIDE, SOUTH, WEST, insert_divisions, insert_grid, insert_grids

TODAY = date(2026, 11, 21)
TOMORROW = TODAY + timedelta(days=1)
ROOT = Path(__file__).resolve().parents[2]


class Process:
    """Another process with the same home and database."""

    def __init__(self, settings: Settings, *words: str) -> None:
        command = [sys.executable, "-P", "-m", "tests.geodata.index_process"]
        self.child = subprocess.Popen(
            [*command, settings.database_url, str(settings.home), *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    def send(self, day: date) -> None:
        assert self.child.stdin is not None
        self.child.stdin.write(f"{day}\n")
        self.child.stdin.flush()

    def line(self) -> str:
        assert self.child.stdout is not None
        return self.child.stdout.readline().strip()

    def ask(self, day: date) -> dict[str, Any]:
        """Where the middle of e lies on a day, in a transaction of its own."""
        self.send(day)
        found: dict[str, Any] = json.loads(self.line())
        return found


@pytest.fixture
def started() -> Iterator[Callable[..., Process]]:
    """Starts processes, which end with the test."""
    children: list[Process] = []

    def start(settings: Settings, *words: str) -> Process:
        children.append(Process(settings, *words))
        return children[-1]

    yield start
    for each in children:
        each.child.kill()
        each.child.communicate()


@pytest.fixture
def city(engine: Engine) -> Iterator[Engine]:
    """Nine grids until tomorrow, one in their place from then on; committed, and taken away again."""
    with engine.begin() as conn:
        insert_divisions(conn)
        insert_grids(conn, valid=f"(,{TOMORROW})")
        insert_grid(conn, "z", WEST, SOUTH, side=3 * SIDE, valid=f"[{TOMORROW},)")
    yield engine
    with engine.begin() as conn:
        conn.execute(text("DELETE FROM grid"))
        conn.execute(text("DELETE FROM division"))


def files(settings: Settings) -> list[Path]:
    return sorted((settings.home / "indexes").glob("*.index"))


def forget() -> None:
    """As a process that has just started."""
    indexes._made.clear()


def test_two_processes_a_publication_and_a_midnight(
    city: Engine, settings: Settings, started: Callable[..., Process]
) -> None:
    one, other = started(settings), started(settings)
    first = one.ask(TODAY)
    assert (first["code"], first["built"]) == ("e", 1)
    assert other.ask(TODAY) == {**first, "built": 0}  # from the file of the first
    assert (one.ask(TOMORROW)["code"], other.ask(TOMORROW)["code"]) == ("z", "z")
    assert one.ask(TODAY)["code"] == "e"
    with city.begin() as conn:
        conn.execute(text("UPDATE grid SET code = 'ee' WHERE code = 'e'"))
        assert one.ask(TODAY)["code"] == "e"  # not committed yet
    for process in (one, other):
        answer = process.ask(TODAY)
        assert answer["code"] == "ee"
        assert answer["version"] > first["version"]
    assert one.ask(TODAY)["built"] + other.ask(TODAY)["built"] == 3  # two editions, and one anew after the publication


def test_days_without_a_change_share_one_edition(city: Engine, settings: Settings) -> None:
    with city.connect() as conn:
        before = [grid_index(conn, settings, TODAY - timedelta(days=days)) for days in range(3)]
        after = [grid_index(conn, settings, TOMORROW + timedelta(days=days)) for days in range(3)]
    assert len({id(each.index) for each in before}) == len({id(each.index) for each in after}) == 1
    assert [each.at for each in after] == [TOMORROW + timedelta(days=days) for days in range(3)]
    assert len(files(settings)) == 2


def test_what_is_mapped_is_what_was_read(city: Engine, settings: Settings) -> None:
    with city.connect() as conn:
        built = grid_index(conn, settings, TODAY)
        forget()
        mapped = grid_index(conn, settings, TODAY)
    assert mapped.index is not built.index
    assert (mapped.codes, mapped.names, mapped.communities) == (built.codes, built.names, built.communities)
    assert (mapped.version, mapped.grid_ids.tolist()) == (built.version, built.grid_ids.tolist())
    assert mapped.index.codes == built.codes


@pytest.mark.parametrize("damage", ["cut", "garbage", "empty", "flipped", "foreign", "older"])
def test_a_file_that_is_not_sound_is_built_anew(
    city: Engine, settings: Settings, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with city.connect() as conn:
        grid_index(conn, settings, TODAY)
        (path,) = files(settings)
        sound = path.read_bytes()
        if damage == "foreign":  # another edition's content under this name
            grid_index(conn, settings, TOMORROW)
            path.write_bytes(next(each for each in files(settings) if each != path).read_bytes())
        elif damage == "older":
            with monkeypatch.context() as patch:
                patch.setattr(index_store, "_made_by", lambda: "an earlier release")
                path.unlink()
                forget()
                grid_index(conn, settings, TODAY)
            assert path.read_bytes() != sound
        else:
            torn = {"cut": sound[:-100], "garbage": b"gridmapi" + b"\xff" * 900, "empty": b""}
            path.write_bytes(torn.get(damage, sound[:-9] + bytes([sound[-9] ^ 1]) + sound[-8:]))
        forget()
        found = grid_index(conn, settings, TODAY)
    assert found.codes == tuple("abcdefghi")
    assert path.read_bytes() == sound


def test_a_builder_that_is_killed_leaves_nothing_in_the_way(
    city: Engine, settings: Settings, started: Callable[..., Process]
) -> None:
    killed = started(settings, "hang")
    killed.send(TODAY)
    assert killed.line() == "writing"
    waiting = started(settings)
    waiting.send(TODAY)
    killed.child.kill()
    assert json.loads(waiting.line()) == {"code": "e", "version": version(city), "built": 1, "at": str(TODAY)}
    assert len(files(settings)) == 1
    assert not list((settings.home / "indexes").glob("*.new"))


def test_old_versions_are_swept_and_a_draft_makes_no_file(city: Engine, settings: Settings) -> None:
    with city.connect() as conn:
        grid_index(conn, settings, TODAY)
        old = files(settings)
        conn.execute(text("UPDATE grid SET name = 'x'"))
        assert set(grid_index(conn, settings, TODAY).names) == {"x"}
        assert files(settings) == old
        conn.commit()
        forget()
        grid_index(conn, settings, TODAY)
    assert len(files(settings)) == 1
    assert files(settings) != old


def test_without_a_disk_the_answer_comes_from_memory(
    city: Engine, settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(index_file, "write", full)
    blocked = replace(settings, home=settings.home / "blocked")
    blocked.home.mkdir(parents=True)
    (blocked.home / "indexes").write_text("not a folder")
    with caplog.at_level(logging.WARNING, logger="geodata.indexes.store"), city.connect() as conn:
        for home in (settings, blocked):
            for day in (TODAY, TOMORROW):
                forget()
                assert len(grid_index(conn, home, day).codes) == (9 if day == TODAY else 1)
    assert len(caplog.records) == 2  # one a folder


def test_a_database_made_anew_under_the_same_address_is_another(city: Engine, settings: Settings) -> None:
    with city.connect() as conn:
        grid_index(conn, settings, TODAY)
        conn.info[indexes._DATABASE] = "1-1"
        grid_index(conn, settings, TODAY)
    assert len({path.name.split("_")[0] for path in files(settings)}) == 2


def version(engine: Engine) -> int:
    with engine.connect() as conn:
        return version_of(conn, "grid")


def test_holding_the_grids_makes_a_change_wait(city: Engine) -> None:
    with city.connect() as worker, city.connect() as publisher:
        indexes.hold_grids(worker)
        publisher.execute(text("SET lock_timeout = '200ms'"))
        with pytest.raises(Exception, match="lock timeout"):
            publisher.execute(text("UPDATE grid SET name = 'y'"))
        publisher.rollback()
        worker.rollback()
        publisher.execute(text("UPDATE grid SET name = 'y'"))
        publisher.rollback()


def test_a_connection_that_reads_older_grids_reads_them_all(city: Engine, settings: Settings) -> None:
    """A transaction that sees the state of before a publication is answered from that state."""
    with city.connect().execution_options(isolation_level="REPEATABLE READ") as old, city.connect() as new:
        assert _middle_name(old, settings) != "n"
        new.execute(text("UPDATE grid SET name = 'n'"))
        new.commit()
        forget()
        assert _middle_name(new, settings) == "n"
        assert _middle_name(old, settings) != "n"


def _middle_name(conn: Connection, settings: Settings) -> str:
    return grid_index(conn, settings, TODAY).names[4]
