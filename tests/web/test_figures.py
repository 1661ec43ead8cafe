"""The figures page: every number is that of its list, in tables, charts and files."""

import csv
import io
import json
import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import Engine, text

from tests.geodata.cities import COMMUNITY
from tests.web.test_heat import REPORTS

SignIn = Callable[[str], FlaskClient]


@pytest.fixture(scope="module", autouse=True)
def reports(city: Engine) -> None:
    with city.begin() as conn:
        conn.execute(
            text("UPDATE grid SET households = CASE code WHEN 'a' THEN 400 WHEN 'b' THEN 3 WHEN 'c' THEN 20 END")
        )
        conn.execute(REPORTS)
        conn.execute(text("UPDATE report SET category = '=1+1' WHERE category = '路灯'"))


@pytest.fixture
def browser(signed_in: SignIn) -> FlaskClient:
    return signed_in("leader")


def rows(page: str, table: str) -> list[list[str]]:
    """Cells of a table in words."""
    part = page.split(f'id="title-{table}"')[1].split("</section>")[0].split("<tbody>")[1]
    lines = re.findall(r"<tr>(.*?)</tr>", part, flags=re.DOTALL)
    return [
        [
            unescape(re.sub(r"<[^>]+>", "", cell)).strip()
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, flags=re.DOTALL)
        ]
        for line in lines
    ]


def total(page: str) -> int:
    found = re.search(r"data-gm-total>([\d,+]+)<", page)
    assert found
    return int(found[1].replace(",", ""))


@pytest.mark.parametrize(
    "query",
    ["period=all", f"period=all&area={COMMUNITY}", "from=2026-01-10&to=2026-02-20", "period=all&source=hotline"],
)
def test_every_number_leads_to_its_list_and_its_map(browser: FlaskClient, query: str) -> None:
    page = browser.get(f"/figures?{query}").text
    links = re.findall(r'<td class="gm-number"><a href="([^"]+)">([\d,]+)</a>', page)
    assert len(links) > 6
    for href, count in links:
        assert total(browser.get(unescape(href)).text) == int(count.replace(",", "")), href
    maps = re.findall(
        r'<td class="gm-number"><a href="[^"]+">([\d,]+)</a></td>(?:(?!</tr>).)*?<a href="(/heat[^"]+)"',
        page,
        flags=re.DOTALL,
    )
    assert len(maps) == len(links)
    for count, href in maps[:4]:
        assert total(browser.get(unescape(href)).text) == int(count), href


def test_the_parts_make_the_whole(browser: FlaskClient) -> None:
    page = browser.get("/figures?period=all").text
    for table in ("areas", "categories", "sources", "months", "weekdays"):
        assert sum(int(row[1].replace(",", "")) for row in rows(page, table)) == total(page) == 100, table


def test_charts_hold_the_same_numbers_as_the_tables(browser: FlaskClient) -> None:
    page = browser.get("/figures?period=all").text
    charts = json.loads(page.split('id="charts">')[1].split("</script>")[0])
    for chart, table in zip(charts, ("areas", "categories", "sources", "months", "weekdays"), strict=True):
        assert [str(count) for count in chart["reports"]] == [row[1] for row in rows(page, table)]


def test_areas_lead_down_and_back(browser: FlaskClient) -> None:
    page = browser.get("/figures?period=all").text
    for level in ("赛罕区", "人民路街道", "仕奇社区"):
        down = re.search(rf'<th scope="row"><a href="([^"]+)">{level}</a>', page)
        assert down
        page = browser.get(unescape(down[1])).text
    assert [row[0] for row in rows(page, "areas")][:1] == ["a 网格"]
    assert re.findall(r'<nav class="gm-figures-path".*?</nav>', page, flags=re.DOTALL)[0].count("<a ") == 4


def test_households_are_protected_and_rates_need_fifty(browser: FlaskClient) -> None:
    found = {row[0]: row[3:5] for row in rows(browser.get(f"/figures?period=all&area={COMMUNITY}").text, "areas")}
    assert found["a 网格"] == ["400", "225.0"]
    assert found["b 网格"] == ["<5", "—"]
    # With a total in sight the smallest other number would give the hidden one away.
    assert found["c 网格"] == ["不显示", "—"]


def test_tables_are_exported_and_noted(browser: FlaskClient, city: Engine) -> None:
    answer = browser.get("/figures/categories/csv?period=all")
    assert answer.mimetype == "text/csv"
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert lines[0] == ["类别", "案件", "占比（%）"]
    assert ["'=1+1", "33", "33.0"] in lines
    book = load_workbook(io.BytesIO(browser.get("/figures/areas/excel?period=all").data))
    assert [cell.value for cell in book.active[1]] == ["区域", "案件", "占比（%）", "户数", "每千户案件数"]
    with city.connect() as conn:
        noted = conn.execute(
            text("SELECT object, detail->>'format' FROM audit_log WHERE action = 'figures_exported' ORDER BY id")
        ).all()
    assert [tuple(row) for row in noted] == [("categories", "csv"), ("areas", "excel")]
    assert browser.get("/figures/nothing/csv").status_code == 422
    assert browser.get("/figures/areas/pdf").status_code == 422


def test_who_may_not_export_sees_no_button(signed_in: SignIn) -> None:
    worker = signed_in("grid_worker")
    assert "/figures/areas/csv" not in worker.get("/figures?period=all").text
    assert worker.get("/figures/areas/csv").status_code == 403


def test_a_scope_counts_its_own(signed_in: SignIn) -> None:
    page = signed_in("grid_worker").get("/figures?period=all").text
    assert "没有符合筛选条件的案件" in page  # the worker's grid is e; all reports lie in a
    assert "a 网格" not in page


def test_no_fit_is_said(browser: FlaskClient) -> None:
    assert "没有符合筛选条件的案件" in browser.get("/figures?period=all&category=没有").text


def test_values_are_escaped(browser: FlaskClient) -> None:
    page = browser.get("/figures?period=all").text
    assert "</script><b>" not in page
