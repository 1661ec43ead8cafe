"""From an account to what it may see: by its role, its areas on a day, its unit."""

from datetime import date

import pytest
from sqlalchemy import Connection

from geodata.account_areas import give_area
from geodata.accounts import EVERYWHERE, add_account
from geodata.scope import EVERYTHING, scope_of
from geodata.tables import account_area, unit, unit_duty
from gridmap.access import GRANTS, Role

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize("role", Role)
def test_a_new_account_sees_nothing_or_the_whole_city(nine_grids: Connection, role: Role) -> None:
    made = add_account(nine_grids, "new", "a long enough password", role)
    found = scope_of(nine_grids, made, "1501", TODAY)
    grant = GRANTS[role]
    if not grant.by_unit:
        assert found.areas == (None if "city" in grant.levels else ())
    assert (found.categories, found.compounds) == ((), ())
    assert found.permissions == grant.permissions


def test_areas_hold_on_their_days(nine_grids: Connection) -> None:
    made = add_account(nine_grids, "worker", "a long enough password", "grid_worker")
    give_area(nine_grids, made, "e", date(2026, 1, 1), date(2026, 6, 1))
    give_area(nine_grids, made, "f", date(2026, 6, 1))

    def areas(day: date) -> tuple[str, ...] | None:
        return scope_of(nine_grids, made, "1501", day).areas

    assert [areas(date(2025, 12, 31)), areas(date(2026, 5, 31)), areas(date(2026, 6, 1))] == [(), ("e",), ("f",)]


@pytest.mark.parametrize("code", [EVERYWHERE, "1501"])
def test_the_whole_city_by_either_name(nine_grids: Connection, code: str) -> None:
    made = add_account(nine_grids, "leader", "a long enough password", "leader")
    nine_grids.execute(account_area.delete())
    give_area(nine_grids, made, code)
    found = scope_of(nine_grids, made, "1501", TODAY)
    assert found.everywhere
    assert found.places_key == EVERYTHING.places_key


def test_a_closed_unit_is_responsible_for_nothing(nine_grids: Connection) -> None:
    key = nine_grids.scalar(unit.insert().values(code="u", name="局", closed_on=date(2026, 11, 1)).returning(unit.c.id))
    nine_grids.execute(unit_duty.insert().values(unit_id=key, category="路灯"))
    made = add_account(nine_grids, "clerk", "a long enough password", "unit_handler", unit_id=key)
    assert scope_of(nine_grids, made, "1501", date(2026, 10, 31)).categories == ("路灯",)
    closed = scope_of(nine_grids, made, "1501", date(2026, 11, 1))
    assert (closed.categories, closed.areas) == ((), ())


def test_an_open_unit_without_duties_works_in_the_city(nine_grids: Connection) -> None:
    key = nine_grids.scalar(unit.insert().values(code="u", name="局").returning(unit.c.id))
    made = add_account(nine_grids, "clerk", "a long enough password", "unit_handler", unit_id=key)
    assert scope_of(nine_grids, made, "1501", TODAY).everywhere
