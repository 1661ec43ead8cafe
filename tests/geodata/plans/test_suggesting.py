"""Suggestions on a small street: within bounds, in one piece, within communities, and respectful of what is kept."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
import pytest
import shapely
from sqlalchemy import Connection, text

from geodata.actions.planning.saving import save_version
from geodata.actions.planning.starting import GROUND_JOB, lay_ground, start_plan
from geodata.actions.planning.suggesting import Keep, Suggestion, suggest
from geodata.plans.ground import PlanGround, read_ground
from geodata.plans.layers import NoCommunities
from geodata.plans.listing import plan_by_ref
from geodata.plans.versions import PRESENT, PlannedGrid, PlanVersion, version_of
from geodata.scope import EVERYTHING, OutsideArea
from geodata.settings import Settings
from geodata.tables import post, road
from gridmap.planning import Wishes
from tests.geodata.cities import (
    COMMUNITY,
    OTHER_COMMUNITY,
    insert_building,
    insert_compound,
    insert_grid,
    insert_household,
    insert_post,
)
from tests.geodata.plans.conftest import People

NOW = datetime(2026, 11, 21, tzinfo=UTC)
WEST, SOUTH = 111.70, 40.80


@pytest.fixture
def laid(nine_grids: Connection, people: People) -> UUID:
    """A community of eight compounds of 10 households in two rows between roads, a park that stays, a present grid over the western half."""
    conn = nine_grids
    conn.execute(text("DELETE FROM grid"))
    outline = shapely.box(WEST, SOUTH, WEST + 0.012, SOUTH + 0.006)
    conn.execute(
        text("UPDATE division SET geom = ST_Multi(ST_GeomFromText(:wkt, 4326)) WHERE code = :code"),
        {"wkt": outline.wkt, "code": COMMUNITY},
    )
    insert_grid(conn, "park", WEST + 0.011, SOUTH, side=0.001, name="公园网格")
    conn.execute(text("UPDATE grid SET kind = 'special'"))
    insert_grid(conn, f"{COMMUNITY}001", WEST, SOUTH, side=0.006, name="西片网格")
    across = [((WEST + at * 0.0028, SOUTH - 0.001), (WEST + at * 0.0028, SOUTH + 0.007)) for at in (1, 2, 3)]
    for number, line in enumerate([*across, ((WEST - 0.001, SOUTH + 0.003), (WEST + 0.013, SOUTH + 0.003))]):
        geom = text("ST_Multi(ST_GeomFromText(:wkt, 4326))").bindparams(wkt=shapely.LineString(line).wkt)
        conn.execute(road.insert().values(code=f"r{number}", name=f"{number}号路", geom=geom))
    homes = 0
    for at in range(8):
        lon, lat = WEST + 0.0014 + 0.0028 * (at % 4), SOUTH + 0.0015 + 0.003 * (at // 4)
        inside = insert_compound(conn, f"c{at}", lon, lat, side=0.002, name=f"小区{at}")
        key = insert_building(conn, f"b{at}", lon, lat, compound_id=inside)
        for _ in range(10):
            insert_household(conn, f"h{homes}", key)
            homes += 1
    ref = UUID(str(start_plan(conn, people.drafter, "东片", COMMUNITY, target=20, lower=15, upper=25).ref))
    assert lay_ground(conn, Settings(), ref, now=NOW) > 0
    return ref


def parts(conn: Connection, ref: UUID) -> tuple[PlanGround, PlanVersion]:
    key = plan_by_ref(conn, EVERYTHING, ref).id
    return read_ground(conn, key), version_of(conn, key, PRESENT)


def homes_of(ground: PlanGround, found: Suggestion) -> dict[str, int]:
    sums = np.bincount(found.labels, ground.units["households"], minlength=len(found.grids))
    return {grid.name: int(homes) for grid, homes in zip(found.grids, sums, strict=True)}


def test_starting_lays_the_ground_and_the_present_grids(nine_grids: Connection, people: People, laid: UUID) -> None:
    ground, present = parts(nine_grids, laid)
    assert ground.units["households"].sum() == 80
    west = present.labels[ground.units["x_m"] < ground.units["x_m"].mean() - 100]
    assert {present.grids[label].code for label in west.tolist()} == {f"{COMMUNITY}001"}
    (park,) = [grid for grid in present.grids if grid.code == "park"]
    assert park == PlannedGrid("公园网格", "special", "park", True)
    assert (present.labels == -1).any()
    assert lay_ground(nine_grids, Settings(), laid, now=NOW) == 0
    waiting = nine_grids.scalar(text("SELECT count(*) FROM job WHERE kind = :kind"), {"kind": GROUND_JOB})
    assert waiting == 1


def test_a_suggestion_keeps_bounds_and_can_be_saved(nine_grids: Connection, people: People, laid: UUID) -> None:
    ground, present = parts(nine_grids, laid)
    row = plan_by_ref(nine_grids, EVERYTHING, laid)
    found = suggest(nine_grids, row, ground, present)
    homes = homes_of(ground, found)
    assert homes.pop("公园网格") == 0
    assert sorted(homes.values()) == [20, 20, 20, 20]
    assert len(set(homes)) == 4
    assert found.flags == ()
    made = PlanVersion(0, PRESENT, found.labels, found.grids, "suggested")
    saved = save_version(nine_grids, people.drafter, laid, made)
    assert saved.grids == found.grids
    again = suggest(nine_grids, row, ground, present)
    assert again.labels.tolist() == found.labels.tolist()


def test_what_is_locked_stays(nine_grids: Connection, people: People, laid: UUID) -> None:
    ground, present = parts(nine_grids, laid)
    row = plan_by_ref(nine_grids, EVERYTHING, laid)
    first = suggest(nine_grids, row, ground, present)
    kept = next(at for at, grid in enumerate(first.grids) if grid.kind == "general")
    grids = tuple(
        replace(grid, locked=at == kept, name="我的网格" if at == kept else grid.name)
        for at, grid in enumerate(first.grids)
    )
    drawn = PlanVersion(0, PRESENT, first.labels, grids, "drawn")
    found = suggest(nine_grids, row, ground, present, drawn=drawn, keep=Keep.LOCKED, seed=9)
    (mine,) = [at for at, grid in enumerate(found.grids) if grid.name == "我的网格"]
    assert np.array_equal(found.labels == mine, first.labels == kept)
    assert found.grids[mine].locked


def test_buildings_of_one_head_keep_to_one_grid(nine_grids: Connection, laid: UUID) -> None:
    """Every second compound of either row has a head together with the one that follows, and then with the one before."""
    conn = nine_grids
    ground, present = parts(conn, laid)
    row = plan_by_ref(conn, EVERYTHING, laid)
    buildings = conn.execute(text("SELECT code, id FROM building ORDER BY code")).all()
    key_of = dict(map(tuple, buildings))
    unit_of = dict(zip(ground.buildings["building_id"], ground.buildings["unit"], strict=True))
    assert len(set(unit_of.values())) == 8
    for pairs in ([(0, 1), (2, 3), (4, 5), (6, 7)], [(0, 4), (1, 5), (2, 6), (3, 7)]):
        conn.execute(text("DELETE FROM post WHERE kind = 'building_head'"))
        for one, other in pairs:
            head = insert_post(conn, f"楼长{one}{other}", "building_head", building_id=key_of[f"b{one}"])
            again = {"person_id": head, "kind": "building_head", "building_id": key_of[f"b{other}"]}
            conn.execute(post.insert().values(**again, valid=text("'(,)'::daterange")))
        found = suggest(conn, row, ground, present, wishes=Wishes(few_changes=0.0))
        for one, other in pairs:
            mine = [found.labels[unit_of[key_of[f"b{at}"]]] for at in (one, other)]
            assert mine[0] == mine[1]
        assert not found.flags


def test_the_rest_is_finished_around_what_is_drawn(nine_grids: Connection, people: People, laid: UUID) -> None:
    ground, present = parts(nine_grids, laid)
    row = plan_by_ref(nine_grids, EVERYTHING, laid)
    first = suggest(nine_grids, row, ground, present)
    some = next(at for at, grid in enumerate(first.grids) if grid.kind == "general")
    fixed = np.array([code is not None for code in ground.fixed_codes])
    labels = np.where((first.labels == some) | fixed, first.labels, -1).astype(np.int32)
    drawn = PlanVersion(0, PRESENT, labels, first.grids, "drawn")
    found = suggest(nine_grids, row, ground, present, drawn=drawn, keep=Keep.ASSIGNED)
    assert (found.labels >= 0).all()
    mine = found.labels[first.labels == some]
    assert len(set(mine.tolist())) == 1
    assert found.grids[mine[0]].name == first.grids[some].name


def test_a_plan_outside_the_area_or_without_ground_is_not_started(nine_grids: Connection, people: People) -> None:
    with pytest.raises(OutsideArea):
        start_plan(nine_grids, people.drafter, "别处", OTHER_COMMUNITY, target=400, lower=300, upper=500)
    with pytest.raises(NoCommunities):
        start_plan(nine_grids, people.stranger, "没有边界", OTHER_COMMUNITY, target=400, lower=300, upper=500)
