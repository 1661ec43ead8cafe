"""The list of cases and one case: filters in the address, paging, saved filters, whose it is and why, nothing from outside the scope."""

import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from geodata.saved_filters import MAX_NAME, MOST
from geodata.settings import Settings
from tests.geodata.cities import insert_other_district, insert_post
from tests.web.case_reports import file_case
from tests.web.conftest import SignIn, csrf_of

NEAR = {"lon": 111.7155, "lat": 40.815}


@pytest.fixture(scope="module", autouse=True)
def cases(city: Engine, web_settings: Settings) -> dict[str, UUID]:
    """Four cases in grid e and one in a, one with an address only, one in another district."""
    with city.begin() as conn:
        insert_other_district(conn)
        insert_post(conn, "李网格", "grid_worker", area_code="e", phone="13911112222")
        return {
            "cover": file_case(conn, web_settings, "e", text="井盖缺失 <b>", accuracy_m=3000.0),
            "cover_near": file_case(conn, web_settings, "e", days_ago=3, **NEAR),
            "litter": file_case(
                conn, web_settings, "e", category="垃圾", status="to_check", source="patrol", days_ago=1
            ),
            "closed": file_case(conn, web_settings, "e", category="积水", status="closed", days_ago=400),
            "elsewhere": file_case(conn, web_settings, "a", category="噪声"),
            "address": file_case(conn, web_settings, None, category="油烟", address_text="如意街 5 号"),
            "foreign": file_case(conn, web_settings, None, category="外区", lon=111.605, lat=40.805),
        }


def listed(page: str) -> list[str]:
    """References of the rows of a page."""
    return re.findall(r'<td role="cell"[^>]*><a href="/cases/([0-9a-f-]{36})"', page)


def total(page: str) -> str:
    found = re.search(r"<b data-gm-total>([^<]+)</b>", page)
    assert found
    return found.group(1)


def test_each_sees_the_list_of_the_own_area(signed_in: SignIn, cases: dict[str, UUID]) -> None:
    def names(role: str, query: str = "") -> set[str]:
        page = signed_in(role).get(f"/cases{query}").text
        found = {name for name, ref in cases.items() if str(ref) in listed(page)}
        assert total(page) == str(len(listed(page)))
        return found

    assert names("grid_worker") == {"cover", "cover_near", "litter", "closed"}
    assert names("community_secretary") == names("grid_worker") | {"elsewhere"}
    assert names("leader") == set(cases)
    assert names("building_head") == set()
    assert names("grid_worker", "?status=filed") == {"cover", "cover_near"}
    assert names("leader", "?area=150105&source=patrol,hotline") == {"litter"}
    assert names("leader", "?lacking=coordinates") == {"address"}
    assert names("leader", "?q=如意街") == {"address"}
    assert names("leader", "?days=2&category=垃圾&category=井盖") == {"cover", "litter"}
    assert names("leader", "?bbox=111.7,40.8,111.71,40.81") == {"elsewhere"}
    assert names("grid_worker", "?area=150102") == set()
    assert names("leader", "?mine=1") == set()


@pytest.mark.parametrize("order", ["", "oldest", "reported", "reported_oldest", "category", "status"])
def test_pages_follow_each_other(
    signed_in: SignIn, cases: dict[str, UUID], order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.cases.asked.SIZES", (2, 50))
    browser = signed_in("leader")
    whole = listed(browser.get(f"/cases?sort={order}&limit=50").text)
    assert set(whole) == set(map(str, cases.values()))
    found: list[str] = []
    address: str | None = f"/cases?sort={order}&limit=2"
    while address:
        page = browser.get(address).text
        found += listed(page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        address = following.group(1).replace("&amp;", "&") if following else None
    assert found == whole


def test_what_cannot_be_is_said(signed_in: SignIn) -> None:
    browser = signed_in("leader")
    for query, code in (
        ("status=lost", "unknown_status"),
        ("sort=fastest", "unknown_order"),
        ("cursor=abc", "bad_cursor"),
        ("from=2026-11-02&to=2026-11-01", "empty_period"),
    ):
        answer = browser.get(f"/cases?{query}", headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json["error"]["code"]) == (422, code)


def test_an_empty_list_says_why_and_what_next(signed_in: SignIn) -> None:
    page = signed_in("leader").get("/cases?q=没有这样的字").text
    assert "没有符合筛选条件的案件" in page
    assert "重置筛选" in page
    page = signed_in("building_head").get("/cases").text
    assert "还没有案件" in page
    assert 'href="/report"' in page


def test_chips_take_one_part_of_the_filter_away(signed_in: SignIn) -> None:
    page = signed_in("leader").get("/cases?q=x&status=filed,closed&days=7").text
    chips = re.search(r'<ul class="gm-chips".*?</ul>', page, flags=re.S)
    assert chips
    assert sorted(re.findall(r'href="([^"]+)"', chips.group(0))) == sorted(
        [
            "/cases?status=closed&amp;status=filed&amp;days=7",
            "/cases?status=closed&amp;status=filed&amp;q=x",
            "/cases?status=closed&amp;days=7&amp;q=x",
            "/cases?status=filed&amp;days=7&amp;q=x",
        ]
    )


def test_one_case_tells_whose_it_is_and_why(signed_in: SignIn, cases: dict[str, UUID]) -> None:
    page = signed_in("grid_worker").get(f"/cases/{cases['cover']}").text
    for shown in (
        "井盖缺失 &lt;b&gt;",
        "e 网格",
        "该位置在本网格内，距边界",
        "仕奇社区",
        "李网格",
        "tel:13911112222",
        "待核实",
        "已上报",
        str(cases["cover"])[:8],
    ):
        assert shown in page, shown
    assert "定位精度 3,000 米：" in page  # and how much of that lies in which grid
    assert "% 属于e 网格" in page
    assert f"/cases/{cases['cover_near']}" in page  # 42 m away, three days before
    assert "gridmap.placeMark" in page


def test_a_case_by_address_has_no_map(signed_in: SignIn, cases: dict[str, UUID]) -> None:
    page = signed_in("leader").get(f"/cases/{cases['address']}").text
    assert "没有坐标，暂时无法确定所属网格" in page
    assert "gridmap.createMap" not in page


def test_coordinates_stand_as_they_came_and_as_they_are(
    signed_in: SignIn, city: Engine, web_settings: Settings
) -> None:
    with city.begin() as conn:
        ref = file_case(conn, web_settings, "e", category="测坐标", datum="gcj02")
    page = signed_in("leader").get(f"/cases/{ref}").text
    assert "111.715000, 40.815000" in page
    assert "GCJ-02" in page
    with city.begin() as conn:
        lon = conn.scalar(text("SELECT ST_X(geom) FROM report WHERE ref = :ref"), {"ref": ref})
    assert f"{lon:.6f}" in page


@pytest.mark.parametrize("name", ["elsewhere", "foreign", "address"])
def test_a_case_outside_the_scope_is_not_there(signed_in: SignIn, cases: dict[str, UUID], name: str) -> None:
    assert signed_in("grid_worker").get(f"/cases/{cases[name]}").status_code == 404


def test_own_reports_are_seen_by_who_filed_them(signed_in: SignIn, city: Engine, web_settings: Settings) -> None:
    browser = signed_in("building_head")
    with city.begin() as conn:
        mine = conn.scalar(text("SELECT id FROM account WHERE name = 'building_head'"))
        ref = file_case(conn, web_settings, "a", category="我的", account_id=mine)
    assert listed(browser.get("/cases").text) == [str(ref)]
    assert listed(browser.get("/cases?mine=1").text) == [str(ref)]
    assert browser.get(f"/cases/{ref}").status_code == 200


def keep(browser: FlaskClient, name: str, query: str) -> str:
    token = csrf_of(browser.get("/cases").text)
    browser.post("/cases/filters", data={"csrf_token": token, "name": name, "query": query})
    return browser.get("/cases").text


def test_filters_are_kept_applied_renamed_and_deleted(signed_in: SignIn) -> None:
    browser = signed_in("grid_worker")
    page = keep(browser, "  我的 井盖 ", "category=井盖&sort=oldest&cursor=x&evil=1")
    assert "已保存为" in page
    found = re.search(r'<a href="/cases\?([^"]+)">我的 井盖</a>', page)
    assert found
    assert found.group(1) == "category=%E4%BA%95%E7%9B%96&amp;sort=oldest"
    assert "您已有名为" in keep(browser, "我的 井盖", "")
    assert "请填写筛选名称" in keep(browser, " ", "")
    assert "请填写筛选名称" in keep(browser, "长" * (MAX_NAME + 1), "")
    ref = re.search(r'action="/cases/filters/([0-9a-f-]{36})"', page)
    assert ref
    address, token = f"/cases/filters/{ref.group(1)}", csrf_of(page)
    # Not somebody else's to change.
    other = signed_in("leader")
    other.post(address, data={"csrf_token": csrf_of(other.get("/cases").text), "delete": "1"})
    assert "没有找到该筛选" in other.get("/cases").text
    browser.post(address, data={"csrf_token": token, "name": "新名"})
    assert ">新名</a>" in browser.get("/cases").text
    browser.post(address, data={"csrf_token": token, "delete": "1", "name": "新名"})
    assert ">新名</a>" not in browser.get("/cases").text


def test_no_more_filters_than_the_limit(signed_in: SignIn, city: Engine) -> None:
    browser = signed_in("street_officer")
    with city.begin() as conn:
        conn.execute(
            text(
                "INSERT INTO saved_filter (account_id, page, name, query) "
                "SELECT a.id, 'cases', 'f' || n, '' FROM account a, generate_series(1, :most) n WHERE a.name = 'street_officer'"
            ),
            {"most": MOST},
        )
    assert "最多保存 50 个筛选" in keep(browser, "一个多的", "")
