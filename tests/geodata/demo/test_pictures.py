"""The sample's drawn photos: judged as any other, and gone with the sample, files too."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, Engine, func, select

from geodata.cli import main
from geodata.demo import City
from geodata.demo.sample import load_city
from geodata.photos import decode
from geodata.settings import Settings
from geodata.tables import photo


def stored(settings: Settings) -> list[Path]:
    return [path for path in (settings.home / "photos").rglob("*") if path.is_file()]


def test_they_show_each_kind_of_remark(conn: Connection, settings: Settings, tiny: City) -> None:
    load_city(conn, settings, tiny, accounts=False)
    rows = conn.execute(select(photo).order_by(photo.c.id)).all()
    assert [row.remarks for row in rows] == [
        [], [], ["far"], ["old"], ["no_position"], [], ["no_position", "no_time"], [], ["no_position"],
    ]  # fmt: skip
    assert rows[2].distance_m == pytest.approx(1300, rel=0.01)
    assert [row.direction_deg for row in rows if row.direction_deg] == [35, 140, 270, 305, 88]
    assert all(row.report_id is not None for row in rows)
    originals = [path for path in stored(settings) if path.suffix == ".original"]
    assert len(originals) == len(rows)
    assert all(path.stat().st_size < 20_000 for path in originals)
    assert {decode(path.read_bytes(), "", settings.zone).width for path in originals} == {480}


def test_removal_takes_rows_and_files(engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDMAP_DATABASE_URL", settings.database_url)
    run, home = CliRunner(), ["--home", str(settings.home)]
    loaded = run.invoke(main, [*home, "demo", "load", "--size", "tiny", "--no-accounts"])
    assert loaded.exit_code == 0, loaded.output
    assert "9  照片" in loaded.output
    assert len(stored(settings)) == 27
    assert run.invoke(main, [*home, "demo", "remove"]).exit_code == 0
    assert stored(settings) == []
    with engine.connect() as conn:
        assert conn.scalar(select(func.count()).select_from(photo)) == 0
