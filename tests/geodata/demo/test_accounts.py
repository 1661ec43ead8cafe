"""Accounts of the demo: every role, each with an area or a unit that its role may have; gone with the sample."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, insert, select, text, update

from geodata.account_areas import areas_of, check_area
from geodata.accounts import add_account, check_password
from geodata.audit import note
from geodata.demo import City
from geodata.demo.accounts import PASSWORD
from geodata.demo.removal import SampleInUse, remove_sample
from geodata.demo.sample import load_city, sample_of
from geodata.scope import scope_of
from geodata.sessions import start_session
from geodata.settings import Settings
from geodata.tables import account, account_area, api_token, event, grid, post, report, saved_filter, unit, web_session
from gridmap.access import GRANTS, Reach, Role


@pytest.fixture(scope="module")
def city_there(engine: Engine, database_url: str, tmp_path_factory: pytest.TempPathFactory, tiny: City) -> None:
    """The tiny city in the module's database, loaded once."""
    with engine.begin() as conn:
        load_city(conn, Settings(home=tmp_path_factory.mktemp("home"), database_url=database_url), tiny)


@pytest.fixture
def loaded(city_there: None, conn: Connection) -> Connection:
    """A connection that sees the tiny city; what a test does to it is undone."""
    return conn


def noted(conn: Connection) -> dict[str, dict[str, Any]]:
    """What is noted of the accounts, by name."""
    found = sample_of(conn)
    assert found is not None
    return {each["name"]: each for each in found["accounts"]}


def test_every_role_can_be_tried(loaded: Connection) -> None:
    roles = Counter(each["role"] for each in noted(loaded).values())
    assert set(roles) == {str(role) for role in Role}
    assert (roles["grid_worker"], roles["dispatcher"], roles["unit_handler"]) == (2, 2, 2)
    assert all(each["zh"] and each["en"] for each in noted(loaded).values())


def test_each_has_an_area_of_its_roles_level_or_a_unit(loaded: Connection, tiny: City) -> None:
    for each in noted(loaded).values():
        held = areas_of(loaded, [each["id"]], tiny.until)
        unit_id = loaded.scalar(select(account.c.unit_id).where(account.c.id == each["id"]))
        if GRANTS[Role(each["role"])].by_unit:
            assert (len(held), unit_id is None) == (0, False)
        else:
            assert unit_id is None
            assert len(held) == (2 if each["name"] == "worker2" else 1)
            for row in held:
                check_area(loaded, each["role"], row.area_code)


def test_one_password_signs_all_in(loaded: Connection) -> None:
    assert sample_of(loaded)["password"] == PASSWORD  # type: ignore[index]
    for name in ("worker", "admin"):
        assert check_password(loaded, name, PASSWORD) is not None
    assert loaded.scalar(select(func.count(account.c.password_hash.distinct()))) == 1


def test_the_second_worker_stands_in_for_the_first_until_a_day(loaded: Connection, tiny: City) -> None:
    ids = noted(loaded)
    row = loaded.execute(select(account_area).where(account_area.c.stands_in_for.is_not(None))).one()
    assert (row.account_id, row.stands_in_for) == (ids["worker2"]["id"], ids["worker"]["id"])
    post = tiny.people[tiny.people["kind"] == "deputy_worker"].iloc[0]
    assert (row.area_code, row.valid.upper) == (post["area_code"], post["valid_to"])


def test_staff_accounts_are_people_of_the_roster(loaded: Connection) -> None:
    staff = ("worker", "worker2", "head", "secretary")
    linked = select(account.c.name).where(account.c.person_id.is_not(None), account.c.display_name != "")
    assert set(staff) <= set(loaded.scalars(linked))
    areas = "SELECT p.area_code = a.area_code FROM account c JOIN account_area a ON a.account_id = c.id AND stands_in_for IS NULL"
    same = loaded.scalars(
        text(f"{areas} JOIN post p ON p.person_id = c.person_id AND p.kind = 'grid_worker' WHERE c.role = p.kind")
    )
    assert same.all() == [True, True]


def test_each_account_sees_something(loaded: Connection, settings: Settings, tiny: City) -> None:
    for each in noted(loaded).values():
        found = check_password(loaded, each["name"], PASSWORD)
        assert found is not None
        scope = scope_of(loaded, found, settings.city_code, tiny.until)
        seen = loaded.scalar(select(func.count()).select_from(report).where(*scope.report_conditions(loaded)))
        assert seen or scope.reach in (Reach.UNIT, Reach.COMPOUNDS), each["name"]


def test_a_name_that_is_taken_stays_its_owners(loaded: Connection, settings: Settings, tiny: City) -> None:
    conn = loaded
    remove_sample(conn)
    mine = add_account(conn, "admin", "quite another one", "admin")
    load_city(conn, settings, tiny)
    assert "admin" not in noted(conn)
    assert sample_of(conn)["names_taken"] == ["admin"]  # type: ignore[index]
    remove_sample(conn)
    assert conn.scalars(select(account.c.id)).all() == [mine.id]


def test_without_accounts_there_are_none(loaded: Connection, settings: Settings, tiny: City) -> None:
    conn = loaded
    remove_sample(conn)
    load_city(conn, settings, tiny, accounts=False)
    assert conn.scalar(select(func.count()).select_from(account)) == 0
    assert "password" not in (sample_of(conn) or {})
    remove_sample(conn)


def test_removal_takes_what_is_theirs(loaded: Connection) -> None:
    worker = noted(loaded)["worker"]["id"]
    start_session(loaded, timedelta(hours=1), account_id=worker, data={})
    loaded.execute(insert(api_token).values(account_id=worker, token_hash=b"x", name="t"))
    loaded.execute(insert(saved_filter).values(account_id=worker, page="cases", name="n", query="q"))
    remove_sample(loaded)
    for table in (account, account_area, web_session, api_token, saved_filter):
        assert loaded.scalar(select(func.count()).select_from(table)) == 0, table.name


def test_an_account_that_the_log_names_stays_without_rights(loaded: Connection) -> None:
    worker = noted(loaded)["worker"]["id"]
    note(loaded, "signed_in", account_id=worker)
    removed = remove_sample(loaded)
    assert removed.accounts_kept == 1
    row = loaded.execute(select(account)).one()
    assert (row.id, row.name, row.unit_id, row.person_id) == (worker, f"demo-removed-{worker}", None, None)
    assert row.disabled_at is not None
    assert check_password(loaded, row.name, PASSWORD) is None


def test_reports_that_they_filed_hold_the_sample_unless_they_go_too(loaded: Connection) -> None:
    filed = (
        "INSERT INTO report (category, address_text, occurred_at, reported_at, intake_district, account_id) "
        "VALUES ('x', 'x', now(), now(), '1501', :id) RETURNING id"
    )
    number = loaded.scalar(text(filed), {"id": noted(loaded)["courier"]["id"]})
    loaded.execute(insert(event).values(report_id=number, kind="filed", intake_district="1501"))
    with pytest.raises(SampleInUse, match="report: 1"):
        remove_sample(loaded)
    remove_sample(loaded, with_reports=True)
    assert loaded.scalar(select(func.count()).select_from(report)) == 0
    assert loaded.scalar(select(func.count()).select_from(account)) == 0


def test_a_real_account_in_a_sample_unit_holds_the_sample(loaded: Connection) -> None:
    mine = add_account(loaded, "mine", "quite another one", "unit_handler")
    some = select(func.min(unit.c.id)).scalar_subquery()
    loaded.execute(update(account).where(account.c.id == mine.id).values(unit_id=some))
    with pytest.raises(SampleInUse, match="account: 1"):
        remove_sample(loaded)


def test_a_hand_over_among_the_samples_staff_goes_with_it(loaded: Connection) -> None:
    vacant = select(grid.c.code).where(grid.c.code.not_in(select(post.c.area_code).where(post.c.kind == "grid_worker")))
    person = select(func.min(post.c.person_id)).scalar_subquery()
    loaded.execute(
        insert(post).values(person_id=person, kind="grid_worker", area_code=vacant.limit(1).scalar_subquery())
    )
    remove_sample(loaded)
    assert loaded.scalar(select(func.count()).select_from(post)) == 0
