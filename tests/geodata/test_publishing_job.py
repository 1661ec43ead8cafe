"""The midnight job: once, whatever dies, however late."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, Engine, delete, func, select, update

from geodata.actions import publishing
from geodata.cli import main
from geodata.days import today
from geodata.jobs import publishing as jobs
from geodata.jobs.runner import Runner
from geodata.settings import Settings
from geodata.tables import doubt, grid, job, notice, owner_history, publication
from tests.geodata.cities import SIDE, insert_divisions, insert_grids, middle_of
from tests.geodata.test_publishing import FIRST, causes_of, file_at, load_grids, owner_of, square

_DIES_INSIDE = """
import sys, time
from datetime import date
from geodata.actions import publishing, rerouting
from geodata.database import engine_for
from geodata.settings import Settings
from pathlib import Path

def stop(*_, **__):
    print("inside", flush=True)
    time.sleep(600)

rerouting.tell_workers = stop
settings = Settings(home=Path(sys.argv[2]), database_url=sys.argv[1])
with engine_for(sys.argv[1]).begin() as conn:
    publishing.apply_publication(conn, settings, date.fromisoformat(sys.argv[3]), now=date.fromisoformat(sys.argv[3]))
"""


@pytest.fixture(scope="module")
def planned(
    engine: Engine, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Settings, date, int, int]]:
    """Two reports, one of them in progress, on ground that changes hands tomorrow."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), database_url=database_url)
    day = today(settings.zone) + timedelta(days=1)
    lon, lat = middle_of("b")
    with engine.begin() as conn:
        insert_divisions(conn)
        insert_grids(conn)
        conn.execute(update(grid).values(valid=func.daterange(FIRST, None)))
        waits, works = (
            file_at(conn, settings, (lon - 0.2 * SIDE, lat), status=state) for state in ("filed", "accepted")
        )
        load_grids(conn, settings, {"a": square(0, 0, 1.5), "b": square(1, 0, 0.5, west=0.5)}, day)
    yield settings, day, waits, works
    with engine.begin() as conn:
        conn.execute(delete(job))


def written(conn: Connection) -> tuple[int, int, int]:
    """Histories of publications, questions, notices."""
    published = select(func.count()).select_from(owner_history).where(owner_history.c.cause == "published")
    return (
        conn.scalar(published) or 0,
        conn.scalar(select(func.count()).select_from(doubt)) or 0,
        conn.scalar(select(func.count()).select_from(notice)) or 0,
    )


def test_killed_in_the_middle_it_has_done_nothing_and_the_next_does_it_once(
    engine: Engine, planned: tuple[Settings, date, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, day, waits, works = planned
    words = [sys.executable, "-c", _DIES_INSIDE, settings.database_url, str(settings.home), day.isoformat()]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."}) as dying:
        assert dying.stdout is not None
        assert dying.stdout.readline().strip() == "inside"
        dying.send_signal(signal.SIGKILL)
    with engine.connect() as conn:
        assert written(conn) == (0, 0, 0)
        assert owner_of(conn, waits) == "b"
        assert conn.scalar(select(publication.c.applied_at)) is None
    # Before midnight nothing is due, whoever asks.
    runner = Runner(engine, settings)
    while runner.run_one():
        pass
    with engine.connect() as conn:
        assert written(conn) == (0, 0, 0)
    # Midnight has passed; the job that was put in is gone, as after a restore: the timer finds the day.
    monkeypatch.setattr(publishing, "today", lambda _zone: day + timedelta(days=2))
    monkeypatch.setattr(jobs, "today", lambda _zone: day + timedelta(days=2))
    with engine.begin() as conn:
        conn.execute(delete(job))
    _run(engine, settings, "publication_timer")
    with engine.begin() as conn:
        conn.execute(update(job).where(job.c.kind == "publish").values(run_after=func.now() - timedelta(days=1)))
    while runner.run_one():
        pass
    with engine.connect() as conn:
        assert written(conn)[:2] == (1, 1)
        assert (owner_of(conn, waits), owner_of(conn, works)) == ("a", "b")
        assert causes_of(conn, waits) == ["filed", "published"]
    _run(engine, settings, "publication_timer")
    _run(engine, settings, "publish", {"day": day.isoformat()})
    with engine.connect() as conn:
        assert written(conn)[:2] == (1, 1)
        assert not list(conn.scalars(select(job.c.message).where(job.c.state == "failed")))


def _run(engine: Engine, settings: Settings, kind: str, arguments: dict[str, str] | None = None) -> None:
    with engine.begin() as conn:
        conn.execute(job.insert().values(kind=kind, arguments=arguments or {}))
    runner = Runner(engine, settings)
    while runner.run_one():
        pass


def test_the_command_lists_previews_and_refuses_what_is_ahead(planned: tuple[Settings, date, int, int]) -> None:
    settings, day, _, _ = planned

    def run(*words: str) -> tuple[int, str]:
        env = {
            "GRIDMAP_DATABASE_URL": settings.database_url,
            "GRIDMAP_HOME": str(settings.home),
            "GRIDMAP_LANGUAGE": "zh",
        }
        result = CliRunner().invoke(main, ["publish", *words], env=env)
        return result.exit_code, result.output

    assert f"{day}  新增 0 个、停用 0 个、边界变动 2 个网格" in run()[1]
    code, shown = run("--day", day.isoformat())
    assert code == 0
    assert "预览：数据库未作任何改动。" in shown
    assert run("--day", "2020-02-02")[0] == 2
    code, shown = run("--day", day.isoformat(), "--apply")
    assert code == 2
    assert "零时才启用" in shown
