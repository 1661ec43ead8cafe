"""Today: what waits for whom, what is new against what is usual, and what to do with an account that sees nothing."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import Engine, text

from geodata.account_areas import give_area
from geodata.accounts import account_by_name, add_account
from geodata.days import today
from geodata.report_filter import ReportFilter
from geodata.report_news import FEWEST, by_state, by_state_in_scope, news
from geodata.reports import count_reports
from geodata.scope import EVERYTHING
from geodata.selections import choose
from geodata.settings import Settings
from geodata.snapshots import open_snapshot
from gridmap.access import Role
from gridmap.duties import WAITING
from gridmap.report import OPEN, STATES
from tests.geodata.cities import insert_other_district
from tests.web.case_reports import file_case
from tests.web.conftest import PASSWORD, SignIn, sign_in


@pytest.fixture(scope="module", autouse=True)
def cases(city: Engine, web_settings: Settings) -> None:
    """In grid e twelve of one kind this week and one a week before; one to check; all closed ones long ago."""
    with city.begin() as conn:
        insert_other_district(conn)
        for number in range(12):
            file_case(conn, web_settings, "e", category="积水", days_ago=number / 4)
        for week in range(1, 10):
            file_case(conn, web_settings, "e", category="积水", status="closed", days_ago=week * 7 + 1)
            file_case(conn, web_settings, "e", category="垃圾", status="closed", days_ago=week * 7 + 2)
        for _ in range(FEWEST - 1):
            file_case(conn, web_settings, "e", category="新的", days_ago=1)
        file_case(conn, web_settings, "e", category="垃圾", status="to_check", days_ago=5)
        file_case(conn, web_settings, "e", category="x", status="dispatched", days_ago=2)
        file_case(conn, web_settings, None, category="外区案件", lon=111.605, lat=40.805, days_ago=6)


def figures(page: str) -> dict[str, int]:
    return {state: int(count.replace(",", "")) for state, count in re.findall(r'data-gm-state="(\w+)">([\d,]+)<', page)}


def test_what_waits_is_the_role_s_own_move(signed_in: SignIn) -> None:
    worker = signed_in("grid_worker").get("/").text
    assert figures(worker) == {"filed": 12 + FEWEST - 1, "to_check": 1}
    assert "等您办理" in worker
    assert 'href="/cases?status=filed&amp;sort=oldest"' in worker
    handler = signed_in("unit_handler").get("/").text
    assert figures(handler) == {"dispatched": 1}
    leader = signed_in("leader").get("/").text
    assert figures(leader) == {"filed": 12 + FEWEST, "dispatched": 1, "to_check": 1}
    assert "未办结的案件" in leader
    assert "目前没有等您办理的案件" in signed_in("street_officer").get("/").text


def test_each_figure_leads_to_a_list_of_as_many(signed_in: SignIn) -> None:
    for role in ("grid_worker", "leader", "unit_handler"):
        browser = signed_in(role)
        page = browser.get("/").text
        links = re.findall(r'<a class="gm-figure[^"]*" href="([^"]+)"><b[^>]*>([\d,]+)</b>', page)
        assert links
        for address, count in links:
            listed = re.search(r"data-gm-total>([\d,+]+)<", browser.get(address.replace("&amp;", "&")).text)
            assert listed
            assert listed.group(1) == count, address


def test_the_oldest_waits_first(signed_in: SignIn, city: Engine) -> None:
    page = signed_in("grid_worker").get("/").text
    with city.connect() as conn:
        oldest = conn.scalar(text("SELECT ref::text FROM report WHERE status = 'to_check'"))
    assert re.findall(r'href="/cases/([0-9a-f-]{36})"', page)[0] == oldest


def test_more_than_usual_is_said_only_when_it_is(signed_in: SignIn) -> None:
    page = signed_in("grid_worker").get("/").text
    assert "近7天 12 件，平时约 1 件" in page
    grown = re.search(r'<ul class="gm-plain">\s*<li><a href="/cases\?category.*?</ul>', page, flags=re.S)
    assert grown
    assert "垃圾" not in grown.group(0)
    assert "新的" not in grown.group(0)  # four are not many, however new


def test_nothing_of_a_foreign_area(signed_in: SignIn) -> None:
    for role in ("grid_worker", "community_secretary", "building_head", "unit_handler"):
        assert "外区" not in signed_in(role).get("/").text
    assert "外区案件" in signed_in("leader").get("/").text


def test_own_reports_for_those_who_see_no_others(signed_in: SignIn, city: Engine, web_settings: Settings) -> None:
    browser = signed_in("mobile_reporter")
    assert "目前没有未办结的案件" in browser.get("/").text
    with city.begin() as conn:
        mine = conn.scalar(text("SELECT id FROM account WHERE name = 'mobile_reporter'"))
        file_case(conn, web_settings, "a", category="我报的", account_id=mine)
    page = browser.get("/").text
    assert figures(page) == {"filed": 1}
    assert "我上报的、尚未办结" in page
    assert "辖区新增" not in page


def test_an_account_without_an_area_is_told_so(signed_in: SignIn, city: Engine) -> None:
    with city.begin() as conn:
        add_account(conn, "lost", PASSWORD, "grid_worker")
    browser = signed_in("leader").application.test_client()
    sign_in(browser, "lost")
    page = browser.get("/").text
    assert "您的账号还没有责任范围" in page
    assert "辖区新增" not in page
    assert "您的单位还没有登记责任事项" in signed_in("property_company").get("/").text


def test_a_deputy_reads_whom_and_until_when(
    signed_in: SignIn, city: Engine, web_settings: Settings, account_named: Callable[[str], str]
) -> None:
    account_named("grid_worker")
    day = today(web_settings.zone)
    with city.begin() as conn:
        deputy = add_account(conn, "deputy", PASSWORD, "grid_worker")
        give_area(conn, deputy, "a")
        give_area(conn, deputy, "e", day, day + timedelta(days=5), for_=account_by_name(conn, "grid_worker"))
    browser = signed_in("leader").application.test_client()
    sign_in(browser, "deputy")
    page = browser.get("/").text
    assert f"您代班 grid_worker 甲，负责 e 网格，至 {day + timedelta(days=4)}" in page
    assert figures(page)["to_check"] == 1


def test_saved_filters_are_at_hand(signed_in: SignIn, city: Engine) -> None:
    browser = signed_in("hotline_agent")
    assert "保存即可" in browser.get("/").text
    with city.begin() as conn:
        conn.execute(
            text(
                "INSERT INTO saved_filter (account_id, page, name, query) SELECT id, 'cases', '我的积水', 'category=x' FROM account WHERE name = 'hotline_agent'"
            )
        )
    assert '<a href="/cases?category=x">我的积水</a>' in browser.get("/").text


def test_snapshot_and_database_count_the_same(city: Engine, web_settings: Settings) -> None:
    day = today(web_settings.zone)
    with city.connect() as conn:
        selection = choose(conn, EVERYTHING, open_snapshot(city, web_settings), ReportFilter())
        assert by_state(selection) == by_state_in_scope(conn, EVERYTHING)
        fresh = news(selection, day)
        week = ReportFilter(from_day=day - timedelta(days=6), to_day=day + timedelta(days=1))
        assert fresh.week.count == count_reports(conn, EVERYTHING, week, web_settings.zone)


def test_with_few_weeks_nothing_is_compared(city: Engine, web_settings: Settings) -> None:
    with city.connect() as conn:
        selection = choose(conn, EVERYTHING, open_snapshot(city, web_settings), ReportFilter())
    first = date(1970, 1, 1) + timedelta(days=int(np.min(selection.column("day"))))
    early = news(selection, first + timedelta(days=20))
    assert early.week.usual is None
    assert early.grown == []


def test_every_waiting_state_is_an_open_one_of_a_role() -> None:
    assert set(WAITING) <= set(Role)
    assert {state for states in WAITING.values() for state in states} <= set(OPEN) <= set(STATES)
