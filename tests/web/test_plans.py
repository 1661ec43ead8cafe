"""Plans of grids: the list, starting one, the way that it goes, and what people say."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from geodata.settings import Settings
from tests.geodata.cities import COMMUNITY
from tests.web.conftest import SignIn, csrf_of
from tests.web.plan_city import lay_nine, save_joined

ROLES = ("community_secretary", "boundary_editor", "street_officer", "approver", "leader")


@pytest.fixture
def people(account_named: Callable[[str], str]) -> None:
    for role in ROLES:
        account_named(role)


@pytest.fixture
def ref(city: Engine, people: None) -> UUID:
    """A plan of which only the present grids were saved."""
    with city.begin() as conn:
        return lay_nine(conn)


@pytest.fixture
def saved(city: Engine, web_settings: Settings, ref: UUID) -> UUID:
    with city.begin() as conn:
        save_joined(conn, web_settings, ref)
    return ref


def take(
    browser: FlaskClient, ref: UUID, step: str, version: int = 2, reason: str = "", **page: str
) -> tuple[int, str]:
    """Take a step from the page as it is; status and page of the answer."""
    token = csrf_of(browser.get(f"/plans/{ref}/way").text)
    form = {"csrf_token": token, "step": step, "version": str(version), "reason": reason}
    answer = browser.post(f"/plans/{ref}/steps", data=form)
    return answer.status_code, answer.text


def test_the_list_has_figures_that_lead_on_and_can_be_narrowed(signed_in: SignIn, saved: UUID) -> None:
    browser = signed_in("leader")
    page = browser.get("/plans").text
    assert f'href="/plans/{saved}/way"' in page
    for shown in ("仕奇社区 2027", "草案", "2,070", "community_secretary 甲"):
        assert shown in page
    assert "仕奇社区 2027" in browser.get(f"/plans?state=draft&area={COMMUNITY}").text
    assert "没有符合条件的方案" in browser.get("/plans?state=published").text
    assert "仕奇社区 2027" in browser.get("/plans?state=nonsense").text


def test_an_empty_list_says_what_to_do(signed_in: SignIn, city: Engine, people: None) -> None:
    move_elsewhere(city)
    assert "发起一个" in signed_in("community_secretary").get("/plans").text
    page = signed_in("street_officer").get("/plans").text
    assert "由社区书记或网格划分员发起" in page
    assert 'href="/plans/new' not in page


def test_the_whole_way_by_three_people(signed_in: SignIn, saved: UUID) -> None:
    secretary, street, approver = (signed_in(role) for role in ("community_secretary", "street_officer", "approver"))
    assert "由以下角色办理" in street.get(f"/plans/{saved}/way").text
    assert take(secretary, saved, "propose")[0] == 302
    assert take(secretary, saved, "review")[0] == 403
    assert take(street, saved, "review")[0] == 302
    assert "待区审批" in secretary.get(f"/plans/{saved}/way").text
    assert take(approver, saved, "approve")[0] == 302
    page = approver.get(f"/plans/{saved}/way").text
    assert f'href="/plans/{saved}/publish"' in page
    for name in ("community_secretary 甲", "street_officer 甲", "approver 甲"):
        assert name in page


def test_reasons_are_asked_for_and_told_when_too_long(signed_in: SignIn, saved: UUID) -> None:
    secretary, street = signed_in("community_secretary"), signed_in("street_officer")
    take(secretary, saved, "propose")
    status, page = take(street, saved, "send_back")
    assert (status, "请填写理由" in page) == (422, True)
    status, page = take(street, saved, "send_back", reason="长" * 501)
    assert (status, "理由最多 500 字，现有 501 字" in page, "长" * 501 in page) == (422, True, True)
    assert take(street, saved, "send_back", reason="户数不均")[0] == 302
    assert "户数不均" in secretary.get(f"/plans/{saved}/way").text
    assert "划分方案“仕奇社区 2027”：已退回修改。 理由：户数不均" in secretary.get("/notices").text
    assert take(secretary, saved, "discard", reason="重做")[0] == 302
    assert "该方案已作废" in secretary.get(f"/plans/{saved}/way").text


def test_nobody_decides_about_what_they_have_not_seen_or_drew(
    signed_in: SignIn, city: Engine, web_settings: Settings, saved: UUID
) -> None:
    secretary, street, approver = (signed_in(role) for role in ("community_secretary", "street_officer", "approver"))
    with city.begin() as conn:
        save_joined(conn, web_settings, saved, account="approver")
    status, page = take(secretary, saved, "propose", version=2)
    assert (status, "方案现已更新到第 3 版" in page) == (409, True)
    assert take(secretary, saved, "propose", version=3)[0] == 302
    assert take(street, saved, "review", version=3)[0] == 302
    status, page = take(approver, saved, "approve", version=3)
    assert (status, "您参与了该方案的起草" in page) == (403, True)


def test_a_plan_without_a_drawing_is_not_proposed(signed_in: SignIn, ref: UUID) -> None:
    secretary = signed_in("community_secretary")
    page = secretary.get(f"/plans/{ref}/way").text
    assert "还没有保存任何版本" in page
    assert 'value="propose"' not in page
    assert take(secretary, ref, "propose", version=1)[0] == 409


@pytest.mark.parametrize(("step", "version"), [("publish", 2), ("nonsense", 2), ("propose", "x")])
def test_odd_steps(signed_in: SignIn, saved: UUID, step: str, version: int) -> None:
    assert take(signed_in("community_secretary"), saved, step, version)[0] in (404, 409)


def test_of_two_who_decide_at_once_one_wins(signed_in: SignIn, saved: UUID) -> None:
    take(signed_in("community_secretary"), saved, "propose")
    streets = [signed_in("street_officer") for _ in range(2)]
    tokens = [csrf_of(each.get(f"/plans/{saved}/way").text) for each in streets]

    def review(at: int) -> int:
        form = {"csrf_token": tokens[at], "step": "review", "version": "2"}
        return streets[at].post(f"/plans/{saved}/steps", data=form).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(review, range(2))) == [302, 409]


def test_comments_are_placed_told_and_settled(signed_in: SignIn, saved: UUID) -> None:
    street, secretary, leader = (signed_in(role) for role in ("street_officer", "community_secretary", "leader"))
    token = csrf_of(street.get(f"/plans/{saved}/way").text)
    form = {"csrf_token": token, "text": "这里<b>应合并</b>", "version": "2", "lon": "111.705", "lat": "40.805"}
    assert street.post(f"/plans/{saved}/comments", data=form).status_code == 302
    told = leader.get(f"/plans/{saved}/comments.json").json
    (comment,) = told["comments"]
    assert (comment["text"], comment["lon"], comment["settled"]) == ("这里<b>应合并</b>", 111.705, False)
    assert (comment["author"], told["may_settle"]) == ("street_officer 甲", False)
    page = secretary.get(f"/plans/{saved}/way").text
    assert "这里&lt;b&gt;应合并" in page
    assert "有人对划分方案“仕奇社区 2027”提出了意见" in secretary.get("/notices").text
    settle = f"/plans/{saved}/comments/{comment['ref']}/settle"
    assert leader.post(settle, data={"csrf_token": csrf_of(leader.get("/notices").text)}).status_code == 403
    mine = {"csrf_token": csrf_of(page)}
    assert secretary.post(settle, data=mine).status_code == 302
    assert secretary.post(settle, data=mine).status_code == 404
    assert leader.get(f"/plans/{saved}/comments.json").json["comments"][0]["settled"] is True


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"text": " "}, "plan_comment_missing"),
        ({"text": "长" * 2001}, "plan_comment_too_long"),
        ({"text": "x", "version": 3}, "unknown_plan_version"),
        ({"text": "x", "version": "two"}, "unknown_plan_version"),
        ({"text": "x", "lon": 111.7}, "plan_comment_nowhere"),
        ({"text": "x", "lon": "east", "lat": 1}, "plan_comment_nowhere"),
        ({"text": "x", "lon": 111.7, "lat": 95}, "plan_comment_nowhere"),
    ],
)
def test_comments_that_are_none(
    client: FlaskClient, bearer: Callable[[str], dict[str, str]], saved: UUID, said: dict[str, object], code: str
) -> None:
    headers = {**bearer("leader"), "Accept": "application/json"}
    answer = client.post(f"/plans/{saved}/comments", json={"version": 2, **said}, headers=headers)
    assert answer.json["error"]["code"] == code
    assert answer.status_code in (404, 422)


def start(browser: FlaskClient, **form: str) -> tuple[int, str, str]:
    token = csrf_of(browser.get("/plans/new").text)
    filled = {"name": "新方案", "area": COMMUNITY, "target": "400", "lower": "300", "upper": "500", **form}
    answer = browser.post("/plans/new", data={"csrf_token": token, **filled})
    return answer.status_code, answer.text, answer.headers.get("Location", "")


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"name": " "}, 422, "请填写方案名称"),
        ({"area": ""}, 422, "请选择要划分的社区"),
        ({"area": "150102"}, 403, "不在您的责任范围内"),
        ({"area": f"{COMMUNITY}9"}, 422, "请选择要划分的社区"),
        ({"lower": "500", "target": "400"}, 422, "户数设置有误"),
        ({"target": "many"}, 422, "户数设置有误"),
        ({"target": "-1"}, 422, "户数设置有误"),
        ({"upper": "99999999999"}, 422, "户数设置有误"),
    ],
)
def test_a_start_that_is_refused_says_why(
    signed_in: SignIn, ref: UUID, form: dict[str, str], status: int, words: str
) -> None:
    found = start(signed_in("community_secretary"), **form)
    assert (found[0], words in found[1]) == (status, True)


def test_starting_shows_how_the_units_come_about(signed_in: SignIn, city: Engine, ref: UUID) -> None:
    browser = signed_in("community_secretary")
    page = browser.get(f"/plans/new?area={COMMUNITY}").text
    for shown in ('value="300"', 'value="400"', 'value="500"', "没有任何住户数据", "没有道路数据"):
        assert shown in page
    status, _, making = start(browser)
    assert status == 302
    page = browser.get(making).text
    assert "排队等待中" in page
    token = {"csrf_token": csrf_of(page)}
    assert browser.post(f"{making}/cancel", data=token).status_code == 302
    page = browser.get(making).text
    assert "任务已停止" in page
    assert browser.post(f"{making}/again", data=token).status_code == 302
    with city.begin() as conn:
        conn.execute(
            text(
                "UPDATE job SET state = 'failed', finished_at = now(), message = '社区没有住户' WHERE kind = 'plan_ground' AND state = 'waiting'"
            )
        )
    page = browser.get(f"{making}/state").text
    assert "社区没有住户" in page
    assert "重试" in page
    assert "hx-get" not in page
    # What is being made is in the list, and leads back to its progress.
    assert f'href="{making}"' in browser.get("/plans").text


def test_what_was_adjusted_is_said_and_leads_to_its_communities(signed_in: SignIn, city: Engine, ref: UUID) -> None:
    with city.begin() as conn:
        remarks = '[{"community": "150105001018", "units": 9, "counted": "people", "adjusted": {"sliver_merged": 4, "above_upper": 1}}]'
        conn.execute(text("UPDATE plan SET remarks = CAST(:remarks AS jsonb)"), {"remarks": remarks})
    browser = signed_in("leader")
    page = browser.get(f"/plans/{ref}/making").text
    assert "块狭长或细小地块并入相邻单元" in page
    assert "按人口估算" in page
    assert f"/plans/{ref}/making?kind=above_upper#communities" in page
    assert "只显示有此情况的社区" in browser.get(f"/plans/{ref}/making?kind=above_upper").text
    assert "只显示有此情况的社区" not in browser.get(f"/plans/{ref}/making?kind=nonsense").text


def test_a_plan_elsewhere_is_not_there(signed_in: SignIn, saved: UUID, city: Engine) -> None:
    move_elsewhere(city)
    browser = signed_in("street_officer")
    for address in ("way", "making", "publish", "comments.json"):
        assert browser.get(f"/plans/{saved}/{address}").status_code == 404
    assert "仕奇社区 2027" not in browser.get("/plans").text
    assert browser.get("/plans/00000000-0000-4000-8000-000000000000/way").status_code == 404


def move_elsewhere(city: Engine) -> None:
    """Plans are never deleted: they come to lie in a district that nobody of the tests but those of the whole city sees."""
    with city.begin() as conn:
        there = (
            "INSERT INTO division (code, level, name) VALUES ('150102', 'district', '新城区') ON CONFLICT DO NOTHING"
        )
        conn.execute(text(there))
        conn.execute(text("UPDATE plan SET area_code = '150102'"))
