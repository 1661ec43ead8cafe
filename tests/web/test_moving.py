"""Correcting a case's place on its page; why a case belongs to its grid, and since when; what became of grids; notices."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select, update

from geodata.accounts import account_by_name
from geodata.days import today
from geodata.notices import notices_of, tell, unread_count
from geodata.settings import Settings
from geodata.tables import grid, report
from tests.geodata.cities import SIDE, insert_other_district, middle_of
from tests.geodata.test_publishing import load_grids, square
from tests.web.case_reports import file_case
from tests.web.conftest import SignIn, csrf_of

FIRST = date(2024, 5, 1)


@pytest.fixture(scope="module", autouse=True)
def cases(city: Engine, web_settings: Settings) -> dict[str, UUID]:
    with city.begin() as conn:
        conn.execute(update(grid).values(valid=func.daterange(FIRST, None)))
        insert_other_district(conn)
        east = middle_of("e")[0] + 0.3 * SIDE
        return {
            "moves": file_case(conn, web_settings, "e"),
            "leaves": file_case(conn, web_settings, "e"),
            "works": file_case(
                conn, web_settings, "e", status="in_progress", days_ago=5, lon=east, lat=middle_of("e")[1]
            ),
            "elsewhere": file_case(conn, web_settings, "a"),
            "address": file_case(conn, web_settings, None),
        }


def form_of(browser: FlaskClient, ref: UUID) -> dict[str, str]:
    page = browser.get(f"/cases/{ref}/move").text
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen
    return {"csrf_token": csrf_of(page), "seen": seen.group(1)}


def test_the_preview_says_what_the_move_does(signed_in: SignIn, cases: dict[str, UUID]) -> None:
    browser = signed_in("grid_worker")
    lon, lat = middle_of("e")
    near = browser.get(f"/cases/{cases['moves']}/move/preview?lon={lon + 0.002}&lat={lat}").text
    assert "所属网格不变" in near
    assert "移动 169 米" in near
    far = browser.get(f"/cases/{cases['moves']}/move/preview?lon={middle_of('f')[0]}&lat={lat}").text
    assert "案件将换网格" in far
    assert "您将看不到此案件" in far
    assert "标记仍在原处" in browser.get(f"/cases/{cases['moves']}/move/preview?lon={lon}&lat={lat}").text
    assert "gm-field-error" in browser.get(f"/cases/{cases['moves']}/move/preview?lon=x&lat={lat}").text
    assert browser.get(f"/cases/{cases['elsewhere']}/move").status_code == 404
    assert browser.get(f"/cases/{cases['address']}/move").status_code in (404, 422)


def test_a_place_is_corrected_and_the_page_says_why_and_since_when(
    signed_in: SignIn, cases: dict[str, UUID], city: Engine
) -> None:
    browser, ref = signed_in("community_secretary"), cases["moves"]
    signed_in("grid_worker")
    form = form_of(browser, ref)
    place = {"lon": str(middle_of("f")[0]), "lat": str(middle_of("f")[1]), "why": "看错了路口"}
    assert browser.post(f"/cases/{ref}/move", data={**form, **place}).headers["Location"] == f"/cases/{ref}"
    page = browser.get(f"/cases/{ref}").text
    assert "f 网格" in page
    assert "位置已更正（移动 844 米：看错了路口）" in page
    assert f"自 {FIRST} 起有效" in page
    assert len(re.findall(r'<span class="gm-owner-why">', page)) == 2
    with city.connect() as conn:
        told = notices_of(conn, account_by_name(conn, "grid_worker").id)
        assert [each.kind for each in told] == ["moved_away"]
        assert conn.scalar(select(report.c.placed_by).where(report.c.ref == ref)) == "person"
    # Sent once more: the page it came from is stale.
    again = browser.post(f"/cases/{ref}/move", data={**form, **place})
    assert again.status_code == 409


def test_whoever_moves_it_away_lands_on_the_list(signed_in: SignIn, cases: dict[str, UUID]) -> None:
    browser, ref = signed_in("grid_worker"), cases["leaves"]
    place = {"lon": str(middle_of("d")[0]), "lat": str(middle_of("d")[1])}
    assert browser.post(f"/cases/{ref}/move", data={**form_of(browser, ref), **place}).headers["Location"] == "/cases"
    assert browser.get(f"/cases/{ref}").status_code == 404


def test_notices_are_ones_own_and_can_be_marked(signed_in: SignIn, city: Engine, cases: dict[str, UUID]) -> None:
    worker, secretary = signed_in("grid_worker"), signed_in("community_secretary")
    assert "从“e 网格”转出" in worker.get("/").text
    page = worker.get("/notices").text
    assert "从“e 网格”转出" in page
    assert f'href="/cases/{cases["moves"]}"' not in page  # it left the area: nothing to open
    ref = re.search(r'action="/notices/([0-9a-f-]{36})/read"', page)
    assert ref
    token = csrf_of(page)
    with city.connect() as conn:
        key = account_by_name(conn, "grid_worker").id
        before = unread_count(conn, key)
    secretary.post(f"/notices/{ref.group(1)}/read", data={"csrf_token": csrf_of(secretary.get("/cases").text)})
    with city.connect() as conn:
        assert unread_count(conn, key) == before
    assert worker.post(f"/notices/{ref.group(1)}/read", data={"csrf_token": token}).status_code == 302
    with city.connect() as conn:
        assert unread_count(conn, key) == before - 1
    worker.post("/notices/read", data={"csrf_token": token})
    assert "转出" not in worker.get("/").text
    assert "转出" in worker.get("/notices").text
    assert "暂无提醒" in secretary.get("/notices").text


def test_a_notice_of_a_kind_without_words_is_shown_all_the_same(signed_in: SignIn, city: Engine) -> None:
    browser = signed_in("leader")
    with city.begin() as conn:
        key = account_by_name(conn, "leader").id
        tell(conn, [key], "later_kind", {})
        # From before names were kept.
        tell(conn, [key], "moved_away", {"number": "1", "category": "井盖", "from": "e", "to": None})
    page = browser.get("/notices").text
    assert "later_kind" in page
    assert "从“e”转出" in page


@pytest.fixture(scope="module")
def published(city: Engine, web_settings: Settings, cases: dict[str, UUID]) -> date:
    """Since today e is half as wide and its east is z's; from tomorrow g and h are one."""
    day = today(web_settings.zone)
    with city.begin() as conn:
        load_grids(conn, web_settings, {"e": square(1, 1, 0.6), "z": square(1, 1, 0.4, west=0.6)}, day)
        load_grids(
            conn, web_settings, {"g": square(0, 2, 1.5), "h": square(1, 2, 0.5, west=0.5)}, day + timedelta(days=1)
        )
    return day


def test_one_page_answers_why_this_grid_and_since_when(
    signed_in: SignIn, cases: dict[str, UUID], published: date
) -> None:
    page = signed_in("leader").get(f"/cases/{cases['works']}").text
    received = published - timedelta(days=5)
    assert f"按 {received} 的网格判定" in page
    assert f"自 {FIRST} 起有效，至 {published} 前停用" in page
    assert "点位在网格内" in page or "位于该网格内" in page or "距边界" in page
    assert "按今天的网格，该位置属于z 网格（z）" in page
    assert 'href="/map/grids/e/history"' in page
    assert f"grids/{{z}}/{{x}}/{{y}}.mvt?at={received}" in page.replace("\\u0026", "&")
    assert '"edge": [' in page


def test_the_history_of_a_grid_shows_editions_and_lineage(
    signed_in: SignIn, published: date, bearer: Callable[[str], dict[str, str]], client: FlaskClient
) -> None:
    page = signed_in("leader").get("/map/grids/z/history").text
    assert "e 网格" in page
    assert "40.0%" in page
    assert f'href="/map?grid=e&amp;at={FIRST}"' in signed_in("leader").get("/map/grids/e/history").text
    assert "边界从未变动" in signed_in("leader").get("/map/grids/a/history").text
    assert signed_in("leader").get("/map/grids/nothing/history").status_code == 404
    found = client.get("/api/v1/grids/z/lineage", headers=bearer("leader")).json
    assert [(step["from"], step["to"], step["share_of_from"], step["share_of_to"]) for step in found["lineage"]] == [
        ("e", "z", pytest.approx(0.4, abs=1e-3), 1.0)
    ]
    to_cases = f'href="/data/editions/{published}/cases?fate=open&amp;from=e&amp;to=z"'
    assert to_cases in signed_in("admin").get("/map/grids/z/history").text
    assert "/cases?fate" not in signed_in("leader").get("/map/grids/z/history").text
    # A worker of e sees the code of the neighbour, no link.
    own = signed_in("grid_worker").get("/map/grids/e/history").text
    assert ">z</span>" in own
    assert "/map/grids/z/history" not in own


def test_editions_are_listed_previewed_and_withdrawn(
    signed_in: SignIn, published: date, cases: dict[str, UUID]
) -> None:
    browser = signed_in("admin")
    tomorrow = published + timedelta(days=1)
    page = browser.get("/data/editions").text
    assert "改派 0 件，待确认 1 件，不变 0 件" in page
    assert f'href="/data/editions/{tomorrow}"' in page
    ahead = browser.get(f"/data/editions/{tomorrow}").text
    assert "按目前情况，届时将" in ahead
    assert "撤回这些网格" in ahead
    assert f'href="/data/editions/{tomorrow}/cases?fate=rerouted"' in ahead
    assert "没有这类案件" in browser.get(f"/data/editions/{tomorrow}/cases?fate=rerouted&from=h&to=g").text
    assert f'href="/data/editions/{published}/cases?fate=asked"' in browser.get(f"/data/editions/{published}").text
    asked = browser.get(f"/data/editions/{published}/cases?fate=asked").text
    assert f'href="/cases/{cases["works"]}"' in asked
    assert "由人工确认 · 1 件" in asked
    one = browser.get(f"/data/editions/{published}/cases?fate=open&from=e&to=z&status=in_progress").text
    assert f'href="/cases/{cases["works"]}"' in one
    assert browser.get("/data/editions/2019-01-01/cases").status_code == 404
    token = csrf_of(ahead)
    editor = signed_in("boundary_editor")
    assert "撤回这些网格" in editor.get(f"/data/editions/{tomorrow}").text
    assert browser.post(f"/data/editions/{published}/withdraw", data={"csrf_token": token}).status_code == 409
    assert browser.post(f"/data/editions/{tomorrow}/apply", data={"csrf_token": token}).status_code == 409
    assert browser.post(f"/data/editions/{tomorrow}/withdraw", data={"csrf_token": token}).status_code == 302
    assert f"/data/editions/{tomorrow}" not in browser.get("/data/editions").text
    assert browser.get(f"/data/editions/{tomorrow}").status_code == 404
    assert browser.get("/data/editions/yesterday").status_code == 404
    assert signed_in("leader").get("/data/editions").status_code == 403
