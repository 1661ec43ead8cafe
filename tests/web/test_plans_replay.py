"""The last year on a version: figures counted by hand, words, files, an empty year, who may see it."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from geodata.days import today
from geodata.settings import Settings
from tests.geodata.cities import COMMUNITY
from tests.web.conftest import SignIn
from tests.web.drawn_plan import REPORTS, VERSIONS, Drawn, insert_drawn, insert_year

ONE, TWO = f"{COMMUNITY}001", f"{COMMUNITY}002"


@pytest.fixture(scope="module")
def drawn(city: Engine, web_settings: Settings) -> Drawn:
    with city.begin() as conn:
        return insert_drawn(conn, today(web_settings.zone))


def rows_of(browser: Any, drawn: Drawn, table: str, version: int) -> list[list[str]]:
    answer = browser.get(f"/plans/{drawn.ref}/replay/{table}/csv?version={version}&lang=en")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def counted(labels: list[int]) -> dict[int, Counter[int]]:
    """Reports of the year by grid and days before today."""
    found: dict[int, Counter[int]] = {}
    for unit, days, _source in REPORTS:
        if 1 <= days <= 365 and labels[unit] >= 0:
            found.setdefault(labels[unit], Counter())[days] += 1
    return found


def test_grids_have_the_cases_of_their_ground(drawn: Drawn, web_settings: Settings, signed_in: SignIn) -> None:
    rows = rows_of(signed_in("leader"), drawn, "grids", 2)
    head = rows[0]
    before, after = counted([0, 0, 1, 2]), counted(VERSIONS[2][0])
    for row in rows[1:]:
        grid = {ONE: 0, TWO: 1}.get(row[0], 2)
        for side, expected in (("before", before[grid]), ("after", after[grid])):
            cell = dict(zip(head, row, strict=True))
            assert cell[f"Cases in the year ({side})"] == str(expected.total())
            assert cell[f"Cases on the peak day ({side})"] == str(max(expected.values()))
            peaks = [days for days, count in expected.items() if count == max(expected.values())]
            first = today(web_settings.zone) - timedelta(days=max(peaks))
            assert cell[f"Peak day ({side})"] == first.isoformat()


def test_totals_and_words(drawn: Drawn, signed_in: SignIn) -> None:
    browser = signed_in("leader")
    found = {row[0]: row[1:] for row in rows_of(browser, drawn, "totals", 2)[1:]}
    assert found["Cases, hotline orders and finds on patrol in the year"] == ["9", "9"]
    assert found["of these in no grid"] == ["0", "0"]
    assert found["The busiest worker in the year"] == ["7", "5"]
    assert found["The busiest worker, times the average"] == ["2.333", "1.667"]
    page = browser.get(f"/plans/{drawn.ref}/replay?version=2&lang=en").text
    assert "The busiest worker had 2.3 times the average; with this version it would be 1.7 times." in page
    assert "5 cases, 3 hotline orders (12345), 2 finds on patrols and visits" in page or "4 cases, 3 hotline" in page


def test_units_in_no_grid_leave_cases_without_one(drawn: Drawn, signed_in: SignIn) -> None:
    found = {row[0]: row[1:] for row in rows_of(signed_in("leader"), drawn, "totals", 4)[1:]}
    assert found["of these in no grid"] == ["0", "4"]


def test_the_count_of_a_present_grid_leads_to_its_cases(
    drawn: Drawn, web_settings: Settings, signed_in: SignIn
) -> None:
    page = signed_in("leader").get(f"/plans/{drawn.ref}/replay?version=2&lang=en").text
    links = re.findall(r'<a href="(/cases\?[^"]+)">7</a>', page)
    day = today(web_settings.zone)
    assert len(links) == 1
    assert f"area={ONE}" in links[0]
    assert f"from={day - timedelta(days=365)}" in links[0]
    assert f"to={day}" in links[0]


@pytest.fixture
def without_reports(city: Engine, web_settings: Settings, drawn: Drawn) -> Iterator[None]:
    with city.begin() as conn:
        conn.execute(text("DELETE FROM report"))
    yield
    with city.begin() as conn:
        insert_year(conn, today(web_settings.zone))


@pytest.mark.usefixtures("without_reports")
def test_a_year_without_cases_says_so(drawn: Drawn, signed_in: SignIn) -> None:
    page = signed_in("leader").get(f"/plans/{drawn.ref}/replay?version=2&lang=en")
    assert page.status_code == 200
    assert "nothing to replay" in page.text
    compared = signed_in("leader").get(f"/plans/{drawn.ref}/compare?from=1&to=2&lang=en")
    assert compared.status_code == 200


def test_a_version_on_itself_says_so(drawn: Drawn, signed_in: SignIn) -> None:
    page = signed_in("leader").get(f"/plans/{drawn.ref}/replay?version=1&lang=en").text
    assert "the same version" in page


def test_files_are_for_those_who_may_export(drawn: Drawn, signed_in: SignIn) -> None:
    assert signed_in("approver").get(f"/plans/{drawn.ref}/replay/grids/csv").status_code == 403
    assert signed_in("leader").get(f"/plans/{drawn.ref}/replay/people/csv").status_code == 404
    assert signed_in("leader").get(f"/plans/{drawn.ref}/replay/grids/excel").status_code == 200
