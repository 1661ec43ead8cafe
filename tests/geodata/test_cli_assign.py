"""``gridmap assign`` shows first and writes only when told."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, Engine, func, select, text

from geodata.actions import file_report
from geodata.cli import main
from geodata.settings import Settings
from geodata.tables import owner, owner_history
from gridmap.report import ReportDraft
from tests.geodata.cities import SIDE, SOUTH, WEST, insert_divisions, insert_grids


@pytest.fixture
def moved(engine: Engine, settings: Settings) -> Iterator[Connection]:
    """A report filed in grid a, whose ground then went to grid b."""
    with engine.begin() as conn:
        insert_divisions(conn)
        insert_grids(conn)
        file_report(conn, settings, ReportDraft("积水", lon=WEST + SIDE / 2, lat=SOUTH + SIDE / 2), scope="anonymous")
        conn.execute(text("UPDATE grid SET geom = ST_Translate(geom, 10, 0) WHERE code = 'a'"))
        conn.execute(
            text("UPDATE grid SET geom = ST_Multi(ST_Union(geom, ST_Translate(geom, :d, 0))) WHERE code = 'b'"),
            {"d": -SIDE},
        )
    with engine.connect() as conn:
        yield conn


def run(settings: Settings, *words: str, language: str = "zh") -> str:
    env = {
        "GRIDMAP_DATABASE_URL": settings.database_url,
        "GRIDMAP_HOME": str(settings.home),
        "GRIDMAP_LANGUAGE": language,
    }
    result = CliRunner().invoke(main, ["assign", *words], env=env, catch_exceptions=False)
    return f"{result.exit_code} {result.output}"


def test_assign_previews_then_writes_then_has_nothing_to_do(moved: Connection, settings: Settings) -> None:
    changes = select(func.count()).select_from(owner_history)
    shown = run(settings, "--all")
    assert "1 件，其中 1 件" in shown
    assert "a → b" in shown
    assert "试运行" in shown
    assert moved.scalar(changes) == 1
    moved.rollback()
    assert "已写入" in run(settings, "--all", "--commit")
    assert moved.scalar(changes) == 2
    assert moved.scalar(select(owner.c.reason)) == "inside"
    assert "1 reports looked at, 0 change" in run(settings, "--open", "--commit", language="en")


def test_assign_asks_which(settings: Settings) -> None:
    shown = run(settings)
    assert shown.startswith("2 ")
    assert "--unassigned" in shown
