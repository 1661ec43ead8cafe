"""Assigning anew from the page: tried first, applied by a button, the whole city's managers only."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select, text

from geodata.account_areas import give_area
from geodata.accounts import add_account
from geodata.actions import file_report
from geodata.settings import Settings
from geodata.tables import audit_log, owner, owner_history
from gridmap.report import ReportDraft
from tests.geodata.cities import middle_of
from tests.web.conftest import PASSWORD, SignIn, sign_in
from tests.web.test_data import post, run_jobs


@pytest.fixture
def manager(signed_in: SignIn) -> FlaskClient:
    return signed_in("boundary_editor")


@pytest.fixture
def lost(city: Engine, settings: Settings) -> None:
    """Two reports that lost their grid."""
    with city.begin() as conn:
        for code in "ae":
            lon, lat = middle_of(code)
            file_report(conn, settings, ReportDraft("积水", lon=lon, lat=lat), scope="anonymous")
        conn.execute(text("UPDATE owner SET grid_id = NULL, reason = 'none', distance_to_edge_m = NULL"))


def rows_of(browser: FlaskClient, address: str) -> int:
    return browser.get(address).text.count('class="gm-row-link" href="/cases/')


def assigned(engine: Engine) -> int:
    with engine.connect() as conn:
        return conn.scalar(select(func.count()).where(owner.c.grid_id.is_not(None))) or 0


def test_tried_then_applied(manager: FlaskClient, city: Engine, settings: Settings, lost: None) -> None:
    tried = post(manager, "/data/assigning", "/data/assigning", which="unassigned", area="")
    assert tried.status_code == 302
    address = tried.headers["Location"]
    assert "hx-get" in manager.get(address).text
    run_jobs(city, settings)
    page = manager.get(address).text
    assert "试算，未写入" in page
    assert re.search(r"无网格.*e 网格 <span class=.gm-code.>e<", page)
    moved = re.findall(r'href="(/data/assigning/[^"]+/cases[^"]*)"', page)
    assert [rows_of(manager, address) for address in moved] == [2, 1, 1]
    assert "无网格 → e 网格" in manager.get(next(address for address in moved if address.endswith("e"))).text
    assert "应用：写入 2 件" in page
    assert assigned(city) == 0
    apply = re.search(r'action="(/data/assigning/[^"]+/apply)"', page)
    assert apply
    applied = post(manager, apply.group(1))
    run_jobs(city, settings)
    page = manager.get(applied.headers["Location"]).text
    assert "已写入" in page
    assert "/apply" not in page
    assert "/cases?move" not in page
    assert assigned(city) == 2
    with city.connect() as conn:
        causes = select(func.count()).select_from(owner_history).where(owner_history.c.cause == "assigned")
        assert conn.scalar(causes) == 2
        line = conn.execute(select(audit_log).where(audit_log.c.action == "owners_assigned")).one()
        assert (line.account_id is not None, line.detail["changed"]) == (True, 2)
    assert post(manager, f"{applied.headers['Location'].replace('jobs', 'assigning')}/apply").status_code == 404


def test_an_unknown_area_is_told_at_the_form(manager: FlaskClient) -> None:
    answer = post(manager, "/data/assigning", "/data/assigning", which="all", area="nowhere")
    assert answer.status_code == 422
    assert "没有编码为“nowhere”的行政区划或网格" in answer.text
    assert 'value="nowhere"' in answer.text


def test_whose_area_is_not_the_city_is_refused(app: Flask, city: Engine) -> None:
    with city.begin() as conn:
        account = add_account(conn, "part", PASSWORD, "boundary_editor")
        conn.execute(text("DELETE FROM account_area WHERE account_id = :id"), {"id": account.id})
        give_area(conn, account, "150105")
    browser = app.test_client()
    sign_in(browser, "part")
    assert browser.get("/data/assigning").status_code == 403
    assert "归属重算" not in browser.get("/data/layers").text


def test_the_area_is_chosen_by_its_name(manager: FlaskClient, city: Engine, settings: Settings, lost: None) -> None:
    form = manager.get("/data/assigning").text
    assert 'hx-get="/areas"' in form
    page = manager.get("/data/assigning?area=e").text
    assert re.search(r'name="area" value="e" checked', page)
    tried = post(manager, "/data/assigning", "/data/assigning", which="all", area="150105")
    run_jobs(city, settings)
    assert 'gm-code">150105<' in manager.get(tried.headers["Location"]).text


def test_cases_of_a_move_are_paged_and_gone_when_somebody_else_decided(
    manager: FlaskClient, city: Engine, settings: Settings, lost: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = post(manager, "/data/assigning", "/data/assigning", which="all", area="")
    run_jobs(city, settings)
    address = f"{tried.headers['Location'].replace('jobs', 'assigning')}/cases"
    assert rows_of(manager, address) == assigned_of(manager, tried.headers["Location"])
    monkeypatch.setattr("web.paging.A_PAGE", 1)
    page = manager.get(address).text
    assert rows_of(manager, address) == 1
    assert "start=1" in page
    with city.begin() as conn:
        conn.execute(
            text("UPDATE owner SET grid_id = (SELECT min(id) FROM grid), reason = 'decided', distance_to_edge_m = 1")
        )
    assert "目前没有案件会改变网格" in manager.get(address).text
    unknown = f"{tried.headers['Location'].replace('jobs', 'assigning')}x/cases"
    assert manager.get(unknown).status_code == 404


def test_cases_that_stay_for_another_reason_are_listed(
    manager: FlaskClient, city: Engine, settings: Settings, lost: None
) -> None:
    with city.begin() as conn:  # one is with its grid for a reason that does not hold
        conn.execute(
            text("""
                UPDATE owner SET grid_id = g.id, reason = 'gap' FROM grid g, report r
                WHERE r.id = owner.report_id AND g.code = 'e' AND ST_Covers(g.geom, r.geom)
            """)
        )
    tried = post(manager, "/data/assigning", "/data/assigning", which="all", area="")
    run_jobs(city, settings)
    page = manager.get(tried.headers["Location"]).text
    stays = re.search(r'cases\?same=1"><b>(\d+)</b><span>网格不变', page)
    assert stays
    assert int(stays.group(1)) > 0
    address = f"{tried.headers['Location'].replace('jobs', 'assigning')}/cases"
    listed = manager.get(f"{address}?same=1").text
    assert "网格不变、依据有变的案件" in listed
    assert rows_of(manager, f"{address}?same=1") == int(stays.group(1))
    assert rows_of(manager, address) == assigned_of(manager, tried.headers["Location"])


def assigned_of(browser: FlaskClient, address: str) -> int:
    found = re.search(r"/cases\"><b>([\d,]+)<", browser.get(address).text)
    assert found
    return int(found.group(1))
