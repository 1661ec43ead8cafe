"""Keys checked at once for many rows: as strict as row by row, with and without the right to do so."""

import numpy as np
import pytest
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import IntegrityError

from geodata import bulk_references
from geodata.bulk_references import ReferenceGone
from geodata.owners import changes
from geodata.owners.changes import OwnerChanges, write_changes
from geodata.owners.deriving import derive_held
from geodata.owners.held import held_owners
from geodata.settings import Settings
from geodata.tables import grid, owner, owner_history
from tests.geodata.cities import insert_divisions, insert_grids
from tests.geodata.test_owners import causes, filed_at, grid_of


@pytest.fixture(params=["at once", "row by row"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways, for a few rows already."""
    monkeypatch.setattr(changes, "LEAST", 1)
    if request.param == "row by row":
        monkeypatch.setattr(bulk_references, "_may", lambda _: False)
    found: str = request.param
    return found


def write(conn: Connection, settings: Settings, key: int, grid_id: int) -> int:
    """Give a report another grid."""
    held = held_owners(conn, settings, [key])
    columns = derive_held(conn, settings, held).columns()
    columns["grid_id"] = np.array([grid_id])
    changes = OwnerChanges(np.array([0]), np.array([True]))
    return write_changes(conn, held, columns, changes, cause="assigned")


def id_of(conn: Connection, code: str) -> int:
    return conn.scalars(select(grid.c.id).where(grid.c.code == code)).one()


def test_what_is_written_is_stamped_and_noted(nine_grids: Connection, settings: Settings, way: str) -> None:
    key = filed_at(nine_grids, settings, "a")
    before = nine_grids.scalar(select(owner.c.changed_xid))
    nine_grids.execute(text("UPDATE owner SET changed_xid = changed_xid"))
    assert write(nine_grids, settings, key, id_of(nine_grids, "b")) == 1
    assert (grid_of(nine_grids, key), causes(nine_grids, key)) == ("b", ["filed", "assigned"])
    assert nine_grids.scalar(select(owner.c.changed_xid)) == nine_grids.scalar(text("SELECT pg_current_xact_id()"))
    assert before is not None
    # Afterwards triggers fire as ever.
    with pytest.raises(IntegrityError, match="appended only"):
        nine_grids.execute(owner_history.delete())


def test_a_grid_that_is_not_there_is_refused(nine_grids: Connection, settings: Settings, way: str) -> None:
    key = filed_at(nine_grids, settings, "a")
    with pytest.raises(ReferenceGone if way == "at once" else IntegrityError):
        write(nine_grids, settings, key, 10**9)


def test_a_grid_cannot_go_while_it_is_written(engine: Engine, settings: Settings, way: str) -> None:
    with engine.connect() as one, engine.connect() as two:
        if one.scalar(select(grid.c.id).limit(1)) is None:
            insert_divisions(one)
            insert_grids(one)
        key = filed_at(one, settings, "a")
        other = id_of(one, "c")
        one.commit()
        write(one, settings, key, other)
        two.execute(text("SET lock_timeout = '200ms'"))
        with pytest.raises(Exception, match="lock timeout"):
            two.execute(grid.delete().where(grid.c.id == other))
        two.rollback()
        one.rollback()
