"""Publishing a plan on its page: looked at without writing anything, signed off, published once, withdrawn, told to those who work there."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from geodata.actions.planning.stepping import take_step
from geodata.actions.publishing import apply_publication
from geodata.days import today
from geodata.settings import Settings
from gridmap.planning.approval import PlanStep
from tests.web.case_reports import file_case
from tests.web.conftest import SignIn, csrf_of
from tests.web.plan_city import actor_named, lay_nine, save_joined
from tests.web.test_plans import ROLES

#: Everything that a preview must leave as it is.
_ROWS = "SELECT (SELECT count(*) FROM {0}), (SELECT coalesce(max(xmin::text::bigint), 0) FROM {0})"


@pytest.fixture
def ref(city: Engine, web_settings: Settings, account_named: Callable[[str], str]) -> UUID:
    """An approved plan that makes one grid of a and b; a general upper bound of 500 holds for both."""
    for role in (*ROLES, "grid_worker"):
        account_named(role)
    with city.begin() as conn:
        made = lay_nine(conn)
        version = save_joined(conn, web_settings, made)
        for name, step in (("community_secretary", "propose"), ("street_officer", "review"), ("approver", "approve")):
            take_step(conn, actor_named(conn, web_settings, name), made, PlanStep(step), version=version)
    return made


@pytest.fixture
def tomorrow(web_settings: Settings) -> date:
    return today(web_settings.zone) + timedelta(days=1)


def publish(browser: FlaskClient, ref: UUID, day: object, **signed: str) -> tuple[int, str]:
    token = csrf_of(browser.get(f"/plans/{ref}/publish").text)
    answer = browser.post(
        f"/plans/{ref}/publish", data={"csrf_token": token, "version": "2", "day": str(day), **signed}
    )
    return answer.status_code, answer.text


def withdraw(browser: FlaskClient, ref: UUID, reason: str) -> tuple[int, str]:
    token = csrf_of(browser.get(f"/plans/{ref}/publish").text)
    answer = browser.post(f"/plans/{ref}/withdraw", data={"csrf_token": token, "version": "2", "reason": reason})
    return answer.status_code, answer.text


def in_force(city: Engine, day: date) -> set[str]:
    with city.connect() as conn:
        return set(conn.scalars(text("SELECT code FROM grid WHERE valid @> CAST(:day AS date)"), {"day": day}))


@pytest.mark.parametrize(
    ("day", "words"),
    [("2020-01-01", "启用日期最早为明天"), ("soon", "soon"), ("2026-13-01", "2026-13-01")],
)
def test_days_that_are_none(signed_in: SignIn, ref: UUID, day: str, words: str) -> None:
    browser = signed_in("approver")
    page = browser.get(f"/plans/{ref}/publish?day={day}")
    assert (page.status_code, words in page.text) == (422, True)
    status, answered = publish(browser, ref, day)
    assert (status, words in answered) == (422, True)


def test_looking_writes_and_holds_nothing(
    signed_in: SignIn, city: Engine, web_settings: Settings, ref: UUID, tomorrow: date
) -> None:
    with city.begin() as conn:
        file_case(conn, web_settings, "a", days_ago=2)
        file_case(conn, web_settings, "b", status="in_progress", days_ago=2)
        file_case(conn, web_settings, "b", status="closed", days_ago=2)
        file_case(conn, web_settings, "e", days_ago=2)
    tables = ("grid", "report", "owner", "owner_history", "doubt", "notice", "plan", "plan_event", "publication")

    def state() -> list[object]:
        with city.connect() as conn:
            return [tuple(conn.execute(text(_ROWS.format(table))).one()) for table in tables]

    before, browser = state(), signed_in("approver")
    # Somebody who works on a report, and somebody who writes grids, keep nobody from looking.
    with city.connect() as working, working.begin():
        working.execute(text("SELECT * FROM report FOR UPDATE"))
        working.execute(text("LOCK TABLE grid IN SHARE ROW EXCLUSIVE MODE"))
        page = browser.get(f"/plans/{ref}/publish?day={tomorrow}").text
    assert state() == before
    for shown in ("西南网格", "件未派单案件将改派", "a 网格", "b 网格"):
        assert shown in page
    with city.connect() as conn:
        number = conn.scalar(text("SELECT ref FROM report WHERE status = 'filed' ORDER BY id LIMIT 1"))
    listed = browser.get(f"/plans/{ref}/publish/cases?day={tomorrow}&fate=rerouted").text
    assert f"/cases/{number}" in listed
    for fate in ("rerouted", "asked"):
        assert "共 1 件" in browser.get(f"/plans/{ref}/publish/cases?day={tomorrow}&fate={fate}").text
    assert "共 0 件" in browser.get(f"/plans/{ref}/publish/cases?day={tomorrow}&fate=asked&from=e&to=f").text
    shapes = browser.get(f"/plans/{ref}/publish/grids.json").json["features"]
    assert sorted({each["properties"]["kind"] for each in shapes}) == ["begins", "stays"]


def test_withdrawn_until_the_day_with_a_reason(signed_in: SignIn, city: Engine, ref: UUID, tomorrow: date) -> None:
    browser, secretary = signed_in("approver"), signed_in("community_secretary")
    before, day = in_force(city, tomorrow), tomorrow + timedelta(days=2)
    assert publish(browser, ref, day)[0] == 302
    status, page = withdraw(browser, ref, " ")
    assert (status, "请填写理由" in page) == (422, True)
    assert withdraw(browser, ref, "与学区调整冲突")[0] == 302
    assert in_force(city, day) == before
    assert "已撤回：现行网格照常有效" in secretary.get("/notices").text
    assert "与学区调整冲突" in browser.get(f"/plans/{ref}/way").text
    assert withdraw(browser, ref, "再撤")[0] == 409


def test_findings_are_signed_off_or_forbid(signed_in: SignIn, city: Engine, ref: UUID, tomorrow: date) -> None:
    browser = signed_in("approver")
    with city.begin() as conn:
        conn.execute(text("UPDATE plan SET upper = 450 WHERE ref = :ref"), {"ref": ref})
    page = browser.get(f"/plans/{ref}/publish?day={tomorrow}").text
    assert 'name="sign-outside_bounds"' in page
    status, page = publish(browser, ref, tomorrow)
    assert (status, "还有 1 项检查未通过" in page) == (422, True)
    status, page = publish(browser, ref, tomorrow, **{"sign-outside_bounds": "长" * 501})
    assert (status, "理由最多 500 字" in page) == (422, True)
    assert publish(browser, ref, tomorrow, **{"sign-outside_bounds": "新小区明年入住"})[0] == 302
    assert "新小区明年入住" in browser.get(f"/plans/{ref}/way").text
    assert withdraw(browser, ref, "测试")[0] == 302


def test_of_two_who_publish_at_once_one_wins(signed_in: SignIn, city: Engine, ref: UUID, tomorrow: date) -> None:
    browsers = [signed_in("approver") for _ in range(2)]
    tokens = [csrf_of(each.get(f"/plans/{ref}/publish").text) for each in browsers]

    def go(at: int) -> int:
        form = {"csrf_token": tokens[at], "version": "2", "day": str(tomorrow)}
        return browsers[at].post(f"/plans/{ref}/publish", data=form).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(go, range(2))) == [302, 409]
    assert withdraw(browsers[0], ref, "测试")[0] == 302


def test_only_approvers_publish(signed_in: SignIn, ref: UUID, tomorrow: date) -> None:
    street = signed_in("street_officer")
    page = street.get(f"/plans/{ref}/publish?day={tomorrow}").text
    assert "“发布启用”由以下角色办理：审批人" in page
    assert "仍可预览启用的影响" in page
    assert "发布，" not in page
    token = csrf_of(page)
    for address in ("publish", "withdraw"):
        form = {"csrf_token": token, "version": "2", "day": str(tomorrow), "reason": "x"}
        assert street.post(f"/plans/{ref}/{address}", data=form).status_code == 403


# The last one: what is in force stays so.
def test_published_told_applied_at_midnight(
    signed_in: SignIn, city: Engine, web_settings: Settings, ref: UUID, tomorrow: date
) -> None:
    browser, worker, secretary = (signed_in(role) for role in ("approver", "grid_worker", "community_secretary"))
    with city.begin() as conn:
        conn.execute(text("UPDATE account_area SET area_code = 'a' WHERE area_code = 'e'"))
        filed = file_case(conn, web_settings, "a", days_ago=2)
        working = file_case(conn, web_settings, "b", status="in_progress", days_ago=2)
    before = in_force(city, tomorrow)
    status, page = publish(browser, ref, tomorrow)
    assert status == 302, page
    after = in_force(city, tomorrow)
    assert before - after == {"a", "b"}
    assert in_force(city, tomorrow - timedelta(days=1)) == before
    (fresh,) = after - before
    assert f"网格“a 网格”自 {tomorrow} 起停用" in worker.get("/notices").text
    assert (
        f"将于 {tomorrow} 在您的社区启用：新启用 1 个网格，停用 2 个，范围调整 0 个" in secretary.get("/notices").text
    )
    page = browser.get(f"/plans/{ref}/publish").text
    assert f"{tomorrow} 零时启用" in page
    status, page = publish(browser, ref, tomorrow)
    assert (status, "已发布" in page) == (409, True)
    with city.begin() as conn:
        apply_publication(conn, web_settings, tomorrow, now=tomorrow)
        owner = text(
            "SELECT g.code FROM owner o JOIN report r ON r.id = o.report_id JOIN grid g ON g.id = o.grid_id WHERE r.ref = :ref"
        )
        assert conn.scalar(owner, {"ref": filed}) == fresh
        assert conn.scalar(owner, {"ref": working}) == "b"
        kinds = text(
            "SELECT d.kind FROM doubt d JOIN report r ON r.id = d.report_id WHERE r.ref = :ref AND d.state = 'open'"
        )
        assert conn.scalar(kinds, {"ref": working}) == "published"
        conn.execute(text("UPDATE account_area SET area_code = 'e' WHERE area_code = 'a'"))
