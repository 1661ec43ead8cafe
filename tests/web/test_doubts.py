"""The queue of owners in doubt: listed, decided with one click, taken back, counted; each list as long as its figure."""

import html
import json
import re
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, delete, select, update

from geodata.settings import Settings
from geodata.tables import doubt, grid, owner, report
from tests.geodata.cities import SIDE, SOUTH, WEST
from tests.web.case_reports import file_case
from tests.web.conftest import SignIn, csrf_of

#: 10 m west of the side that e and f share.
NEAR_F = {"lon": WEST + 2 * SIDE - 10 / 84_400, "lat": SOUTH + 1.5 * SIDE, "accuracy_m": 30.0}


@pytest.fixture
def file(city: Engine, web_settings: Settings) -> Any:
    """File reports in doubt between e and f; they are gone after the test."""

    def make(count: int = 1, **values: Any) -> list[UUID]:
        with city.begin() as conn:
            return [file_case(conn, web_settings, "e", **{**NEAR_F, **values}) for _ in range(count)]

    yield make
    with city.begin() as conn:
        conn.execute(delete(doubt))
        conn.execute(update(report).values(status="closed"))


@pytest.fixture
def secretary(signed_in: SignIn) -> FlaskClient:
    return signed_in("community_secretary")


def figures(page: str) -> dict[str, int]:
    return {state: int(count) for state, count in re.findall(r'data-gm-count="(\w+)">([\d,]+)<', page)}


def rows(page: str) -> list[str]:
    part = re.search(r'<ol class="gm-queue-rows">.*?</ol>', page, flags=re.S)
    return re.findall(r'class="gm-code">(\w{8})<', part.group(0)) if part else []


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found
    return found.group(1)


def decide(
    browser: FlaskClient, ref: UUID, what: str, *, page: str | None = None, htmx: bool = True, **fields: str
) -> Any:
    page = page or browser.get(f"/data/doubts?report={ref}").text
    data = {"csrf_token": csrf_of(page), "seen": seen(page), **fields}
    return browser.post(f"/data/doubts/{ref}/{what}", data=data, headers={"HX-Request": "true"} if htmx else {})


def owner_of(city: Engine, ref: UUID) -> tuple[str | None, str]:
    with city.begin() as conn:
        query = select(grid.c.code, owner.c.reason).select_from(
            report.join(owner).outerjoin(grid, grid.c.id == owner.c.grid_id)
        )
        row = conn.execute(query.where(report.c.ref == ref)).one()
    return row.code, row.reason


def test_an_empty_queue_says_why_it_is_empty(secretary: FlaskClient) -> None:
    page = secretary.get("/data/doubts").text
    assert "没有归属存疑的案件" in page
    assert figures(page) == {"open": 0, "confirmed": 0, "transferred": 0}
    for state in ("confirmed", "transferred"):
        assert "没有人" in secretary.get(f"/data/doubts?state={state}").text


def test_the_queue_shows_a_question_with_its_grids_and_shares(secretary: FlaskClient, file: Any) -> None:
    (ref,) = file(text="井盖松动 <b>")
    page = secretary.get("/data/doubts").text
    assert figures(page)["open"] == 1
    assert rows(page) == [str(ref)[:8]]
    assert "定位精度 30 米：69% 属于e 网格、31% 属于f 网格。" in page
    assert "移交到f 网格</button>" in page
    assert "井盖松动 &lt;b&gt;" in page
    found = re.search(r'data-gm-place="([^"]*)"', page)
    assert found
    shown = json.loads(html.unescape(found.group(1)))
    assert shown["accuracy"] == 30.0
    assert [(one["words"], one["owns"]) for one in shown["grids"]] == [("1 · 69%", True), ("2 · 31%", False)]
    # The words of a grid stand inside it, around the place.
    (e_lat, e_lon), (_f_lat, f_lon) = (one["label"] for one in shown["grids"])
    assert e_lon < WEST + 2 * SIDE < f_lon
    assert abs(e_lat - NEAR_F["lat"]) < 0.001


def test_one_click_confirms_and_the_next_comes_up(secretary: FlaskClient, file: Any, city: Engine) -> None:
    first, second = file(2)
    page = secretary.get("/data/doubts").text
    assert rows(page) == [str(second)[:8], str(first)[:8]]
    following = re.search(r'name="report" value="([\w-]+)"', page)
    assert following
    answer = decide(secretary, second, "confirm", report=following.group(1))
    assert owner_of(city, second) == ("e", "decided")
    assert rows(answer.text) == [str(first)[:8]]
    assert f"/data/doubts/{first}/confirm" in answer.text
    assert figures(answer.text) == {"open": 1, "confirmed": 1, "transferred": 0}
    assert "<html" not in answer.text
    assert answer.headers["HX-Push-Url"].startswith("/data/doubts")


def test_a_transfer_and_its_undo(secretary: FlaskClient, file: Any, city: Engine) -> None:
    (ref,) = file()
    answer = decide(secretary, ref, "transfer", grid="f")
    assert owner_of(city, ref) == ("f", "decided")
    assert f"/data/doubts/{ref}/take-back" in answer.text
    assert figures(answer.text) == {"open": 0, "confirmed": 0, "transferred": 1}
    listed = secretary.get("/data/doubts?state=transferred").text
    assert rows(listed) == [str(ref)[:8]]
    assert "由e 网格移交到f 网格" in listed
    back = decide(secretary, ref, "take-back", page=listed)
    assert owner_of(city, ref) == ("e", "inside")
    assert figures(back.text) == {"open": 1, "confirmed": 0, "transferred": 0}
    assert f"/data/doubts/{ref}/confirm" in back.text


def test_without_scripts_the_page_comes_back(secretary: FlaskClient, file: Any, city: Engine) -> None:
    (ref,) = file()
    answer = decide(secretary, ref, "confirm", htmx=False)
    assert answer.status_code == 303
    assert "已确认" in secretary.get(answer.headers["Location"]).text


def test_who_was_slower_is_told(secretary: FlaskClient, signed_in: SignIn, file: Any, city: Engine) -> None:
    (ref,) = file()
    old = secretary.get(f"/data/doubts?report={ref}").text
    decide(signed_in("dispatcher"), ref, "transfer", grid="f")
    answer = decide(secretary, ref, "confirm", page=old)
    assert answer.status_code == 200  # htmx shows nothing that is called an error
    assert "其他人已修改" in answer.text
    assert decide(secretary, ref, "confirm", page=old, htmx=False).status_code == 409
    assert owner_of(city, ref) == ("f", "decided")


def test_what_a_neighbour_has_in_doubt_is_not_found(signed_in: SignIn, file: Any, city: Engine) -> None:
    """The grid worker has e; a report of f is another's even where e may hold it."""
    (ref,) = file(lon=WEST + 2 * SIDE + 10 / 84_400)
    worker = signed_in("grid_worker")
    page = worker.get(f"/data/doubts?report={ref}").text
    assert figures(page)["open"] == 0
    assert f"/cases/{ref}" not in page
    assert rows(page) == []
    token = csrf_of(page)
    for what in ("confirm", "transfer", "take-back"):
        data = {"csrf_token": token, "seen": "x", "grid": "e"}
        assert worker.post(f"/data/doubts/{ref}/{what}", data=data).status_code == 404
    assert owner_of(city, ref) == ("f", "inside")


def test_a_worker_transfers_out_of_the_own_grid_and_can_take_it_back(
    signed_in: SignIn, file: Any, city: Engine
) -> None:
    (ref,) = file()
    worker = signed_in("grid_worker")
    answer = decide(worker, ref, "transfer", grid="f")
    assert f"/data/doubts/{ref}/take-back" in answer.text
    assert worker.get(f"/cases/{ref}").status_code == 404  # it is the neighbour's now
    listed = worker.get("/data/doubts?state=transferred").text
    assert rows(listed) == [str(ref)[:8]]
    assert f"/data/doubts/{ref}/confirm" not in listed
    decide(worker, ref, "take-back", page=listed)
    assert owner_of(city, ref) == ("e", "inside")


def test_a_border_leads_to_its_questions(secretary: FlaskClient, file: Any) -> None:
    file(2)
    file(lon=WEST + SIDE + 5 / 84_400)
    page = secretary.get("/data/doubts").text
    borders = re.findall(r'href="(/data/doubts\?[^"]*between=[^"]*)">(\d+)<', page)
    assert [int(count) for _, count in borders] == [2, 1]
    for address, count in borders:
        listed = secretary.get(html.unescape(address)).text
        assert len(rows(listed)) == figures(listed)["open"] == int(count)


def test_the_figure_is_as_long_as_its_list(secretary: FlaskClient, file: Any) -> None:
    file(52)
    page = secretary.get("/data/doubts").text
    assert figures(page)["open"] == 52
    following = re.search(r'href="([^"]+)" rel="next"', page)
    assert following
    assert len(rows(page)) + len(rows(secretary.get(html.unescape(following.group(1))).text)) == 52


def test_published_boundaries_ask_without_shares(secretary: FlaskClient, file: Any, city: Engine) -> None:
    (ref,) = file()
    with city.begin() as conn:
        conn.execute(update(doubt).values(kind="published", share=None, alternatives=[["f", None], ["e", None]]))
    page = secretary.get("/data/doubts").text
    assert "新边界已启用" in page
    decide(secretary, ref, "transfer", grid="f")
    assert owner_of(city, ref) == ("f", "decided")


@pytest.mark.parametrize(
    "query", ["state=x&days=7&report=x&between=a", "state=open&between=,&start=-1", "days=0&report=" + "0" * 36]
)
def test_odd_addresses_show_the_queue(secretary: FlaskClient, query: str) -> None:
    assert secretary.get(f"/data/doubts?{query}").status_code == 200
    assert secretary.get(f"/data/doubts/queue?{query}").status_code == 200


def test_a_transfer_to_nowhere_is_refused(secretary: FlaskClient, file: Any, city: Engine) -> None:
    (ref,) = file()
    assert decide(secretary, ref, "transfer", grid="nowhere").status_code == 404
    assert decide(secretary, ref, "transfer", grid="e").status_code == 200
    assert owner_of(city, ref) == ("e", "inside")


def test_a_case_tells_its_doubt_and_takes_the_decision(secretary: FlaskClient, file: Any, city: Engine) -> None:
    (ref,) = file()
    page = secretary.get(f"/cases/{ref}").text
    assert "定位精度 30 米：69% 属于e 网格、31% 属于f 网格。" in page
    answer = decide(secretary, ref, "transfer", page=page, htmx=False, grid="f", back="case")
    assert answer.headers["Location"] == f"/cases/{ref}"
    after = secretary.get(f"/cases/{ref}").text
    assert "已移交" in after
    assert "移交网格" in after  # among what happened
    assert f"/data/doubts/{ref}/take-back" in after
    decide(secretary, ref, "take-back", page=after, htmx=False, back="case")
    assert owner_of(city, ref) == ("e", "inside")


def test_a_case_without_doubt_can_be_given_to_a_grid_nearby(secretary: FlaskClient, file: Any, city: Engine) -> None:
    (ref,) = file(accuracy_m=None)
    page = secretary.get(f"/cases/{ref}").text
    assert "归属存疑</b>" not in page
    assert re.search(r'<option value="f">f 网格 f · 10 米', page)
    decide(secretary, ref, "transfer", page=page, htmx=False, grid="f", back="case")
    assert owner_of(city, ref) == ("f", "decided")


def test_who_may_not_decide_reads_the_doubt_only(signed_in: SignIn, file: Any) -> None:
    (ref,) = file()
    page = signed_in("leader").get(f"/cases/{ref}").text
    assert "69% 属于e 网格" in page
    assert "/data/doubts/" not in page


def test_a_sure_owner_of_a_wide_position_says_how_sure(secretary: FlaskClient, file: Any) -> None:
    (ref,) = file(accuracy_m=13.0)
    assert "定位精度 13 米：88% 的可能属于本网格。" in secretary.get(f"/cases/{ref}").text


def test_today_leads_to_the_doubts(secretary: FlaskClient, signed_in: SignIn, file: Any) -> None:
    assert "data-gm-doubts" not in secretary.get("/").text
    file(3)
    assert '<a class="gm-figure" href="/data/doubts"><b data-gm-doubts>3</b>' in secretary.get("/").text
    assert "data-gm-doubts" not in signed_in("leader").get("/").text


def test_the_list_of_cases_holds_as_many_as_the_queue(
    secretary: FlaskClient, signed_in: SignIn, client: FlaskClient, bearer: Any, file: Any, city: Engine
) -> None:
    first, second, over = file(3)
    with city.begin() as conn:
        conn.execute(update(report).where(report.c.ref == over).values(status="closed"))
    decide(secretary, second, "confirm")

    def listed(browser: FlaskClient, state: str) -> list[str]:
        page = browser.get(f"/cases?doubt={state}").text
        return re.findall(r'<td role="cell"[^>]*><a href="/cases/([0-9a-f-]{36})"', page)

    assert listed(secretary, "open") == [str(first)]
    assert listed(secretary, "confirmed") == [str(second)]
    assert listed(signed_in("building_head"), "open") == []
    assert figures(secretary.get("/data/doubts").text)["open"] == 1
    assert 'href="/cases?doubt=open"' in secretary.get("/").text
    assert 'href="/cases?doubt=open"' in secretary.get("/data/doubts").text
    # The same choice in files and for other programs.
    admin = signed_in("admin")
    sent = {"csrf_token": csrf_of(admin.get("/cases").text), "format": "csv", "query": "doubt=open"}
    exported = admin.post("/cases/export", data=sent).text
    assert str(first) in exported
    assert str(second) not in exported
    told = client.get("/api/v1/reports?doubt=open", headers=bearer("admin")).json
    assert [one["id"] for one in told["features"]] == [str(first)]
    refused = client.get("/api/v1/reports?doubt=perhaps", headers=bearer("admin"))
    assert (refused.status_code, refused.json["error"]["code"]) == (422, "unknown_doubt_state")


@pytest.mark.parametrize(("shown", "words"), [(7, "7 个网格"), (8, "8 个以上网格")])
def test_a_wide_position_is_said_in_words_with_the_likely_grids(
    secretary: FlaskClient, file: Any, city: Engine, shown: int, words: str
) -> None:
    (ref,) = file(accuracy_m=3000.0)
    with city.begin() as conn:
        kept = conn.scalar(select(doubt.c.alternatives)) or []
        assert max(share for _code, share in kept) < 0.5  # as it is filed: nothing stands out
        shares = [[code, 0.06 if code == "e" else 0.005] for code in "efabcdgh"[:shown]]
        conn.execute(update(doubt).values(alternatives=shares))
    page = secretary.get(f"/data/doubts?report={ref}").text
    assert f"定位精度 3,000 米：可能在 {words}。最可能的：6% 属于e 网格、" in page
    assert page.count("data-gm-choice>") == 4
    assert "移交到f 网格</button>" in page
    assert f"可能在 {words}" in secretary.get(f"/cases/{ref}").text
