"""The heatmap page: the filter in the address, the figures, the lists behind them."""

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

SignIn = Callable[[str], FlaskClient]

# A hundred reports on a diagonal through the city, one a day from 1 January 2026; ten without a place; one long ago.
REPORTS = text(
    """
    INSERT INTO report (category, source, text, address_text, raw_lon, raw_lat, geom, occurred_at, reported_at, intake_district)
    SELECT (ARRAY['路灯', '井盖, 破损', '</script><b>噪声'])[1 + i % 3], (ARRAY['patrol', 'hotline'])[1 + i % 2], '<i>第' || i || '件</i>',
        '某处', p.lon, p.lat, CASE WHEN p.lon IS NOT NULL THEN ST_Point(p.lon, p.lat, 4326) END, p.at, p.at, '1501'
    FROM generate_series(1, 100) i
    CROSS JOIN LATERAL (
        SELECT CASE WHEN i % 10 > 0 THEN ST_X(c.point) + (i - 50) * 1e-5 END AS lon, CASE WHEN i % 10 > 0 THEN ST_Y(c.point) END AS lat,
            CASE WHEN i = 100 THEN timestamptz '2019-01-01 12:00+08' ELSE timestamptz '2026-01-01 12:00+08' + i * interval '1 day' END AS at
        FROM (SELECT ST_PointOnSurface(geom) AS point FROM grid ORDER BY code LIMIT 1) c
    ) p;
    INSERT INTO owner (report_id, grid_id, reason, index_version, intake_district)
    SELECT r.id, g.id, CASE WHEN g.id IS NULL THEN 'none' ELSE 'inside' END, 1, '1501'
    FROM report r LEFT JOIN LATERAL (SELECT * FROM grid g WHERE ST_Covers(g.geom, r.geom) ORDER BY g.code LIMIT 1) g ON true;
    """
)


@pytest.fixture(scope="module", autouse=True)
def reports(city: Engine) -> None:
    with city.begin() as conn:
        conn.execute(REPORTS)


@pytest.fixture
def browser(signed_in: SignIn) -> FlaskClient:
    return signed_in("leader")


def total(page: str) -> int:
    found = re.search(r"data-gm-total>([\d,]+)<", page)
    assert found
    return int(found[1].replace(",", ""))


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 99),  # the last twelve months that have reports
        ("?period=all", 100),
        ("?from=2026-01-11&to=2026-01-21", 10),
        ("?period=all&source=patrol", 50),
        ("?period=all&category=路灯", 33),
        ("?period=all&category=井盖, 破损", 34),
        ("?period=all&area=没有这个区域", 0),
        ("?period=all&lacking=coordinates", 10),
        ("?period=all&lacking=grid", 10),
    ],
)
def test_the_numbers_follow_the_address(browser: FlaskClient, query: str, count: int) -> None:
    assert total(browser.get("/heat" + query).text) == count


def test_every_figure_leads_to_its_own_number(browser: FlaskClient) -> None:
    page = browser.get("/heat?period=all").text
    links = re.findall(
        r'<li><a href="([^"]+)" data-gm-keep-view data-gm-week>\s*<span class="gm-bar-words">[^<]*</span><span class="gm-number">([\d,]+)<',
        page,
    )
    assert len(links) == 5  # three categories, two sources
    for href, count in links:
        assert total(browser.get(unescape(href)).text) == int(count)
    bars = re.findall(r'<a href="([^"]+)" data-gm-keep-view aria-label="[^"]*?: ([\d,]+)[^"]*"', page)
    assert sum(int(count) for _, count in bars) == 100
    for href, count in [bar for bar in bars if bar[1] != "0"][:5]:
        assert total(browser.get(unescape(href)).text) == int(count)


def test_areas_are_chosen_by_name(browser: FlaskClient, city: Engine) -> None:
    with city.connect() as conn:
        code, name = conn.execute(text("SELECT code, name FROM grid ORDER BY code LIMIT 1")).one()
    assert f'value="{code}"' in browser.get("/areas", query_string={"q": name}).text
    kept = browser.get("/areas", query_string={"q": "没有这个", "area": code}).text
    assert f'value="{code}" checked' in kept
    assert "没有找到" in kept
    page = browser.get("/heat", query_string={"area": code, "period": "all"}).text
    assert f'value="{code}" checked' in page
    assert re.search(rf'class="gm-chips".*?{re.escape(name)}', page, flags=re.DOTALL)


def test_a_choice_of_areas_starts_with_the_largest(browser: FlaskClient) -> None:
    first = re.findall(r'name="area" value="([^"]*)"', browser.get("/areas").text)
    assert first[0] == ""
    assert len(first) <= 13
    levels = [len(code) for code in first[1:] if code.isdigit()]
    assert levels == sorted(levels)


def test_periods_end_with_the_latest_report(browser: FlaskClient) -> None:
    page = browser.get("/heat").text
    assert re.search(
        r'href="[^"]*from=2026-04-04&amp;to=2026-04-11[^"]*"[^>]*>近7天', unescape(page).replace("&", "&amp;")
    )
    current = r'class="gm-periods".*?aria-current="true">([^<]*)<'
    assert re.findall(current, page, flags=re.DOTALL) == ["近365天"]
    assert re.findall(current, browser.get("/heat?period=all").text, flags=re.DOTALL) == ["全部"]


def test_a_week_that_the_period_cuts_is_shown_as_cut(browser: FlaskClient) -> None:
    page = browser.get("/heat?from=2026-01-07&to=2026-01-19").text
    bars = re.findall(r"<title>(\S+) – ([^:]+): (\d+)([^<]*)</title>", page)
    assert [(first, last, bool(cut)) for first, last, _, cut in bars] == [
        ("2026-01-07", "2026-01-11", True),
        ("2026-01-12", "2026-01-18", False),
    ]
    assert "2026-01-07 至 2026-01-18" in page


def test_reports_without_a_place_are_counted_openly(browser: FlaskClient) -> None:
    assert "10 件没有坐标" in browser.get("/heat?period=all").text
    assert "10 of them have no coordinates" in browser.get("/heat?period=all&lang=en").text


def test_what_lacks_a_place_leads_to_its_list(browser: FlaskClient) -> None:
    page = browser.get("/heat?period=all").text
    for lack, title in (("coordinates", "无坐标"), ("grid", "无归属网格")):
        link = re.search(rf'hx-get="([^"]*lacking={lack}[^"]*)"', page)
        assert link
        shown = browser.get(unescape(link[1])).text
        assert f"全部区域 · {title}" in shown
        assert "<b data-gm-list-count>10</b>" in shown


def test_values_are_escaped(browser: FlaskClient) -> None:
    page = browser.get("/heat?period=all").text
    assert "</script><b>" not in page
    assert "&lt;/script&gt;&lt;b&gt;噪声" in page
    evil = browser.get("/heat", query_string={"area": '"><script>alert(1)</script>', "period": "all"}).text
    assert "<script>alert" not in evil


def test_the_choropleth_has_every_grid_once(browser: FlaskClient, city: Engine) -> None:
    answer = browser.get("/heat/grids.json?period=all")
    classes = json.loads(answer.data)["classes"]
    keys = [key for part in classes for key in part]
    with city.connect() as conn:
        owners = list(conn.scalars(text("SELECT DISTINCT grid_id FROM owner WHERE grid_id IS NOT NULL")))
    assert sorted(keys) == sorted(owners)
    assert len(classes) <= 5
    assert (
        browser.get("/heat/grids.json?period=all", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    )


def test_the_list_behind_a_grid(browser: FlaskClient, city: Engine) -> None:
    with city.connect() as conn:
        lon, lat, code = conn.execute(
            text(
                "SELECT ST_X(ST_PointOnSurface(geom)), ST_Y(ST_PointOnSurface(geom)), code FROM grid ORDER BY code LIMIT 1"
            )
        ).one()
    by_place = browser.get(f"/heat/list?period=all&lon={lon}&lat={lat}").text
    by_code = browser.get(f"/heat/list?period=all&area={code}").text
    for fragment in (by_place, by_code):
        assert fragment.count("<time") == 20
        assert "&lt;i&gt;第" in fragment
        assert "<b data-gm-list-count>90</b>" in fragment
    assert "<time" not in browser.get(f"/heat/list?period=all&lon={lon}&lat={lat}&category=没有").text
    assert "无归属网格" in browser.get("/heat/list?lon=0&lat=0").text
    assert browser.get("/heat/list?lon=x&lat=0").status_code == 422


def test_the_heatmap_needs_the_permission(signed_in: SignIn) -> None:
    company = signed_in("property_company")
    assert company.get("/heat").status_code == 403
    assert company.get("/heat/list").status_code == 403


def test_bad_filters_say_what_is_wrong(browser: FlaskClient) -> None:
    for query in ("from=x", "source=x", "from=2026-02-01&to=2026-01-01", "bbox=1"):
        assert browser.get(f"/heat?{query}").status_code == 422


def test_the_page_is_small_and_names_no_outside_host(browser: FlaskClient) -> None:
    for address in ("/heat?period=all", "/map"):
        page = browser.get(address).text
        assert len(page.encode()) < 200_000
        assert re.findall(r'(?:src|href|action)="(?:https?:)?//', page) == []
        assert " style=" not in page
        assert not re.search(r"<(?:script|style)(?![^>]*(?:nonce|src)=)", page)


def test_the_card_tells_the_owner_and_its_numbers(browser: FlaskClient, city: Engine) -> None:
    with city.connect() as conn:
        lon, lat, code = conn.execute(
            text(
                "SELECT ST_X(ST_PointOnSurface(geom)), ST_Y(ST_PointOnSurface(geom)), code FROM grid ORDER BY code LIMIT 1"
            )
        ).one()
    card = browser.get(f"/map/card?lon={lon}&lat={lat}").text
    assert code in card
    assert "近 30 天" in card
    assert "无归属网格" in browser.get("/map/card?lon=0&lat=0").text
    for query in ("lon=200&lat=0", "lon=0", "lon=nan&lat=0", "lon=1e999&lat=0"):
        assert browser.get(f"/map/card?{query}").status_code == 422


def test_search_finds_by_name_and_code(browser: FlaskClient, city: Engine) -> None:
    with city.begin() as conn:
        conn.execute(text("UPDATE grid SET name = '百%分_号' WHERE code = (SELECT min(code) FROM grid)"))
        code = conn.scalar(text("SELECT min(code) FROM grid"))
    for words in ("百%分", "分_号", code, code[:3]):
        assert "百%分_号" in browser.get("/map/search", query_string={"q": words}).text
    assert "data-gm-bounds" in browser.get("/map/search", query_string={"q": code}).text
    assert "没有找到" in browser.get("/map/search", query_string={"q": "%%%"}).text
    assert "没有找到" not in browser.get("/map/search", query_string={"q": "  "}).text
    assert "<script>" not in browser.get("/map/search", query_string={"q": "<script>"}).text


def legend(page: str) -> Any:
    """What the map's legend says."""
    [said] = re.findall(r"gridmap\.legend\(\s*\w+, (\{.*?\}), \w+\s*\);", page, flags=re.DOTALL)
    return json.loads(said)


def shown_classes(browser: FlaskClient, query: str) -> dict[str, list[int]]:
    found = json.loads(browser.get(f"/heat/grids.json?{query}").data)
    hatched = {"few": found["hatched"]} if found["hatched"] else {}
    return {**{str(number): keys for number, keys in enumerate(found["classes"])}, **hatched}


def listed(browser: FlaskClient, address: str) -> tuple[int, int]:
    """The count that a list says, and the rows that it has when every "more" is asked for."""
    fragment = browser.get(address).text
    said = re.search(r"data-gm-list-count>([\d,]+)<", fragment)
    assert said
    rows = fragment.count("<time")
    while more := re.search(r'hx-get="([^"]+after=\d+)"', fragment):
        fragment = browser.get(unescape(more[1])).text
        rows += fragment.count("<time")
    return int(said[1]), rows


@pytest.fixture
def households(city: Engine) -> None:
    with city.begin() as conn:
        conn.execute(
            text("UPDATE grid SET households = CASE code WHEN 'a' THEN 90 WHEN 'b' THEN 49 WHEN 'c' THEN 50 END")
        )


@pytest.mark.parametrize(
    "query",
    [
        "period=all&measure=count",
        "period=all&measure=rate",
        "measure=count&week=2026-W06",
        "compare=before&from=2026-02-14&to=2026-04-01",
    ],
)
def test_the_list_behind_each_colour(browser: FlaskClient, city: Engine, households: None, query: str) -> None:
    total_listed = 0
    for number, keys in shown_classes(browser, query).items():
        count, rows = listed(browser, f"/heat/list?{query}&class={number}")
        assert count == rows
        assert count == 0 or keys
        total_listed += count
    period = browser.get(f"/heat/figures?{query}").text
    unowned = re.search(r"([\d,]+) 件无归属网格", period)
    assert total_listed + (int(unowned[1]) if unowned else 0) == total(period)


def test_rates_are_hatched_without_fifty_households(browser: FlaskClient, city: Engine, households: None) -> None:
    with city.connect() as conn:
        key = dict(conn.execute(text("SELECT code, id FROM grid")).all())
    found = shown_classes(browser, "period=all&measure=rate")
    assert any(key["a"] in keys for name, keys in found.items() if name != "few")
    assert key["b"] in found["few"]
    assert key["c"] not in found["few"]
    assert key["e"] in found["few"]
    said = legend(browser.get("/heat?period=all&measure=rate").text)
    assert said["unit"] == "件／千户"
    assert said["rows"][-1]["words"].startswith("不足 50 户")


def test_the_week_stands_in_the_address_and_narrows_figures_and_lists(browser: FlaskClient) -> None:
    page = browser.get("/heat?period=all&week=2026-W06").text
    assert total(page) == 7
    assert "2026-02-02 至 2026-02-08" in page
    assert "各周分级相同" in legend(page)["note"]
    assert "week=2026-W06" in unescape(page.split('data-gm-card="')[1].split('"')[0])
    assert total(browser.get("/heat/figures?period=all&week=2026-W06").text) == 7
    [leave] = re.findall(r'gm-weeks-leave" href="([^"]+)"', page)
    assert total(browser.get(unescape(leave)).text) == 100
    # A week that the period cuts has the days inside the period alone; one outside becomes the nearest.
    assert total(browser.get("/heat?from=2026-02-04&to=2026-03-01&week=2026-W06").text) == 5
    assert total(browser.get("/heat?from=2026-02-02&to=2026-02-16&week=2020-W01").text) == 7


def test_classes_are_the_same_from_week_to_week(browser: FlaskClient) -> None:
    for measure in ("density", "count", "rate"):
        pages = [browser.get(f"/heat?measure={measure}&week=2026-W{week:02}").text for week in (3, 6, 9)]
        first, *others = map(legend, pages)
        assert others == [first, first], measure


def test_tiles_of_a_week_differ_and_are_kept_apart(browser: FlaskClient) -> None:
    tile = "/tiles/heat/12/3320/1540.png"
    pictures = {browser.get(f"{tile}?week=2026-W{week:02}").headers["ETag"] for week in (3, 6)}
    assert len(pictures) == 2


def test_two_periods_side_by_side(browser: FlaskClient) -> None:
    page = browser.get("/heat?compare=before&from=2026-02-01&to=2026-03-01").text
    assert "与前 4 周相比" in page
    first = re.search(r'gm-changes-all">.*?</tr>\s*<tr[^>]*>\s*<td[^>]*>([^<]*)', page, flags=re.DOTALL)
    assert first
    assert re.findall(r'class="gm-number[^"]*">(?:<i[^>]*></i>)?\s*([^<]+)<', first[0]) == ["28", "28", "±0"]
    assert first[1] == "与前 4 周相差不大"


def test_a_year_before_the_data_there_is_nothing_to_compare(browser: FlaskClient, city: Engine) -> None:
    assert "起才有数据，无法对比" in browser.get("/heat?compare=before&from=2019-01-01&to=2020-01-01").text
    assert legend(browser.get("/heat?compare=year&period=all").text)["unit"] == "请先选择要对比的时段。"


def test_bad_parts_of_an_address_are_named(browser: FlaskClient) -> None:
    for query, code in (
        ("measure=x", "unknown_measure"), ("compare=x", "unknown_comparison"), ("week=x", "bad_week"), ("week=2026-W60", "bad_week"),
    ):  # fmt: skip
        answer = browser.get(f"/heat?{query}", headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json["error"]["code"]) == (422, code)
    assert browser.get("/heat/list?measure=count&class=9").status_code == 422
