"""Lists of reports: every order gives each row once, also while others file; searches and counts agree with the list."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from geodata.report_filter import ReportFilter
from geodata.report_order import NEWEST, ORDERS, BadCursor, UnknownOrder, order_named
from geodata.report_search import ReportSearch
from geodata.reports import count_reports, list_reports
from geodata.scope import EVERYTHING
from gridmap.report import STATES

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 1, tzinfo=UTC)
WORDS = ("井盖", "积水", "a,b c", "噪声%扰民", "垃圾")
Add = Callable[..., int]


@pytest.fixture
def add(conn: Connection) -> Add:
    """File a report at an hour; few hours, so that many rows share their time. Gives its key."""

    def one(hour: int = 0, category: str = "井盖", status: str = "filed", later: int = 0, **values: str) -> int:
        at = START + timedelta(hours=hour)
        given_values = {"text": "", "address": "富邦小区3号楼", "account": None, **values}
        found = conn.scalar(
            text(
                "INSERT INTO report (category, status, text, address_text, occurred_at, reported_at, received_at, intake_district, account_id) "
                "VALUES (:category, :status, :text, :address, :at, :reported, :reported, '150105', :account) RETURNING id"
            ),
            {"category": category, "status": status, "at": at, "reported": at + timedelta(hours=later), **given_values},
        )
        assert found is not None
        return int(found)

    return one


def pages(conn: Connection, name: str, limit: int, between: Callable[[], object] = lambda: None) -> list[int]:
    """Keys of a whole list, page by page; ``between`` happens after each page."""
    keys: list[int] = []
    cursor = None
    for _ in range(1000):
        page = list_reports(conn, EVERYTHING, ReportFilter(), ZONE, order=ORDERS[name], limit=limit, cursor=cursor)
        assert len(page.rows) <= limit
        keys += [row.id for row in page.rows]
        if page.next_cursor is None:
            return keys
        cursor = page.next_cursor
        between()
    raise AssertionError("the list never ends")


def wanted(conn: Connection, name: str) -> list[int]:
    """The whole list sorted here."""
    rows = list(
        conn.execute(text('SELECT id, category COLLATE "C" AS category, status, occurred_at, reported_at FROM report'))
    )
    keys = {
        "newest": lambda row: (-row.occurred_at.timestamp(), -row.id),
        "oldest": lambda row: (row.occurred_at, row.id),
        "reported": lambda row: (-row.reported_at.timestamp(), -row.id),
        "reported_oldest": lambda row: (row.reported_at, row.id),
        "category": lambda row: (row.category, -row.occurred_at.timestamp(), -row.id),
        "status": lambda row: (STATES.index(row.status), -row.occurred_at.timestamp(), -row.id),
    }
    return [row.id for row in sorted(rows, key=keys[name])]


reports = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(WORDS), st.sampled_from(STATES), st.integers(0, 3)), max_size=25
)


@pytest.mark.parametrize("name", ORDERS)
@given(given_reports=reports, limit=st.integers(1, 7), seed=st.integers(0, 2**16))
@hypothesis_settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_each_row_comes_once_in_its_place_also_under_insertions(
    conn: Connection, add: Add, name: str, given_reports: list[tuple[int, str, str, int]], limit: int, seed: int
) -> None:
    chance = random.Random(seed)
    with conn.begin_nested() as undone:
        there = [add(hour, category, status, later) for hour, category, status, later in given_reports]
        assert pages(conn, name, limit) == wanted(conn, name)

        def somebody_files() -> None:
            if chance.random() < 0.7:
                add(chance.randrange(5), chance.choice(WORDS), chance.choice(STATES), chance.randrange(4))

        listed = pages(conn, name, limit, somebody_files)
        assert len(listed) == len(set(listed))
        assert set(there) <= set(listed)
        in_order = [key for key in wanted(conn, name) if key in set(listed)]
        assert listed == in_order
        undone.rollback()


def test_a_cursor_belongs_to_its_order(conn: Connection, add: Add) -> None:
    for hour in range(3):
        add(hour)
    page = list_reports(conn, EVERYTHING, ReportFilter(), ZONE, limit=1)
    for order in ORDERS.values():
        if order is not NEWEST:
            with pytest.raises(BadCursor):
                list_reports(conn, EVERYTHING, ReportFilter(), ZONE, order=order, limit=1, cursor=page.next_cursor)
    with pytest.raises(UnknownOrder):
        order_named("fastest")


def search(at: date = date(2026, 11, 21), **query: str) -> ReportSearch:
    return ReportSearch.parse(query, 7, at)


def found(conn: Connection, wanted_search: ReportSearch) -> set[int]:
    keys = {row.id for row in list_reports(conn, EVERYTHING, wanted_search, ZONE).rows}
    assert count_reports(conn, EVERYTHING, wanted_search, ZONE) == len(keys)
    return keys


def test_words_are_looked_for_in_text_and_address_as_they_stand(conn: Connection, add: Add) -> None:
    covers, percent, other = add(text="ATM 旁井盖 缺失"), add(text="噪声100%扰民"), add(address="如意街_5号")
    assert found(conn, search(q="井盖 缺失")) == {covers}
    assert found(conn, search(q="atm")) == {covers}
    assert found(conn, search(q="100%")) == {percent}
    assert found(conn, search(q="街_5")) == {other}
    assert found(conn, search(q="富邦")) == {covers, percent}
    assert found(conn, search(q="没有的字")) == set()


def test_a_number_finds_its_case(conn: Connection, add: Add) -> None:
    key, _other = add(), add()
    ref = conn.scalar(text("SELECT ref::text FROM report WHERE id = :key"), {"key": key})
    assert ref is not None
    assert found(conn, search(q=ref[:8])) == {key}
    assert found(conn, search(q=ref[:8].upper())) == {key}


def test_a_period_that_moves_ends_today(conn: Connection, add: Add) -> None:
    # 24 hours after the start it is the city's second of November.
    first, second = add(0), add(24)
    assert found(conn, search(date(2026, 11, 2), days="1")) == {second}
    assert found(conn, search(date(2026, 11, 2), days="2")) == {first, second}
    assert search(days="7").query() == {"days": ["7"]}
    assert search(days="7", **{"from": "2026-11-01"}).days is None
    assert [search(days=value).days for value in ("0", "-1", "x", "99999", "１")] == [None] * 5


def test_a_search_is_read_back_from_its_address() -> None:
    for query in (
        {"q": "井盖 #&", "mine": "1", "days": "30", "category": "a,b"},
        {"from": "2026-11-01", "to": "2026-11-03", "status": "filed,closed", "area": "150105", "lacking": "grid"},
        {},
    ):
        known = search(**query)
        assert ReportSearch.parse(known.query(), 7, date(2026, 11, 21)) == known
    assert replace(search(days="30"), days=None).query() != search(days="30").query()
    assert search(days="30").changed(from_day=None, to_day=None, days=7).query() == {"days": ["7"]}
    assert search(days="30").changed(from_day=None, to_day=None).query() == {}


def test_counting_ends_where_it_is_told(conn: Connection, add: Add) -> None:
    for hour in range(5):
        add(hour)
    assert count_reports(conn, EVERYTHING, ReportFilter(), ZONE, most=3) == 3
    assert count_reports(conn, EVERYTHING, ReportFilter(), ZONE) == 5
