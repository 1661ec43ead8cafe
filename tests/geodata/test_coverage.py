"""The derived tables: which grid holds each building, what is wrong with the grids, and of which versions that is."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, select, text, update

from geodata.coverage.freshness import coverage_freshness
from geodata.coverage.renewal import renew_coverage
from geodata.days import today
from geodata.jobs.coverage import KIND, ask_for_coverage, coverage, coverage_timer
from geodata.jobs.runner import Runner
from geodata.settings import Settings
from geodata.tables import building, building_grid, division, fact, finding, grid, household, job
from tests.geodata.cities import (
    COMMUNITY,
    SIDE,
    SOUTH,
    WEST,
    insert_building,
    insert_divisions,
    insert_grid,
    insert_grids,
    insert_household,
    middle_of,
)


def square(conn: Connection, columns: float = 3, rows: float = 3) -> None:
    """Give the community its ground: the nine grids', or another multiple of their sides."""
    box = text("ST_Multi(ST_MakeEnvelope(:w, :s, :e, :n, 4326))").bindparams(
        w=WEST, s=SOUTH, e=WEST + columns * SIDE, n=SOUTH + rows * SIDE
    )
    conn.execute(update(division).where(division.c.code == COMMUNITY).values(geom=box))


def house(conn: Connection, code: str, lon: float, lat: float, homes: int = 0) -> int:
    key = insert_building(conn, code, lon, lat)
    for number in range(homes):
        insert_household(conn, f"{code}-{number}", key)
    return key


def findings(conn: Connection) -> list[Any]:
    columns = (finding.c.kind, finding.c.area_code, finding.c.grid_a, finding.c.grid_b, finding.c.households)
    return [tuple(row) for row in conn.execute(select(*columns).order_by(finding.c.kind, finding.c.id))]


def test_a_sound_city_has_buildings_in_grids_and_no_findings(nine_grids: Connection, settings: Settings) -> None:
    square(nine_grids)
    a, b = house(nine_grids, "1", *middle_of("a"), homes=3), house(nine_grids, "2", *middle_of("i"))
    summary = renew_coverage(nine_grids, settings)
    assert (summary.grids, summary.buildings, summary.households, summary.findings) == (9, 2, 3, {})
    rows = nine_grids.execute(
        select(building_grid, grid.c.code).join(grid, grid.c.id == building_grid.c.grid_id).order_by(grid.c.code)
    ).all()
    assert [(row.building_id, row.code, row.grids, row.households) for row in rows] == [(a, "a", 1, 3), (b, "i", 1, 0)]


def test_flaws_of_the_ground_with_the_households_on_it(conn: Connection, settings: Settings) -> None:
    insert_divisions(conn)
    insert_grids(conn, "g h i\nd . f\na b c")
    insert_grid(conn, "x", WEST + 2.5 * SIDE, SOUTH)
    square(conn)
    house(conn, "hole", *middle_of("e"), homes=4)
    twice = (WEST + 2.75 * SIDE, SOUTH + 0.5 * SIDE)
    house(conn, "twice", *twice, homes=2)
    house(conn, "far", WEST - SIDE, SOUTH)
    assert renew_coverage(conn, settings).findings == {
        "gap": 1, "overlap": 1, "outside": 1, "building_in_none": 2, "building_in_several": 1,
    }  # fmt: skip
    assert findings(conn) == [
        ("building_in_none", COMMUNITY, None, None, 4),
        ("building_in_none", None, None, None, 0),
        ("building_in_several", COMMUNITY, "c", None, 2),
        ("gap", COMMUNITY, "b", "d", 4),
        ("outside", COMMUNITY, "x", None, 0),
        ("overlap", COMMUNITY, "c", "x", 2),
    ]
    area = conn.scalar(select(finding.c.area_m2).where(finding.c.kind == "gap"))
    ground = conn.scalar(select(grid.c.area_m2).where(grid.c.code == "d"))
    assert area == pytest.approx(ground, rel=1e-4)
    assert conn.scalar(text("SELECT bool_and(ST_SRID(geom) = 4326 AND ST_IsValid(geom)) FROM finding"))


def test_the_largest_share_holds_and_the_second_grid_is_told(nine_grids: Connection, settings: Settings) -> None:
    square(nine_grids)
    insert_building(nine_grids, "1", WEST + SIDE + 0.0001, SOUTH + 0.5 * SIDE)  # most of it in b
    renew_coverage(nine_grids, settings)
    row = nine_grids.execute(select(grid.c.code, building_grid.c.grids).join(building_grid)).one()
    assert tuple(row) == ("b", 2)
    assert findings(nine_grids) == [("building_in_several", COMMUNITY, "b", None, 0)]


def test_only_grids_in_force_count_and_a_second_run_replaces_the_first(conn: Connection, settings: Settings) -> None:
    insert_divisions(conn)
    insert_grids(conn, valid="(,2020-01-01)")
    insert_grids(conn, "a b c\nd e f\ng h i", valid="[2020-01-01,)")
    house(conn, "1", *middle_of("a"))
    for _ in range(2):
        assert renew_coverage(conn, settings).grids == 9
        held = conn.execute(select(grid.c.code).join(building_grid)).scalars().all()
        assert held == ["g"]


def test_nothing_to_derive(conn: Connection, settings: Settings) -> None:
    assert renew_coverage(conn, settings).findings == {}
    house(conn, "1", WEST, SOUTH, homes=1)
    assert renew_coverage(conn, settings).findings == {"building_in_none": 1}


def test_freshness_names_the_layers_that_changed(nine_grids: Connection, settings: Settings) -> None:
    day = today(settings.zone)
    before = coverage_freshness(nine_grids, day)
    assert (before.fresh, before.at, before.changed) == (False, None, ("grid", "division"))
    renew_coverage(nine_grids, settings)
    assert coverage_freshness(nine_grids, day).fresh
    key = house(nine_grids, "1", *middle_of("a"))
    assert coverage_freshness(nine_grids, day).changed == ("building",)
    insert_household(nine_grids, "h", key)
    assert coverage_freshness(nine_grids, day).changed == ("building", "household")
    renew_coverage(nine_grids, settings)
    assert coverage_freshness(nine_grids, day).fresh


def test_grids_that_come_into_force_make_it_stale(nine_grids: Connection, settings: Settings) -> None:
    day = today(settings.zone)
    insert_grid(nine_grids, "new", WEST, SOUTH - SIDE, valid="[2099-01-01,)")
    renew_coverage(nine_grids, settings)
    assert coverage_freshness(nine_grids, day).fresh
    assert coverage_freshness(nine_grids, date(2098, 12, 31)).fresh
    assert coverage_freshness(nine_grids, date(2099, 1, 1)).changed == ("grid",)


def test_the_timer_asks_once_and_the_job_derives(engine: Engine, settings: Settings) -> None:
    with engine.begin() as conn:
        insert_divisions(conn)
        insert_grids(conn)
        house(conn, "1", *middle_of("a"), homes=2)
    runner = Runner(engine, settings)
    with engine.begin() as conn:
        conn.execute(job.insert().values(kind="coverage_timer"))
    assert {coverage.__name__, coverage_timer.__name__} == {"coverage", "coverage_timer"}
    assert runner.run_one()
    with engine.begin() as conn:
        ask_for_coverage(conn)
        assert conn.execute(select(job.c.state).where(job.c.kind == KIND)).scalars().all() == ["waiting"]
    assert runner.run_one()
    with engine.begin() as conn:
        done = conn.execute(select(job).where(job.c.kind == KIND)).one()
        assert (done.state, done.message) == ("done", "")
        assert done.result == {"grids": 9, "buildings": 1, "households": 2, "findings": {}}
        assert coverage_freshness(conn, today(settings.zone)).fresh
        conn.execute(job.insert().values(kind="coverage_timer"))
    assert runner.run_one()
    with engine.begin() as conn:
        assert conn.execute(select(job.c.id).where(job.c.kind == KIND)).scalars().all() == [done.id]
        for table in (job, finding, building_grid, household, building, grid, fact, division):
            conn.execute(delete(table))
