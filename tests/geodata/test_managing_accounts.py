"""Accounts, deputies and units as those manage them who may: nobody reaches beyond the own area."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, select

from geodata.account_areas import AreaOfOtherLevel, end_areas, give_area, own_areas
from geodata.account_list import AccountFilter, list_accounts, managed_account
from geodata.accounts import EVERYWHERE, Account, NoSuchAccount, account_by_name, add_account
from geodata.actions.acting import Actor
from geodata.actions.deputising import DeputyOfSelf, UnknownDeputy, end_standing_in, let_stand_in
from geodata.actions.managing import (
    AreaNeeded,
    BeyondOwnArea,
    ChangedMeanwhile,
    LastAdmin,
    OwnAccount,
    PersonTaken,
    Rights,
    UnitNeeded,
    change_account,
    change_password,
    end_account,
    make_account,
    rights_of,
)
from geodata.deputies import list_deputies
from geodata.scope import scope_of
from geodata.sessions import count_sessions_of, start_session
from geodata.tables import account_area, audit_log, person
from geodata.units import UnitClosed, UnitFacts, add_unit
from tests.geodata.cities import COMMUNITY, OTHER_COMMUNITY, insert_other_district

PASSWORD = "a long enough password"
TODAY = date(2026, 11, 20)
DISTRICT, OTHER_DISTRICT = COMMUNITY[:6], OTHER_COMMUNITY[:6]


@pytest.fixture
def two_districts(nine_grids: Connection) -> Connection:
    insert_other_district(nine_grids)
    return nine_grids


def account(conn: Connection, name: str, role: str, *areas: str) -> Account:
    made = add_account(conn, name, PASSWORD, role, f"{name} 甲")
    conn.execute(account_area.delete().where(account_area.c.account_id == made.id))
    for code in areas:
        give_area(conn, made, code)
    return made


def actor(conn: Connection, found: Account, day: date = TODAY) -> Actor:
    return Actor(scope_of(conn, found, "1501", day), found.id, day, "request")


@pytest.fixture
def city_admin(two_districts: Connection) -> Actor:
    return actor(two_districts, account(two_districts, "root", "admin", EVERYWHERE))


@pytest.fixture
def district_admin(two_districts: Connection) -> Actor:
    return actor(two_districts, account(two_districts, "saihan", "admin", DISTRICT))


def names(conn: Connection, by: Actor) -> list[str]:
    return [row.name for row in list_accounts(conn, by.scope, by.day).rows]


def test_a_district_sees_the_accounts_that_lie_inside_it(
    two_districts: Connection, city_admin: Actor, district_admin: Actor
) -> None:
    conn = two_districts
    account(conn, "here", "grid_worker", "e")
    account(conn, "there", "grid_worker", "x")
    account(conn, "both", "grid_worker", "e", "x")
    account(conn, "nowhere", "grid_worker")
    add_unit(conn, UnitFacts("u", "供热公司", "utility"))
    make_account(conn, city_admin, "unit", PASSWORD, Rights("", "unit_handler", unit="u"))
    assert names(conn, district_admin) == ["here", "saihan"]
    assert names(conn, city_admin) == ["both", "here", "nowhere", "root", "saihan", "there", "unit"]
    for name in ("there", "both", "root", "nowhere", "unit"):
        with pytest.raises(NoSuchAccount):
            managed_account(conn, district_admin.scope, name, TODAY)


def test_who_moved_away_belongs_to_the_new_place(two_districts: Connection, district_admin: Actor) -> None:
    conn = two_districts
    moved = account(conn, "moved", "grid_worker", "e")
    end_areas(conn, moved, TODAY)
    assert "moved" in names(conn, district_admin)
    give_area(conn, moved, "x", TODAY)
    assert "moved" not in names(conn, district_admin)


def test_the_list_goes_on_and_narrows(two_districts: Connection, city_admin: Actor) -> None:
    for n in range(5):
        account(two_districts, f"worker{n}", "grid_worker", "e")
    first = list_accounts(two_districts, city_admin.scope, TODAY, limit=4)
    rest = list_accounts(two_districts, city_admin.scope, TODAY, limit=4, cursor=first.next_cursor)
    assert [row.name for row in (*first.rows, *rest.rows)] == ["root", *(f"worker{n}" for n in range(5))]
    assert (first.total, rest.next_cursor) == (6, None)
    found = list_accounts(two_districts, city_admin.scope, TODAY, AccountFilter("WORKER3 ", "grid_worker", "enabled"))
    assert [row.name for row in found.rows] == ["worker3"]
    assert list_accounts(two_districts, city_admin.scope, TODAY, AccountFilter("%")).rows == []


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (Rights("", "admin", (EVERYWHERE,)), BeyondOwnArea),
        (Rights("", "admin", ("1501",)), BeyondOwnArea),
        (Rights("", "admin", (OTHER_DISTRICT,)), BeyondOwnArea),
        (Rights("", "grid_worker", ("x",)), BeyondOwnArea),
        (Rights("", "grid_worker", ("e", "x")), BeyondOwnArea),
        (Rights("", "unit_handler", unit="u"), BeyondOwnArea),
        (Rights("", "leader", ()), AreaNeeded),
        (Rights("", "grid_worker", (COMMUNITY,)), AreaOfOtherLevel),
    ],
)
def test_nobody_gives_more_than_the_own_area(
    two_districts: Connection, district_admin: Actor, wanted: Rights, error: type[Exception]
) -> None:
    add_unit(two_districts, UnitFacts("u", "供热公司", "utility"))
    with pytest.raises(error):
        make_account(two_districts, district_admin, "new", PASSWORD, wanted)
    worker = account(two_districts, "worker", "grid_worker", "e")
    seen = rights_of(two_districts, worker, district_admin).tag
    with pytest.raises(error):
        change_account(two_districts, district_admin, "worker", wanted, seen)


def test_a_district_makes_its_own_admin_who_sees_it_alone(two_districts: Connection, district_admin: Actor) -> None:
    make_account(two_districts, district_admin, "second", PASSWORD, Rights("", "admin", (DISTRICT,)))
    made = account_by_name(two_districts, "second")
    assert scope_of(two_districts, made, "1501", TODAY).areas == (DISTRICT,)


def test_a_change_is_noted_and_ends_sessions(two_districts: Connection, city_admin: Actor) -> None:
    conn = two_districts
    worker = account(conn, "worker", "grid_worker", "e")
    start_session(conn, timedelta(hours=1), account_id=worker.id, data={})
    before = rights_of(conn, worker, city_admin)
    named = Rights("李四", before.role, before.areas)
    assert change_account(conn, city_admin, "worker", named, before.tag) is False
    assert count_sessions_of(conn, worker.id) == 1  # a name changes no rights
    moved = Rights("李四", "grid_worker", ("f",))
    assert change_account(conn, city_admin, "worker", moved, named.tag) is True
    assert count_sessions_of(conn, worker.id) == 0
    assert own_areas(conn, worker, TODAY) == ("f",)
    line = conn.execute(select(audit_log).order_by(audit_log.c.id.desc()).limit(1)).one()
    assert (line.action, line.object, line.account_id, line.request_id) == (
        "account_changed",
        "worker",
        city_admin.account_id,
        "request",
    )
    assert (line.detail["before"]["areas"], line.detail["after"]["areas"]) == (["e"], ["f"])
    assert change_account(conn, city_admin, "worker", moved, "stale but the same") is False


def test_the_second_of_two_admins_is_told(two_districts: Connection, city_admin: Actor) -> None:
    worker = account(two_districts, "worker", "grid_worker", "e")
    seen = rights_of(two_districts, worker, city_admin).tag
    change_account(two_districts, city_admin, "worker", Rights("", "grid_worker", ("f",)), seen)
    with pytest.raises(ChangedMeanwhile):
        change_account(two_districts, city_admin, "worker", Rights("", "grid_worker", ("d",)), seen)


def test_nobody_changes_or_ends_oneself(two_districts: Connection, city_admin: Actor) -> None:
    account(two_districts, "other", "admin", EVERYWHERE)
    root = account_by_name(two_districts, "root")
    before = rights_of(two_districts, root, city_admin)
    change_account(two_districts, city_admin, "root", Rights("管理员", before.role, before.areas), before.tag)
    with pytest.raises(OwnAccount):
        change_account(
            two_districts,
            city_admin,
            "root",
            Rights("管理员", "leader", before.areas),
            Rights("管理员", before.role, before.areas).tag,
        )
    with pytest.raises(OwnAccount):
        end_account(two_districts, city_admin, "root")


def test_the_last_admin_of_the_city_stays(two_districts: Connection, city_admin: Actor) -> None:
    conn = two_districts
    other = account(conn, "other", "admin", "1501")
    by = actor(conn, account(conn, "third", "admin", EVERYWHERE))
    end_account(conn, by, "root")
    end_account(conn, by, "other")
    assert account_by_name(conn, "other").disabled_at is not None
    outsider = Actor(by.scope, other.id, TODAY)
    with pytest.raises(LastAdmin):
        end_account(conn, outsider, "third")


def test_a_demotion_of_the_last_admin_is_refused_too(two_districts: Connection, city_admin: Actor) -> None:
    outsider = Actor(city_admin.scope, None, TODAY)
    root = account_by_name(two_districts, "root")
    before = rights_of(two_districts, root, outsider)
    for wanted in (Rights("", "leader", (EVERYWHERE,)), Rights("", "admin", (DISTRICT,))):
        with two_districts.begin_nested() as point:
            with pytest.raises(LastAdmin):
                change_account(two_districts, outsider, "root", wanted, before.tag)
            point.rollback()


def test_passwords_and_ends_close_sessions(two_districts: Connection, district_admin: Actor) -> None:
    conn = two_districts
    worker = account(conn, "worker", "grid_worker", "e")
    account(conn, "foreign", "grid_worker", "x")
    for act in (
        lambda: change_password(conn, district_admin, "worker", "another long password"),
        lambda: end_account(conn, district_admin, "worker"),
    ):
        start_session(conn, timedelta(hours=1), account_id=worker.id, data={})
        act()
        assert count_sessions_of(conn, worker.id) == 0
    for refused in (
        lambda: change_password(conn, district_admin, "foreign", PASSWORD),
        lambda: end_account(conn, district_admin, "foreign"),
    ):
        with pytest.raises(NoSuchAccount):
            refused()
    assert conn.scalars(select(audit_log.c.action).order_by(audit_log.c.id)).all() == [
        "password_set",
        "account_disabled",
    ]


def test_a_unit_role_has_a_unit_and_no_area(two_districts: Connection, city_admin: Actor) -> None:
    conn = two_districts
    add_unit(conn, UnitFacts("u", "供热公司", "utility", duties=("暖气",)))
    add_unit(conn, UnitFacts("old", "旧公司", "utility", closed_on=TODAY))
    with pytest.raises(UnitNeeded):
        make_account(conn, city_admin, "unit", PASSWORD, Rights("", "unit_handler"))
    with pytest.raises(UnitClosed):
        make_account(conn, city_admin, "unit", PASSWORD, Rights("", "unit_handler", unit="old"))
    worker = account(conn, "worker", "grid_worker", "e")
    change_account(
        conn, city_admin, "worker", Rights("", "unit_handler", unit="u"), rights_of(conn, worker, city_admin).tag
    )
    found = account_by_name(conn, "worker")
    assert scope_of(conn, found, "1501", TODAY).categories == ("暖气",)
    assert own_areas(conn, found, TODAY) == ()


def test_a_person_has_one_account(two_districts: Connection, city_admin: Actor) -> None:
    two_districts.execute(person.insert().values(code="p1", name="张三"))
    make_account(two_districts, city_admin, "one", PASSWORD, Rights("", "grid_worker", ("e",), person="p1"))
    with pytest.raises(PersonTaken):
        make_account(two_districts, city_admin, "two", PASSWORD, Rights("", "grid_worker", ("e",), person="p1"))


def test_a_deputy_sees_both_until_the_last_day(two_districts: Connection, city_admin: Actor) -> None:
    conn = two_districts
    account(conn, "a", "grid_worker", "e")
    deputy = account(conn, "b", "grid_worker", "x")
    end = TODAY + timedelta(days=5)
    assert let_stand_in(conn, city_admin, "a", "b", TODAY, end) == 1
    assert let_stand_in(conn, city_admin, "a", "b", TODAY, end) == 0  # twice does no harm
    seen = {n: scope_of(conn, deputy, "1501", TODAY + timedelta(days=n)).areas for n in (-1, 0, 4, 5)}
    assert seen == {-1: ("x",), 0: ("e", "x"), 4: ("e", "x"), 5: ("x",)}
    assert own_areas(conn, deputy, TODAY) == ("x",)


def test_deputies_are_listed_and_ended_inside_the_own_area(
    two_districts: Connection, city_admin: Actor, district_admin: Actor
) -> None:
    conn = two_districts
    for name, area in (("a", "e"), ("b", "f"), ("far", "x"), ("away", "y")):
        account(conn, name, "grid_worker", area)
    end = TODAY + timedelta(days=5)
    let_stand_in(conn, district_admin, "a", "b", TODAY, end)
    let_stand_in(conn, city_admin, "far", "away", TODAY, end)
    for principal, deputy in (("far", "b"), ("a", "far")):
        with pytest.raises(NoSuchAccount):
            let_stand_in(conn, district_admin, principal, deputy, TODAY, end)
    with pytest.raises(DeputyOfSelf):
        let_stand_in(conn, district_admin, "a", "a", TODAY, end)
    listed = list_deputies(conn, district_admin.scope, TODAY)
    assert [(row.deputy_name, row.principal_name, row.area_code) for row in listed] == [("b", "a", "e")]
    foreign = next(row.id for row in list_deputies(conn, city_admin.scope, TODAY) if row.deputy_name == "away")
    with pytest.raises(UnknownDeputy):
        end_standing_in(conn, district_admin, foreign)
    end_standing_in(conn, district_admin, listed[0].id)
    assert list_deputies(conn, district_admin.scope, TODAY) == []
    assert scope_of(conn, account_by_name(conn, "b"), "1501", TODAY).areas == ("f",)


def test_whoever_stands_in_does_not_prolong_it(two_districts: Connection) -> None:
    """Secretary b stands in for a, so both communities lie inside b's area: still only somebody else names b a deputy."""
    conn = two_districts
    a, b = (
        account(conn, name, "street_officer", code[:9]) for name, code in (("a", COMMUNITY), ("b", OTHER_COMMUNITY))
    )
    give_area(conn, b, COMMUNITY[:9], TODAY, TODAY + timedelta(days=3), for_=a)
    with pytest.raises(OwnAccount):
        let_stand_in(conn, actor(conn, b), "a", "b", TODAY, TODAY + timedelta(days=3000))


def test_a_deputy_s_role_must_be_able_to_have_the_area(two_districts: Connection, city_admin: Actor) -> None:
    """Otherwise a grid worker who stands in for a street officer would see the homes of the whole street."""
    account(two_districts, "officer", "street_officer", COMMUNITY[:9])
    account(two_districts, "worker", "grid_worker", "e")
    with pytest.raises(AreaOfOtherLevel):
        let_stand_in(two_districts, city_admin, "officer", "worker", TODAY, TODAY + timedelta(days=1))
