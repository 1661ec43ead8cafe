"""A grid changes hands: the old worker's post and rights end the day before, the new one's begin."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, select

from geodata.account_areas import AreaOfOtherLevel, RoleHasNoArea
from geodata.accounts import NoSuchAccount, account_by_name, disable_account
from geodata.actions.acting import Actor
from geodata.actions.deputising import AccountEnded, let_stand_in
from geodata.actions.hand_over import (
    HandOver,
    HandOverDay,
    HandOverPlanned,
    PersonDiffers,
    PersonMissing,
    hand_over,
)
from geodata.actions.managing import ChangedMeanwhile, PersonTaken
from geodata.grid_workers import start_worker, tag_of, work_of, workers_from
from geodata.grids import UnknownGrid
from geodata.scope import EVERYTHING, scope_of
from geodata.tables import account, audit_log, building_grid, grid, person
from tests.geodata.cities import COMMUNITY, insert_building, insert_other_district, insert_post, middle_of
from tests.geodata.test_managing_accounts import account as make_account

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
BY = Actor(EVERYTHING, None, TODAY, "request")


@pytest.fixture
def staffed(nine_grids: Connection) -> Connection:
    """Grid e has the worker p1 with an account, whom the account b stands in for; p2 has an account and no grid."""
    conn = nine_grids
    for code, name in (("p1", "张三"), ("p2", "李四")):
        key = conn.scalar(person.insert().values(code=code, name=name).returning(person.c.id))
        areas = ("e",) if code == "p1" else ()
        made = make_account(conn, f"account-{code}", "grid_worker", *areas)
        conn.execute(account.update().where(account.c.id == made.id).values(person_id=key))
    start_worker(conn, "e", conn.scalar(select(person.c.id).where(person.c.code == "p1")) or 0, date(2026, 1, 1))
    make_account(conn, "b", "grid_worker", "f")
    let_stand_in(conn, BY, "account-p1", "b", TODAY, TODAY + 30 * DAY)
    return conn


def seen(conn: Connection, code: str = "e") -> str:
    return tag_of(workers_from(conn, code, TODAY))


def areas(conn: Connection, name: str, day: date) -> tuple[str, ...] | None:
    return scope_of(conn, account_by_name(conn, name), "1501", day).areas


def test_posts_and_rights_change_on_the_day(staffed: Connection) -> None:
    day = TODAY + 3 * DAY
    assert hand_over(staffed, BY, HandOver("e", day, seen(staffed), "p2"))
    workers = workers_from(staffed, "e", TODAY)
    assert [(one.person_code, one.valid_to) for one in workers] == [("p1", day), ("p2", None)]
    before, after = day - DAY, day
    assert (areas(staffed, "account-p1", before), areas(staffed, "account-p1", after)) == (("e",), ())
    assert (areas(staffed, "account-p2", before), areas(staffed, "account-p2", after)) == ((), ("e",))
    assert (areas(staffed, "b", before), areas(staffed, "b", after)) == (("e", "f"), ("f",))
    line = staffed.execute(select(audit_log).where(audit_log.c.action == "handed_over")).one()
    assert (line.object, line.detail) == (
        "e",
        {"day": day.isoformat(), "before": "p1", "after": "p2", "account": "account-p2"},
    )


def test_twice_does_no_harm(staffed: Connection) -> None:
    asked = HandOver("e", TODAY, seen(staffed), "p2")
    assert hand_over(staffed, BY, asked) is True
    assert hand_over(staffed, BY, asked) is False
    assert [one.person_code for one in workers_from(staffed, "e", TODAY)] == ["p2"]
    assert areas(staffed, "account-p2", TODAY) == ("e",)


def test_somebody_else_was_faster(staffed: Connection) -> None:
    tag = seen(staffed)
    hand_over(staffed, BY, HandOver("e", TODAY, tag, "p2"))
    with pytest.raises(ChangedMeanwhile):
        hand_over(staffed, BY, HandOver("e", TODAY + DAY, tag, "p3", "王五"))


def test_somebody_new_without_an_account(staffed: Connection) -> None:
    assert hand_over(staffed, BY, HandOver("e", TODAY, seen(staffed), "p3", "王五", "13800000000"))
    assert staffed.execute(select(person.c.name, person.c.phone).where(person.c.code == "p3")).one() == (
        "王五",
        "13800000000",
    )
    assert areas(staffed, "account-p1", TODAY) == ()


def test_a_named_account_is_given_and_belongs_to_the_person(staffed: Connection) -> None:
    make_account(staffed, "fresh", "grid_worker")
    hand_over(staffed, BY, HandOver("e", TODAY, seen(staffed), "p3", "王五", account="fresh"))
    assert areas(staffed, "fresh", TODAY) == ("e",)
    key = staffed.scalar(select(person.c.id).where(person.c.code == "p3"))
    assert account_by_name(staffed, "fresh").person_id == key


def test_a_grid_without_a_worker_gets_one(staffed: Connection) -> None:
    assert hand_over(staffed, BY, HandOver("a", TODAY, seen(staffed, "a"), "p2"))
    assert [one.person_code for one in workers_from(staffed, "a", TODAY)] == ["p2"]


@pytest.mark.parametrize(
    ("asked", "error", "field"),
    [
        ({"person": ""}, PersonMissing, "person"),
        ({"person": "p9"}, PersonMissing, "name"),
        ({"person": "p2", "name": "别人"}, PersonDiffers, "person"),
        ({"person": "p2", "day": TODAY - 32 * DAY}, HandOverDay, "day"),
        ({"person": "p2", "account": "nobody"}, NoSuchAccount, "account"),
        ({"person": "p2", "account": "b"}, PersonTaken, "account"),
        ({"person": "p3", "name": "王五", "account": "account-p1"}, PersonTaken, "account"),
        ({"person": "p3", "name": "王五", "account": "officer"}, AreaOfOtherLevel, "area"),
        ({"person": "p3", "name": "王五", "account": "desk"}, RoleHasNoArea, "area"),
        ({"person": "p3", "name": "王五", "account": "ended"}, AccountEnded, "account"),
    ],
)
def test_what_is_refused(
    staffed: Connection, asked: dict[str, object], error: type[Exception], field: str | None
) -> None:
    make_account(staffed, "officer", "street_officer", COMMUNITY[:9])
    make_account(staffed, "desk", "unit_handler")
    make_account(staffed, "ended", "grid_worker")
    disable_account(staffed, "ended")
    values = {"grid_code": "e", "day": TODAY, "seen": seen(staffed), "person": "", **asked}
    with pytest.raises(error) as caught:
        hand_over(staffed, BY, HandOver(**values))  # type: ignore[arg-type]
    assert getattr(caught.value, "field", "") == field


def test_a_second_plan_is_told(staffed: Connection) -> None:
    hand_over(staffed, BY, HandOver("e", TODAY + 10 * DAY, seen(staffed), "p2"))
    with pytest.raises(HandOverPlanned):
        hand_over(staffed, BY, HandOver("e", TODAY + 5 * DAY, seen(staffed), "p3", "王五"))


def test_a_grid_outside_the_own_area_does_not_exist(staffed: Connection) -> None:
    insert_other_district(staffed)
    secretary = make_account(staffed, "secretary", "community_secretary", COMMUNITY)
    by = Actor(scope_of(staffed, secretary, "1501", TODAY), secretary.id, TODAY)
    with pytest.raises(UnknownGrid):
        hand_over(staffed, by, HandOver("x", TODAY, seen(staffed, "x"), "p2"))
    assert hand_over(staffed, by, HandOver("e", TODAY, seen(staffed), "p2"))


def test_what_goes_along(staffed: Connection) -> None:
    key = staffed.scalar(select(grid.c.id).where(grid.c.code == "e")) or 0
    lon, lat = middle_of("e")
    built = insert_building(staffed, "b1", lon, lat)
    staffed.execute(building_grid.insert().values(building_id=built, grid_id=key, grids=1, households=48))
    insert_post(staffed, "赵六", "building_head", building_id=built)
    work = work_of(staffed, key, TODAY)
    assert (work.open_reports, work.households, work.building_heads) == (0, 48, ["赵六"])


def test_an_account_at_work_elsewhere_is_as_unknown_as_none(staffed: Connection) -> None:
    insert_other_district(staffed)
    for name, role, code in (
        ("officer", "community_secretary", COMMUNITY),
        ("far", "grid_worker", "x"),
        ("root", "admin", "*"),
    ):
        make_account(staffed, name, role, code)
    make_account(staffed, "fresh", "grid_worker")
    officer = account_by_name(staffed, "officer")
    by = Actor(scope_of(staffed, officer, "1501", TODAY), officer.id, TODAY, "request")
    for name in ("far", "root", "nobody"):
        with pytest.raises(NoSuchAccount) as caught, staffed.begin_nested():
            hand_over(staffed, by, HandOver("e", TODAY, seen(staffed), "p3", "王五", account=name))
        assert caught.value.field == "account"
    assert hand_over(staffed, by, HandOver("e", TODAY, seen(staffed), "p4", "赵六", account="fresh"))
    assert areas(staffed, "fresh", TODAY) == ("e",)
