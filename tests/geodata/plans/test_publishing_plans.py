"""Publishing a plan: checked, whole, from a midnight; withdrawn before it as if it had never been."""

from datetime import date, timedelta
from uuid import UUID

import numpy as np
import pytest
import shapely
from sqlalchemy import Connection, text

from geodata.actions.planning.publishing import (
    PlanChecksFailed,
    PlanDayTooEarly,
    preview_plan,
    publish_plan,
    withdraw_plan,
)
from geodata.actions.planning.saving import save_version
from geodata.actions.planning.stepping import take_step
from geodata.actions.planning.suggesting import suggest
from geodata.days import today
from geodata.plans.listing import plan_by_ref
from geodata.plans.versions import PRESENT, PlanVersion
from geodata.scope import EVERYTHING
from geodata.settings import Settings
from gridmap.coverage import tiling_flaws
from gridmap.planning.approval import OwnPlan, PlanStep, StepNotNow
from tests.geodata.cities import COMMUNITY, insert_grid, insert_post
from tests.geodata.plans.conftest import People
from tests.geodata.plans.test_suggesting import SOUTH, WEST, laid, parts

__all__ = ["laid"]

SETTINGS = Settings()


def tomorrow() -> date:
    """Asked for when a test runs: the tests may be collected on the day before."""
    return today(SETTINGS.zone) + timedelta(days=1)


def in_force(conn: Connection, day: object) -> dict[str, tuple[str, float]]:
    rows = conn.execute(
        text("SELECT code, name, ST_Area(geom) AS area FROM grid WHERE valid @> CAST(:day AS date) ORDER BY code"),
        {"day": day},
    )
    return {row.code: (row.name, row.area) for row in rows}


def approved(conn: Connection, people: People, ref: UUID, made: PlanVersion) -> int:
    version = save_version(conn, people.drafter, ref, made).version
    take_step(conn, people.drafter, ref, PlanStep.PROPOSE, version=version)
    take_step(conn, people.street, ref, PlanStep.REVIEW, version=version)
    take_step(conn, people.approver, ref, PlanStep.APPROVE, version=version)
    return version


@pytest.fixture
def suggested(nine_grids: Connection, people: People, laid: UUID) -> PlanVersion:
    ground, present = parts(nine_grids, laid)
    found = suggest(nine_grids, plan_by_ref(nine_grids, EVERYTHING, laid), ground, present)
    return PlanVersion(0, PRESENT, found.labels, found.grids, "suggested")


def test_new_grids_begin_at_the_midnight_at_which_the_old_end(
    nine_grids: Connection, people: People, laid: UUID, suggested: PlanVersion
) -> None:
    conn, before = nine_grids, in_force(nine_grids, tomorrow())
    version = approved(conn, people, laid, suggested)
    followed = publish_plan(conn, SETTINGS, people.approver, laid, tomorrow(), version=version)
    assert [each.day for each in followed.ahead] == [tomorrow()]
    assert in_force(conn, tomorrow() - timedelta(days=1)) == before
    after = in_force(conn, tomorrow())
    assert len(after) == 5
    assert after["park"] == before["park"]
    # The old grid of the western half is gone for good: no new one gets its code.
    assert f"{COMMUNITY}001" not in after
    assert {code[:12] for code in after if code != "park"} == {COMMUNITY}
    shapes = conn.execute(
        text("SELECT ST_AsBinary(geom) FROM grid WHERE valid @> CAST(:day AS date)"), {"day": tomorrow()}
    )
    tiles = [shapely.from_wkb(bytes(shape)) for (shape,) in shapes]
    outline = shapely.box(WEST, SOUTH, WEST + 0.012, SOUTH + 0.006)
    assert tiling_flaws(tiles, [outline], np.zeros(len(tiles), dtype=int)) == []
    row = plan_by_ref(conn, EVERYTHING, laid)
    assert (row.status, row.valid_from) == ("published", tomorrow())
    households = conn.scalar(text("SELECT sum(households) FROM grid WHERE plan_id = :key"), {"key": row.id})
    assert households == 80


def test_withdrawn_before_its_day_nothing_was_ever_changed(
    nine_grids: Connection, people: People, laid: UUID, suggested: PlanVersion
) -> None:
    conn, before = nine_grids, in_force(nine_grids, tomorrow())
    version = approved(conn, people, laid, suggested)
    publish_plan(conn, SETTINGS, people.approver, laid, tomorrow(), version=version)
    withdraw_plan(conn, SETTINGS, people.approver, laid, version=version, reason="与学区调整冲突")
    assert in_force(conn, tomorrow()) == before
    assert conn.scalar(text("SELECT count(*) FROM publication")) == 0
    row = plan_by_ref(conn, EVERYTHING, laid)
    assert (row.status, row.valid_from, row.published_at) == ("approved", None, None)
    publish_plan(conn, SETTINGS, people.approver, laid, tomorrow() + timedelta(days=7), version=version)
    assert len(in_force(conn, tomorrow() + timedelta(days=7))) == 5


def test_a_plan_of_other_communities_for_the_same_day_stays(
    nine_grids: Connection, people: People, laid: UUID, suggested: PlanVersion
) -> None:
    conn = nine_grids
    insert_grid(conn, "new", 111.60, 40.9, valid=f"[{tomorrow()},)", community="150102001001")
    version = approved(conn, people, laid, suggested)
    publish_plan(conn, SETTINGS, people.approver, laid, tomorrow(), version=version)
    withdraw_plan(conn, SETTINGS, people.approver, laid, version=version, reason="推迟")
    assert "new" in in_force(conn, tomorrow())
    assert conn.scalar(text("SELECT count(*) FROM publication")) == 1


def test_what_forbids_publication_forbids_it_and_the_rest_is_signed_off(
    nine_grids: Connection, people: People, laid: UUID, suggested: PlanVersion
) -> None:
    conn = nine_grids
    big = suggested.labels.copy()
    general = [at for at, grid in enumerate(suggested.grids) if grid.kind == "general"]
    big[np.isin(big, general[1:])] = general[1]
    ground, _ = parts(conn, laid)
    grid_of = big[ground.buildings["unit"]]
    one, other = (int(ground.buildings["building_id"][grid_of == at].iloc[0]) for at in general[:2])
    insert_post(conn, "王楼长", "building_head", building_id=one)
    conn.execute(
        text("INSERT INTO post (person_id, kind, valid, building_id) SELECT person_id, kind, valid, :other FROM post"),
        {"other": other},
    )
    made = PlanVersion(0, PRESENT, big, suggested.grids, "drawn")
    version = approved(conn, people, laid, made)
    findings = {each.check: each for each in preview_plan(conn, people.approver, laid, tomorrow()).findings}
    assert set(findings) == {"outside_bounds", "ties_broken"}
    assert findings["ties_broken"].names == ("王楼长",)
    with pytest.raises(PlanChecksFailed) as caught, conn.begin_nested():
        publish_plan(
            conn, SETTINGS, people.approver, laid, tomorrow(), version=version, signed={"ties_broken": "已谈妥"}
        )
    assert caught.value.values["checks"] == "outside_bounds"
    signed = {"ties_broken": "已谈妥", "outside_bounds": "新小区明年入住"}
    insert_grid(conn, "later", WEST, SOUTH, valid=f"[{tomorrow() + timedelta(days=3)},)")
    with pytest.raises(PlanChecksFailed, match="day_taken"):
        publish_plan(conn, SETTINGS, people.approver, laid, tomorrow(), version=version, signed=signed)


def test_units_in_no_grid_cannot_be_published(
    nine_grids: Connection, people: People, laid: UUID, suggested: PlanVersion
) -> None:
    labels = suggested.labels.copy()
    labels[0] = -1
    made = PlanVersion(0, PRESENT, labels, suggested.grids, "drawn")
    version = approved(nine_grids, people, laid, made)
    with pytest.raises(PlanChecksFailed, match="unassigned_units, tiling"):
        publish_plan(nine_grids, SETTINGS, people.approver, laid, tomorrow(), version=version)


def test_grids_that_changed_since_the_plan_was_started_forbid_it(
    nine_grids: Connection, people: People, laid: UUID, suggested: PlanVersion
) -> None:
    approved(nine_grids, people, laid, suggested)
    insert_grid(nine_grids, "other", WEST + 0.007, SOUTH, side=0.003)
    (finding,) = preview_plan(nine_grids, people.approver, laid, tomorrow()).findings
    assert (finding.check, finding.names, finding.forbids) == ("grids_changed", ("other",), True)


def test_who_may_publish_and_when(nine_grids: Connection, people: People, laid: UUID, suggested: PlanVersion) -> None:
    version = save_version(nine_grids, people.drafter, laid, suggested).version
    with pytest.raises(PlanDayTooEarly):
        publish_plan(nine_grids, SETTINGS, people.approver, laid, tomorrow() - timedelta(days=1), version=version)
    with pytest.raises(StepNotNow):
        publish_plan(nine_grids, SETTINGS, people.approver, laid, tomorrow(), version=version)
    save_version(nine_grids, people.approver, laid, PlanVersion(0, version, suggested.labels, suggested.grids, "drawn"))
    take_step(nine_grids, people.drafter, laid, PlanStep.PROPOSE, version=version + 1)
    take_step(nine_grids, people.street, laid, PlanStep.REVIEW, version=version + 1)
    with pytest.raises(OwnPlan):
        take_step(nine_grids, people.approver, laid, PlanStep.APPROVE, version=version + 1)
