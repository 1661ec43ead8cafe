"""Ground that nobody can plan on as it stands: said in both languages, with the place, and nothing half written."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
import shapely
from sqlalchemy import Engine, create_engine, delete, func, select, text, update
from sqlalchemy.pool import NullPool

from geodata.accounts import add_account
from geodata.actions.acting import Actor
from geodata.actions.planning.grounding import layers_for, make_ground
from geodata.actions.planning.starting import GROUND_JOB, start_plan
from geodata.actions.planning.suggesting import suggest
from geodata.cluster import Cluster
from geodata.jobs import planning
from geodata.jobs.runner import Runner
from geodata.plans.ground import read_ground
from geodata.plans.layers import NoCommunities
from geodata.plans.listing import plan_by_ref
from geodata.plans.pieces import pieces_of
from geodata.plans.versions import PRESENT, version_of
from geodata.scope import EVERYTHING
from geodata.settings import Settings
from geodata.tables import (
    account,
    building,
    compound,
    division,
    grid,
    household,
    job,
    plan,
    plan_unit,
    plan_version,
    road,
)
from gridmap.datum import Datum, from_wgs84
from gridmap.planning.units import Rules
from tests.conftest import TEMPLATE
from tests.geodata.cities import insert_building, insert_compound, insert_grid, insert_household
from tests.geodata.plans.conftest import DAY
from tests.geodata.plans.test_grounding import NOW, shape

STREET = "150105001"
WEST, SOUTH, SIDE = 111.70, 40.80, 0.006
Town = Callable[..., None]


@pytest.fixture
def database_url(cluster: Cluster) -> Iterator[str]:
    """A database for each test: jobs commit, and versions of plans are never deleted."""
    name = f"test_{uuid4().hex[:12]}"
    cluster.create_database(name, template=TEMPLATE)
    yield cluster.url(name)
    cluster.drop_database(name)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = create_engine(database_url, poolclass=NullPool)
    yield made
    made.dispose()


@pytest.fixture
def town(engine: Engine) -> Town:
    """Lays communities of six compounds with three buildings of 20 households in a row, each with streets between them."""

    def lay(
        count: int = 1, *, homes: int = 20, move: Callable[[Any], Any] = lambda shape: shape, moved: str = ""
    ) -> None:
        def placed(layer: str, geometry: Any) -> object:
            return shape(move(geometry) if layer == moved else geometry)

        with engine.begin() as conn:
            for code, level in (("1501", "city"), ("150105", "district"), (STREET, "street")):
                conn.execute(division.insert().values(code=code, level=level, name=code))
            for number in range(count):
                west, code = WEST + number * SIDE, f"{STREET}{number + 1:03}"
                outline = shapely.box(west, SOUTH, west + SIDE, SOUTH + SIDE)
                row = {
                    "code": code,
                    "level": "community",
                    "name": f"第{number + 1}社区",
                    "geom": placed("boundary", outline),
                }
                conn.execute(division.insert().values(row))
                for at in range(6):
                    lon, lat = west + 0.001 + 0.002 * (at % 3), SOUTH + 0.0015 + 0.003 * (at // 3)
                    insert_compound(conn, f"c{number}{at}", lon, lat, side=0.0018, community_code=code)
                    for house in range(3):
                        key = insert_building(
                            conn, f"b{number}{at}{house}", lon + (house - 1) * 0.0005, lat, side=0.0003
                        )
                        there = shapely.box(*conn.scalars(_BOX, {"key": key}).one())
                        conn.execute(
                            update(building).where(building.c.id == key).values(geom=placed("buildings", there))
                        )
                        for home in range(homes):
                            insert_household(conn, f"h{number}{at}{house}{home}", key)
                for at in range(4):
                    line = shapely.LineString([(west + 0.002 * at, SOUTH - 0.001), (west + 0.002 * at, SOUTH + 0.007)])
                    conn.execute(road.insert().values(code=f"r{number}{at}", name="东街", geom=placed("roads", line)))

    return lay


_BOX = text("SELECT ARRAY[ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom)] FROM building WHERE id = :key")


@pytest.fixture
def runner(engine: Engine, database_url: str, tmp_path: Path) -> Runner:
    assert planning.plan_ground  # known to the runner
    return Runner(engine, Settings(home=tmp_path, database_url=database_url))


def started(engine: Engine, area: str = STREET) -> UUID:
    with engine.begin() as conn:
        key = conn.scalar(select(account.c.id)) or add_account(conn, "drafter", "correct horse battery", "admin").id
        row = start_plan(conn, Actor(EVERYTHING, key, DAY), "东片", area, target=100, lower=60, upper=120)
        return UUID(str(row.ref))


def told(engine: Engine, ref: UUID) -> tuple[str, dict[str, str]]:
    """The state of the job of a plan, and what it says. Nothing is written unless it is done."""
    with engine.connect() as conn:
        row = conn.execute(select(job).where(job.c.unique_key == f"{GROUND_JOB}:{ref}")).one()
        if row.state != "done":
            assert plan_by_ref(conn, EVERYTHING, ref).version == 0
            assert conn.scalar(select(func.count()).select_from(plan_unit)) == 0
            assert conn.scalar(select(func.count()).select_from(plan_version)) == 0
        return row.state, row.checkpoint.get("error", {})


def remarks(engine: Engine, ref: UUID) -> list[dict[str, Any]]:
    with engine.connect() as conn:
        found: list[dict[str, Any]] = plan_by_ref(conn, EVERYTHING, ref).remarks
        return found


def suggested(engine: Engine, ref: UUID) -> list[int]:
    """Households of the grids suggested for a plan."""
    with engine.connect() as conn:
        row = plan_by_ref(conn, EVERYTHING, ref)
        ground = read_ground(conn, row.id)
        found = suggest(conn, row, ground, version_of(conn, row.id, PRESENT))
        assert (found.labels >= 0).all()
        sums = np.bincount(found.labels, ground.units["households"], minlength=len(found.grids))
        return sorted(sums.astype(int).tolist())


def as_if(datum: Datum) -> Callable[[Any], Any]:
    """Shapes as they are stored when coordinates of a datum are loaded as WGS84."""
    return lambda each: shapely.transform(each, lambda at: np.column_stack(from_wgs84(at[:, 0], at[:, 1], datum)))


def test_an_area_without_boundaries_is_refused_at_the_start(engine: Engine, town: Town) -> None:
    town()
    with engine.begin() as conn:
        conn.execute(update(division).values(geom=None))
    with pytest.raises(NoCommunities):
        started(engine)
    with engine.connect() as conn:
        assert conn.scalar(select(func.count()).select_from(plan)) == 0


@pytest.mark.parametrize(("gone", "count"), [(building, 0), (household, 18)])
def test_where_nobody_lives_the_job_says_so(engine: Engine, town: Town, runner: Runner, gone: Any, count: int) -> None:
    town()
    with engine.begin() as conn:
        conn.execute(delete(household))
        conn.execute(delete(gone))
    ref = started(engine)
    runner.run_one()
    state, said = told(engine, ref)
    assert (state, said["code"]) == ("failed", "plan_nobody_lives")
    assert f"共 {count} 栋楼" in said["zh"]
    assert f"have {count} buildings" in said["en"]


def test_a_community_where_nobody_lives_is_cut_beside_the_others(engine: Engine, town: Town, runner: Runner) -> None:
    town(3)
    with engine.begin() as conn:
        conn.execute(delete(household).where(household.c.code.startswith("h0")))
        conn.execute(delete(household).where(household.c.code.startswith("h1")))
        conn.execute(delete(building).where(building.c.code.startswith("b1")))
    ref = started(engine)
    runner.run_one()
    assert told(engine, ref)[0] == "done"
    first, second, third = remarks(engine, ref)
    assert first["adjusted"]["no_households"] == second["adjusted"]["no_buildings"] == 1
    assert not {"no_households", "no_buildings"} & set(third["adjusted"])
    assert sum(suggested(engine, ref)) == 360


def test_one_building_is_one_unit_and_one_grid(engine: Engine, town: Town, runner: Runner) -> None:
    town()
    with engine.begin() as conn:
        conn.execute(delete(household).where(~household.c.code.startswith("h000")))
        conn.execute(delete(building).where(building.c.code != "b000"))
        conn.execute(delete(compound))
        conn.execute(delete(road))
    ref = started(engine)
    runner.run_one()
    assert remarks(engine, ref)[0]["units"] == 1
    assert suggested(engine, ref) == [20]


def test_where_all_grids_stay_there_is_nothing_to_cut(engine: Engine, town: Town, runner: Runner) -> None:
    town(2)
    with engine.begin() as conn:
        insert_grid(conn, "f", WEST, SOUTH, side=SIDE, community=f"{STREET}001")
        conn.execute(update(grid).values(kind="rural"))
    ref = started(engine)
    runner.run_one()
    assert [each["units"] > 0 for each in remarks(engine, ref)] == [False, True]
    assert suggested(engine, ref)[-1] == 360  # the one that stays, with everybody in it
    assert sum(suggested(engine, ref)) == 720


def test_a_community_in_pieces_is_bridged_and_planned(engine: Engine, town: Town, runner: Runner) -> None:
    town()
    pieces = shapely.union_all(
        [
            shapely.box(WEST, SOUTH, WEST + 0.0019, SOUTH + SIDE),
            shapely.box(WEST + 0.004, SOUTH, WEST + SIDE, SOUTH + SIDE),
        ]
    )
    with engine.begin() as conn:
        conn.execute(update(division).where(division.c.level == "community").values(geom=shape(pieces)))
    ref = started(engine)
    runner.run_one()
    assert remarks(engine, ref)[0]["adjusted"]["island_bridged"] == 1
    assert sum(suggested(engine, ref)) == 240


def test_buildings_upon_each_other_and_roads_far_away_are_listed(engine: Engine, town: Town, runner: Runner) -> None:
    town()
    with engine.begin() as conn:
        conn.execute(text("UPDATE road SET geom = ST_Translate(geom, 1, 0)"))
        conn.execute(text("UPDATE building SET geom = ST_Translate(geom, 0.00045, 0) WHERE code LIKE 'b%0'"))
    ref = started(engine)
    runner.run_one()
    adjusted = remarks(engine, ref)[0]["adjusted"]
    assert adjusted["buildings_overlap"] >= 6
    assert adjusted["roads_outside"] == 1
    assert sum(suggested(engine, ref)) == 360


@pytest.mark.parametrize(("layer", "datum", "other"), [("buildings", "gcj02", "wgs84"), ("boundary", "wgs84", "gcj02")])
def test_layers_in_different_datums_are_refused(
    engine: Engine, town: Town, runner: Runner, layer: str, datum: str, other: str
) -> None:
    town(move=as_if("gcj02"), moved=layer)
    ref = started(engine)
    runner.run_one()
    state, said = told(engine, ref)
    assert (state, said["code"]) == ("failed", "plan_layers_shifted")
    assert f"楼栋是 {datum}、社区边界是 {other}，则为 100%" in said["zh"]
    assert f"100 % if buildings are {datum} and boundaries {other}" in said["en"]


def test_roads_that_fit_buildings_only_in_another_datum_are_told(engine: Engine, town: Town, runner: Runner) -> None:
    town(14, homes=2, move=as_if("gcj02"), moved="roads")
    ref = started(engine)
    runner.run_one()
    assert told(engine, ref)[0] == "done"
    assert sum(each["adjusted"].get("datum_doubtful", 0) for each in remarks(engine, ref)) >= 15


def test_several_processes_make_the_same_ground(engine: Engine, town: Town) -> None:
    town(3)
    with engine.connect() as conn:
        layers = layers_for(conn, Settings(), STREET, NOW)
    heard: list[tuple[float, str]] = []
    one, two = (
        pieces_of(layers.each(), Settings().metric_crs, Rules(), lambda *each: heard.append(each), processes=count)
        for count in (1, 2)
    )
    assert heard[-1][0] == 1.0
    assert {name for _, name in heard} - {""} == {"第1社区", "第2社区", "第3社区"}
    for mine, other in zip(one, two, strict=True):
        assert mine.remark == other.remark
        assert shapely.to_wkb(mine.ground.shapes).tolist() == shapely.to_wkb(other.ground.shapes).tolist()
        assert mine.ground.units.equals(other.ground.units)


@pytest.mark.parametrize("processes", [1, 2])
def test_what_the_listener_raises_ends_the_work(engine: Engine, town: Town, processes: int) -> None:
    town(2)

    class Enough(Exception):
        pass

    def stop(_share: float, _name: str) -> None:
        raise Enough

    with engine.connect() as conn:
        layers = layers_for(conn, Settings(), STREET, NOW)
    with pytest.raises(Enough):
        pieces_of(layers.each(), Settings().metric_crs, Rules(), stop, processes=processes)


def test_a_cancelled_job_writes_nothing(engine: Engine, town: Town, runner: Runner) -> None:
    town(2)
    ref = started(engine)
    with engine.begin() as conn:
        conn.execute(update(job).values(cancel_asked=True))
    runner.run_one()
    assert told(engine, ref)[0] == "cancelled"


def test_no_transaction_is_open_while_the_ground_is_cut(
    engine: Engine, town: Town, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    town(2)
    ref, open_ones = started(engine), []
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"

    def looked(*given: Any, **named: Any) -> Any:
        with engine.connect() as conn:
            open_ones.append(conn.scalar(text(query)))
        return make_ground(*given, **named)

    monkeypatch.setattr("geodata.actions.planning.starting.make_ground", looked)
    runner.run_one()
    assert told(engine, ref)[0] == "done"
    assert open_ones == [0]


@pytest.mark.parametrize("column", ["dwellings", "people_estimate"])
def test_negative_weights_cannot_be_stored(engine: Engine, town: Town, column: str) -> None:
    town()
    with pytest.raises(Exception, match="not_negative"), engine.begin() as conn:
        conn.execute(update(building).values({column: -1}))
