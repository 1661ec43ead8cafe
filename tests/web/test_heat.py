"""The heatmap page: the filter in the address, the figures, the lists behind them."""

import json
import re
from collections.abc import Callable
from html import unescape

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
