"""Owners derived again and written: what changes, what is left alone."""

from datetime import UTC, date, datetime

import numpy as np
from sqlalchemy import Connection, func, select, text, update

from geodata.actions import file_report
from geodata.owners.changes import owner_changes
from geodata.owners.deriving import derive_held, derive_reports
from geodata.owners.held import held_owners
from geodata.owners.writing import write_owners
from geodata.settings import Settings
from geodata.tables import grid, owner, owner_history, report
from gridmap.report import ReportDraft
from tests.geodata.cities import SIDE, SOUTH, WEST, insert_divisions, insert_grid, insert_grids, middle_of


def filed_at(conn: Connection, settings: Settings, code: str, **more: object) -> int:
    """File a report in the middle of a grid; gives its key."""
    lon, lat = middle_of(code)
    made = file_report(conn, settings, ReportDraft("积水", lon=lon, lat=lat, **more), scope="anonymous")  # type: ignore[arg-type]
    found = conn.scalar(select(report.c.id).where(report.c.ref == made.ref))
    assert found is not None
    return found


def move_to(conn: Connection, key: int, code: str) -> None:
    """Set a report's pin into the middle of another grid."""
    lon, lat = middle_of(code)
    pin = {"geom": func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326), "placed_by": "person"}
    conn.execute(update(report).where(report.c.id == key).values(pin))


def grid_of(conn: Connection, key: int) -> str | None:
    return conn.scalar(select(grid.c.code).join(owner, owner.c.grid_id == grid.c.id).where(owner.c.report_id == key))


def causes(conn: Connection, key: int) -> list[str]:
    history = select(owner_history.c.cause).where(owner_history.c.report_id == key).order_by(owner_history.c.id)
    return list(conn.scalars(history))


def rederive(conn: Connection, settings: Settings, *keys: int, overrule: bool = False, at: date | None = None) -> int:
    derived = derive_reports(conn, settings, keys, at=at)
    return write_owners(conn, settings, derived, cause="moved", overrule_decided=overrule)


def test_a_moved_pin_has_its_new_owner_and_history(nine_grids: Connection, settings: Settings) -> None:
    key, other = filed_at(nine_grids, settings, "a"), filed_at(nine_grids, settings, "b")
    move_to(nine_grids, key, "e")
    assert rederive(nine_grids, settings, key, other) == 1
    assert (grid_of(nine_grids, key), grid_of(nine_grids, other)) == ("e", "b")
    assert (causes(nine_grids, key), causes(nine_grids, other)) == (["filed", "moved"], ["filed"])
    assert rederive(nine_grids, settings, key, other) == 0


def test_a_pin_moved_within_its_grid_has_another_distance_and_no_history(
    nine_grids: Connection, settings: Settings
) -> None:
    key = filed_at(nine_grids, settings, "a")
    before = nine_grids.execute(select(owner.c.distance_to_edge_m, owner.c.assigned_at)).one()
    nine_grids.execute(text("UPDATE report SET geom = ST_Translate(geom, 0.001, 0)"))
    assert rederive(nine_grids, settings, key) == 0
    after = nine_grids.execute(select(owner.c.distance_to_edge_m, owner.c.assigned_at)).one()
    assert after.distance_to_edge_m < before.distance_to_edge_m - 50
    assert after.assigned_at == before.assigned_at
    assert causes(nine_grids, key) == ["filed"]


def test_a_decision_stands_until_overruled(nine_grids: Connection, settings: Settings) -> None:
    key = filed_at(nine_grids, settings, "a")
    to = select(grid.c.id).where(grid.c.code == "b").scalar_subquery()
    nine_grids.execute(update(owner).values(grid_id=to, reason="decided"))
    assert rederive(nine_grids, settings, key) == 0
    assert grid_of(nine_grids, key) == "b"
    assert rederive(nine_grids, settings, key, overrule=True) == 1
    assert grid_of(nine_grids, key) == "a"


def test_a_decision_for_a_grid_that_was_never_in_force_is_derived_again(
    nine_grids: Connection, settings: Settings
) -> None:
    key = filed_at(nine_grids, settings, "a")
    gone = insert_grid(nine_grids, "z", WEST + 1, SOUTH, valid="[2020-01-01,2021-01-01)")
    nine_grids.execute(update(owner).values(grid_id=gone, reason="decided"))
    assert rederive(nine_grids, settings, key) == 1
    assert grid_of(nine_grids, key) == "a"


def test_an_address_keeps_its_reason_where_a_grid_holds_it(nine_grids: Connection, settings: Settings) -> None:
    key = filed_at(nine_grids, settings, "a")
    nine_grids.execute(update(report).values(placed_by="address", raw_lon=None, raw_lat=None))
    assert rederive(nine_grids, settings, key) == 1
    assert nine_grids.scalar(select(owner.c.reason)) == "address"
    nine_grids.execute(text("UPDATE report SET geom = ST_Translate(geom, -1, 0)"))
    rederive(nine_grids, settings, key)
    assert nine_grids.scalar(select(owner.c.reason)) == "none"


def test_another_day_decides_from_then_on(conn: Connection, settings: Settings) -> None:
    insert_divisions(conn)
    insert_grids(conn, valid="(,2026-06-01)")
    insert_grid(conn, "z", WEST, SOUTH, side=3 * SIDE, valid="[2026-06-01,)")
    key = filed_at(conn, settings, "e", reported_at=datetime(2026, 5, 1, tzinfo=UTC))
    assert rederive(conn, settings, key) == 0  # reported in May, received today: the grids of today decide
    assert grid_of(conn, key) == "z"
    assert rederive(conn, settings, key, at=date(2026, 5, 1)) == 1
    assert grid_of(conn, key) == "e"
    assert conn.scalar(select(owner.c.as_of)) == date(2026, 5, 1)
    assert rederive(conn, settings, key) == 0


def test_a_report_without_owner_gets_one(nine_grids: Connection, settings: Settings) -> None:
    key = filed_at(nine_grids, settings, "a")
    nine_grids.execute(text("DELETE FROM owner"))
    assert rederive(nine_grids, settings, key) == 1
    assert grid_of(nine_grids, key) == "a"


def test_nan_is_no_difference(nine_grids: Connection, settings: Settings) -> None:
    key = filed_at(nine_grids, settings, "a")
    held = held_owners(nine_grids, settings, [key])
    assert np.isnan(held.share[0])
    assert len(owner_changes(held, derive_held(nine_grids, settings, held).columns()).row) == 0
