"""``gridmap load`` from outside: dry run, commit, exit codes, the file of rejects, Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from geodata.cli import main
from geodata.database import engine_for

Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRIDMAP_DATABASE_URL", database_url)
    monkeypatch.setenv("GRIDMAP_LANGUAGE", "en")

    def call(*arguments: str) -> Result:
        try:
            return CliRunner().invoke(main, ["--home", str(tmp_path), *arguments])
        finally:
            engine_for.cache_clear()

    return call


@pytest.fixture
def divisions(tmp_path: Path, engine: Engine) -> Path:
    with engine.begin() as conn:
        conn.execute(text("DELETE FROM division"))
    path = tmp_path / "divisions.csv"
    path.write_text("code,name\n150105,赛罕区\n150106,\n", encoding="utf-8")
    return path


def stored(engine: Engine) -> int:
    with engine.connect() as conn:
        return int(conn.scalar(text("SELECT count(*) FROM division")) or 0)


def test_a_dry_run_tells_everything_and_changes_nothing(run: Run, divisions: Path, engine: Engine) -> None:
    result = run("load", "divisions", str(divisions))
    assert result.exit_code == 1, result.output
    assert "Dry run" in result.output
    assert "row 3 [150106] value_missing: “name” is empty." in result.output
    assert stored(engine) == 0


def test_commit_writes_the_good_rows_and_the_rejects_to_a_file(
    run: Run, divisions: Path, engine: Engine, tmp_path: Path
) -> None:
    result = run("load", "divisions", str(divisions), "--commit")
    assert result.exit_code == 1, result.output
    assert stored(engine) == 2
    rejects = pd.read_csv(tmp_path / "divisions.csv.rejects.csv", dtype=str)
    assert rejects.columns.tolist() == ["row", "reason", "message", "code", "name"]
    assert rejects.loc[0, ["row", "reason", "code"]].tolist() == ["3", "value_missing", "150106"]
    assert (tmp_path / "divisions.csv.rejects.csv").stat().st_mode & 0o077 == 0
    again = run("load", "divisions", str(divisions), "--commit", "--rejects", "elsewhere.csv")
    assert "unchanged            1" in again.output
    assert (tmp_path / "elsewhere.csv").exists()


def test_mended_rejects_load(run: Run, divisions: Path, engine: Engine, tmp_path: Path) -> None:
    run("load", "divisions", str(divisions), "--commit")
    rejects = pd.read_csv(tmp_path / "divisions.csv.rejects.csv", dtype=str)
    rejects["name"] = "某区"
    rejects.to_csv(tmp_path / "mended.csv", index=False)
    result = run("load", "divisions", "mended.csv", "--commit")
    assert result.exit_code == 0, result.output
    assert stored(engine) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("divisions", "nowhere.csv"), "There is no file"),
        (("divisions", "divisions.csv", "--map", "code"), "FIELD=COLUMN"),
        (("divisions", "divisions.csv", "--map", "code=number"), "no column “number”"),
        (("trees", "divisions.csv"), "trees"),
        (("divisions", "divisions.csv", "--datum", "mars"), "mars"),
    ],
)
def test_bad_input_ends_with_2_and_a_message(
    run: Run, divisions: Path, arguments: tuple[str, ...], message: str
) -> None:
    result = run("load", *arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("rejects", ["divisions.csv", "nowhere/rejects.csv", "/proc/rejects.csv"])
def test_rejects_that_cannot_be_kept_stop_the_load(run: Run, divisions: Path, engine: Engine, rejects: str) -> None:
    before = divisions.read_bytes()
    result = run("load", "divisions", str(divisions), "--commit", "--rejects", rejects)
    assert result.exit_code == 2, result.output
    assert "file of rejects" in result.output
    assert divisions.read_bytes() == before
    assert stored(engine) == 0


def test_two_loads_of_one_file_at_a_time_agree(
    divisions: Path, engine: Engine, database_url: str, tmp_path: Path
) -> None:
    environment = {**os.environ, "GRIDMAP_DATABASE_URL": database_url, "GRIDMAP_LANGUAGE": "en"}
    command = [sys.executable, "-c", "from geodata.cli.main import main; main()", "--home", str(tmp_path), "load"]
    children = [
        subprocess.Popen(
            [*command, "divisions", str(divisions), "--commit", "--rejects", str(tmp_path / f"rejects{number}.csv")],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        for number in range(2)
    ]  # fmt: skip
    told = [child.communicate(timeout=120)[0] for child in children]
    assert [child.returncode for child in children] == [1, 1], told
    assert sorted("new                  1" in text for text in told) == [False, True], told
    assert stored(engine) == 2


def test_messages_are_in_the_language_of_the_setting(
    run: Run, divisions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDMAP_LANGUAGE", "zh")
    assert "试运行" in run("load", "divisions", str(divisions)).output
    assert "找不到文件" in run("load", "divisions", "nowhere.csv").output


def test_ctrl_c_while_the_database_waits_leaves_nothing(
    divisions: Path, engine: Engine, database_url: str, tmp_path: Path
) -> None:
    environment = {**os.environ, "GRIDMAP_DATABASE_URL": database_url, "GRIDMAP_LANGUAGE": "en"}
    command = [sys.executable, "-c", "from geodata.cli.main import main; main()"]
    with engine.connect() as blocker:
        blocker.execute(text("LOCK TABLE division IN ACCESS EXCLUSIVE MODE"))
        with subprocess.Popen(
            [*command, "--home", str(tmp_path), "load", "divisions", str(divisions), "--commit"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_hear_ctrl_c,
        ) as child:
            try:
                _wait_until_blocked(blocker.engine)
                child.send_signal(signal.SIGINT)
                _, told = child.communicate(timeout=120)
            finally:
                child.kill()  # one that hears nothing would be waited for without end
        blocker.rollback()
    assert child.returncode == 130, told
    assert "Traceback" not in told
    assert stored(engine) == 0


def _hear_ctrl_c() -> None:
    """Tests that were started in the background of a shell ignore it, and their children with them."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _wait_until_blocked(engine: Engine) -> None:
    for _ in range(1200):
        with engine.connect() as conn:
            if conn.scalar(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
                )
            ):
                return
        time.sleep(0.05)
    pytest.fail("the command never reached the database")
