"""A page from the snapshot and SQL is the page from SQL alone, on every page of every order, in every scope."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, text

from geodata import report_pages
from geodata.report_filter import ReportFilter
from geodata.report_order import ORDERS
from geodata.report_pages import page_of_reports
from geodata.report_search import ReportSearch
from geodata.reports import count_reports, list_reports
from geodata.scope import EVERYTHING, Scope
from geodata.settings import Settings
from gridmap.access import Reach
from tests.geodata.cities import insert_divisions, insert_grids

FILL = text("""
    INSERT INTO report (category, source, status, text, address_text, occurred_at, reported_at, received_at, intake_district)
    SELECT (ARRAY['路灯', '噪声', '井盖'])[1 + i % 3], 'patrol', (ARRAY['filed', 'dispatched', 'closed'])[1 + i % 3], 't', 'a', at, at, at, '150105'
    FROM (SELECT i, timestamptz '2026-03-01 00:30+08' + make_interval(hours => (i * i * 7) % 2000) FROM generate_series(1, 700) i) p(i, at)
""")
OWN = text("""
    INSERT INTO owner (report_id, grid_id, reason, index_version, intake_district)
    SELECT r.id, g.id, CASE WHEN g.id IS NULL THEN 'none' ELSE 'inside' END, 1, '150105'
    FROM report r LEFT JOIN grid g ON ascii(g.code) - ascii('a') = r.id % 11
""")
SCOPES = {
    "everything": EVERYTHING,
    "two grids": replace(EVERYTHING, areas=("b", "e")),
    "district": replace(EVERYTHING, areas=("150105",)),
    "nothing": replace(EVERYTHING, areas=()),
    "unit": replace(EVERYTHING, reach=Reach.UNIT, categories=("路灯", "噪声")),
    "own": replace(EVERYTHING, reach=Reach.OWN, account_id=-1),
}
SEARCHES = {
    "all": ReportSearch(),
    "days": ReportSearch(ReportFilter(from_day=date(2026, 3, 9), to_day=date(2026, 4, 20))),
    "category": ReportSearch(ReportFilter(categories=("井盖", "噪声"))),
    "area": ReportSearch(ReportFilter(area="e")),
    "words": ReportSearch(words="t"),
}


@pytest.fixture(scope="module")
def filled(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as conn:
        insert_divisions(conn)
        insert_grids(conn)
        conn.execute(FILL)
        conn.execute(OWN)
    with engine.connect() as conn:
        yield conn


@pytest.fixture(scope="module")
def kept_settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("home"), database_url=database_url)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("scope", SCOPES)
def test_every_page_is_that_of_sql(
    filled: Connection, engine: Engine, kept_settings: Settings, scope: str, search: str, order: str
) -> None:
    seen: Scope = SCOPES[scope]
    cursor, other, pages = None, None, 0
    while True:
        ours = page_of_reports(
            filled,
            engine,
            kept_settings,
            seen,
            SEARCHES[search],
            most=500,
            order=ORDERS[order],
            limit=60,
            cursor=cursor,
        )
        sql = list_reports(
            filled, seen, SEARCHES[search], kept_settings.zone, order=ORDERS[order], limit=60, cursor=other
        )
        assert [row.id for row in ours.page.rows] == [row.id for row in sql.rows]
        assert ours.page.next_cursor == sql.next_cursor
        assert ours.count == count_reports(filled, seen, SEARCHES[search], kept_settings.zone, most=501)
        cursor, other, pages = ours.page.next_cursor, sql.next_cursor, pages + 1
        if cursor is None:
            break
    assert pages > 5 or scope != "everything" or search != "all"


def test_candidates_are_few(
    filled: Connection, engine: Engine, kept_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    wanted = report_pages._candidates
    monkeypatch.setattr(report_pages, "_candidates", lambda *given: asked.append(wanted(*given)) or asked[-1])
    first = page_of_reports(filled, engine, kept_settings, EVERYTHING, ReportSearch(), limit=20)
    page_of_reports(filled, engine, kept_settings, EVERYTHING, ReportSearch(), limit=20, cursor=first.page.next_cursor)
    assert [20 < len(ids) < 60 for ids in asked] == [True, True]
