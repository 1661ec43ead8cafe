"""Two connections write owners at once. Work is committed here, so the module has its own file."""

import pytest
from sqlalchemy import Engine, select, update

from geodata.actions.assign import assign_batch
from geodata.owners.batches import Batch, ReportChoice
from geodata.owners.changes import owner_changes, write_changes
from geodata.owners.deriving import derive_held
from geodata.owners.held import held_owners, held_where
from geodata.settings import Settings
from geodata.tables import grid, owner, report
from tests.geodata.cities import commit_nine_grids
from tests.geodata.test_owners import causes, filed_at, grid_of, move_to, rederive


@pytest.fixture(scope="module")
def city(engine: Engine) -> None:
    """Nine grids, committed."""
    commit_nine_grids(engine)


@pytest.mark.parametrize("first", ["decided", "moved"])
def test_older_knowledge_never_overwrites_newer(engine: Engine, city: None, settings: Settings, first: str) -> None:
    """What was read before somebody else wrote is not written over it, whoever commits last."""
    with engine.begin() as conn:
        key = filed_at(conn, settings, "a")
        nothing = {"grid_id": None, "reason": "none", "distance_to_edge_m": None}
        conn.execute(update(owner).where(owner.c.report_id == key).values(nothing))
    with engine.connect() as slow, engine.begin() as quick:
        held = held_owners(slow, settings, [key])
        derived = derive_held(slow, settings, held).columns()
        if first == "decided":
            to = select(grid.c.id).where(grid.c.code == "i").scalar_subquery()
            quick.execute(update(owner).where(owner.c.report_id == key).values(grid_id=to, reason="decided"))
        else:
            move_to(quick, key, "i")
            rederive(quick, settings, key)
        quick.commit()
        changes = owner_changes(held, derived)
        assert len(changes.row) == 1
        assert write_changes(slow, held, derived, changes, cause="assigned") == 0
        slow.commit()
        assert grid_of(slow, key) == "i"
        assert "assigned" not in causes(slow, key)


def test_a_report_that_moved_after_its_batch_was_read_is_read_again(
    engine: Engine, city: None, settings: Settings
) -> None:
    """Its owner stayed as it was, so that nothing about the owner tells of the move."""
    with engine.begin() as conn:
        key = filed_at(conn, settings, "a")
        nothing = {"grid_id": None, "reason": "none", "distance_to_edge_m": None}
        conn.execute(update(owner).where(owner.c.report_id == key).values(nothing))
        district = conn.scalars(select(report.c.intake_district).where(report.c.id == key)).one()
    with engine.connect() as slow, engine.begin() as quick:
        held = held_where(slow, settings, district)
        slow.rollback()
        move_to(quick, key, "i")
        quick.commit()
        found = assign_batch(slow, settings, ReportChoice(), Batch(district, None, None), held, write=True)
        slow.commit()
        assert found.overtaken == 0
        assert grid_of(slow, key) == "i"
        assert causes(slow, key)[-1] == "assigned"
