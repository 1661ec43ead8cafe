"""Sources of coordinates on the page Data: streams, previews, corrections, piles; and what the heatmap leaves out."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, insert, select, text

from geodata.account_areas import set_areas
from geodata.accounts import account_by_name
from geodata.jobs.positions import ask_for_positions
from geodata.jobs.runner import Runner
from geodata.positions.streams import list_streams
from geodata.settings import Settings
from geodata.tables import (
    building,
    datum_correction,
    datum_stream,
    owner,
    owner_history,
    pile,
    place_flag,
    report,
    service_point,
)
from gridmap.datum import from_wgs84
from tests.geodata.cities import COMMUNITY, SIDE, SOUTH, WEST
from tests.web.conftest import SignIn, csrf_of

HALL = (111.7066931, 40.8266631)


@pytest.fixture(scope="module")
def judged(city: Engine, web_settings: Settings) -> Engine:
    """Houses in the nine grids; an app that labels GCJ-02 as WGS84, an honest one, a hall's coordinate, a program that rounds."""
    rng = np.random.default_rng(4)
    corners = rng.uniform((WEST, SOUTH), (WEST + 3 * SIDE - 0.001, SOUTH + 3 * SIDE - 0.001), (300, 2))
    middles = corners + np.array((0.0003, 0.0001))
    homes = middles[rng.integers(0, 300, 700)] + rng.normal(0, 3e-5, (700, 2))
    with city.begin() as conn:
        for number, (x, y) in enumerate(corners.tolist()):
            box = func.ST_Multi(func.ST_MakeEnvelope(x, y, x + 0.0006, y + 0.0002, 4326))
            conn.execute(building.insert().values(code=f"s{number}", geom=box))
        conn.execute(
            service_point.insert().values(
                code="S01", kind="service_hall", name="仕奇社区服务大厅", geom=func.ST_Point(*HALL, 4326)
            )
        )
        lon, lat = from_wgs84(homes[:250, 0], homes[:250, 1], "gcj02")
        _file(conn, "courier", "骑手端", lon, lat)
        _file(conn, "patrol", "巡查终端", homes[250:600, 0], homes[250:600, 1])
        _file(conn, "chat", "", np.full(40, HALL[0]), np.full(40, HALL[1]))
        _file(conn, "other", "台账", np.round(homes[600:650, 0], 3), np.round(homes[600:650, 1], 3))
        ask_for_positions(conn)
    work_off(city, web_settings)
    return city


def _file(conn: Any, source: str, device: str, lon: np.ndarray, lat: np.ndarray) -> None:
    kinds = ("井盖", "噪声", "垃圾", "停车")
    rows = [
        {
            "category": kinds[n % 4], "source": source, "device": device, "raw_lon": float(x), "raw_lat": float(y), "datum": "wgs84",
            "geom": f"SRID=4326;POINT({x} {y})", "intake_district": COMMUNITY[:6], "n": n,
        }
        for n, (x, y) in enumerate(zip(lon, lat, strict=True))
    ]  # fmt: skip
    for row in rows:
        n = row.pop("n")
        at = text(f"'2026-05-01 10:00+08'::timestamptz + {n} * interval '8 hours'")
        key = conn.scalar(insert(report).values(**row, occurred_at=at, reported_at=at).returning(report.c.id))
        owned = {"report_id": key, "reason": "none", "index_version": 0, "intake_district": COMMUNITY[:6]}
        conn.execute(insert(owner).values(owned))
        conn.execute(insert(owner_history).values(**owned, cause="loaded"))


def suspect(engine: Engine) -> Any:
    with engine.connect() as conn:
        [found] = [row for row in list_streams(conn) if row.suspect]
    return found


def stream_of(row: Any) -> str:
    return urlencode({"source": row.source, "device": row.device, "stated": row.stated, "from": row.from_day})


def work_off(engine: Engine, settings: Settings) -> None:
    runner = Runner(engine, settings)
    while runner.run_one():
        pass


def test_the_wrong_source_is_told_first_with_its_shares(judged: Engine, signed_in: SignIn) -> None:
    page = signed_in("admin").get("/data/sources").text
    assert "疑似 GCJ-02" in page
    assert page.index("疑似 GCJ-02") < page.index("与所标一致")
    assert "骑手端" in page
    assert "坐标来源" in page
    stream = suspect(judged)
    assert (stream.source, stream.device, stream.likely, stream.reports) == ("courier", "骑手端", "gcj02", 250)


def test_a_preview_says_what_would_change_and_changes_nothing(judged: Engine, signed_in: SignIn) -> None:
    row = suspect(judged)
    page = signed_in("admin").get(f"/data/sources/stream?{stream_of(row)}").text
    assert "将 250 件校正为 GCJ-02" in page
    found = re.search(r'data-gm-preview="moved">([\d,]+)<', page)
    assert found
    assert int(found.group(1)) == 250  # none had an owner
    shifts = signed_in("admin").get(f"/data/sources/stream/shifts.json?{stream_of(row)}&datum=gcj02").json["pairs"]
    assert len(shifts) == 250
    assert np.hypot(*(np.array(shifts)[:, :2] - np.array(shifts)[:, 2:]).T).mean() == pytest.approx(0.0064, abs=0.001)
    assert suspect(judged).id == row.id


def test_correcting_and_undoing_by_the_page(
    judged: Engine, signed_in: SignIn, web_settings: Settings, app: Flask
) -> None:
    browser, row = signed_in("admin"), suspect(judged)
    address = f"/data/sources/stream?{stream_of(row)}"
    token = csrf_of(browser.get(address).text)
    wrong = browser.post(address, data={"csrf_token": token, "datum": "cgcs2000"})
    assert wrong.status_code == 422
    answer = browser.post(address, data={"csrf_token": token, "datum": "gcj02"})
    assert answer.status_code == 302
    assert browser.post(address, data={"csrf_token": token, "datum": "gcj02"}).status_code == 409
    work_off(judged, web_settings)
    assert "已完成" in browser.get(answer.headers["Location"]).text
    page = browser.get("/data/sources").text
    assert "疑似 GCJ-02" not in page
    assert "WGS84 → GCJ-02" in page
    with judged.connect() as conn:
        ref: UUID = conn.scalars(select(datum_correction.c.ref)).one()
        one = conn.scalars(select(report.c.ref).where(report.c.source == "courier").limit(1)).one()
    assert "坐标系已校正" in browser.get(f"/cases/{one}").text
    undone = browser.post(f"/data/corrections/{ref}/undo", data={"csrf_token": token})
    assert undone.status_code == 302
    assert browser.post(f"/data/corrections/{ref}/undo", data={"csrf_token": token}).status_code == 409
    work_off(judged, web_settings)
    assert "已撤销" in browser.get("/data/sources").text
    assert "坐标系校正已撤销" in browser.get(f"/cases/{one}").text
    assert suspect(judged).reports == 250


def test_a_correction_from_now_on_is_told_with_its_source_and_ended_there(
    judged: Engine, signed_in: SignIn, web_settings: Settings
) -> None:
    browser, row = signed_in("admin"), suspect(judged)
    address = f"/data/sources/stream?{stream_of(row)}"
    page = browser.get(address).text
    assert "以后也这样" in page
    token = csrf_of(page)
    assert browser.post(address, data={"csrf_token": token, "datum": "gcj02", "later": "1"}).status_code == 302
    work_off(judged, web_settings)
    page = browser.get("/data/sources").text
    assert "今后上报的 WGS84 自动按 GCJ-02 处理" in page
    assert "停止自动校正" in page
    with judged.connect() as conn:
        ref = conn.scalars(select(datum_correction.c.ref).where(datum_correction.c.undone_at.is_(None))).one()
    page = browser.post(f"/data/corrections/{ref}/end", data={"csrf_token": token}, follow_redirects=True).text
    assert "自动按 GCJ-02 处理" not in page
    assert "停止自动校正" not in page
    assert browser.post(f"/data/corrections/{ref}/end", data={"csrf_token": token}).status_code == 409
    with judged.connect() as conn:
        assert conn.scalar(text("SELECT count(*) FROM audit_log WHERE action = 'datum_correction_ended'")) == 1
    browser.post(f"/data/corrections/{ref}/undo", data={"csrf_token": token})
    work_off(judged, web_settings)
    assert suspect(judged).reports == 250


def test_a_source_without_devices_is_warned_of_and_asked_for_its_device(judged: Engine, signed_in: SignIn) -> None:
    run = {
        "source": "chat", "device": "", "stated": "wgs84", "from_day": "2026-05-01", "to_day": "2026-05-20", "reports": 40, "places": 30,
        "shares": {name: [0.5, 0.5] for name in ("wgs84", "gcj02", "bd09", "gcj02_twice")}, "likely": "gcj02_twice", "confidence": 1,
    }  # fmt: skip
    address = "/data/sources/stream?source=chat&device=&stated=wgs84&from=2026-05-01"
    with judged.begin() as conn:
        kept = conn.execute(select(datum_stream).where(datum_stream.c.source == "chat")).mappings().all()
        conn.execute(datum_stream.delete().where(datum_stream.c.source == "chat"))
        conn.execute(datum_stream.insert().values(**run, suspect=True))
    page = signed_in("admin").get(address).text
    assert "将影响“居民群”渠道中所有未写明设备的上报（最近 4 周 0 件）" in page
    assert "坐标似乎被偏移了两次" in page
    assert "校正为 重复偏移的 GCJ-02" in page
    assert "只有判断明确时" in signed_in("admin").get(f"{address}&datum=bd09").text
    with judged.begin() as conn:
        conn.execute(datum_stream.delete().where(datum_stream.c.source == "chat"))
        if kept:
            conn.execute(datum_stream.insert(), [dict(row) for row in kept])


def test_a_pile_is_told_with_what_lies_there(judged: Engine, signed_in: SignIn) -> None:
    browser = signed_in("admin")
    with judged.connect() as conn:
        row = conn.execute(select(pile)).one()
        one = conn.scalars(
            select(report.c.ref).join(place_flag, place_flag.c.report_id == report.c.id).where(place_flag.c.kind == "pile")
        ).first()  # fmt: skip
    assert (row.reports, row.thing_name) == (40, "仕奇社区服务大厅")
    assert "仕奇社区服务大厅" in browser.get("/data/piles").text
    page = browser.get(f"/data/piles/{row.ref}").text
    assert page.count('class="gm-row-link" href="/cases/') == 40
    case = browser.get(f"/cases/{one}").text
    assert "坐标与其他 39 件完全相同" in case
    assert "位于仕奇社区服务大厅" in case


def test_the_heatmap_leaves_them_out_says_so_and_takes_them_in(judged: Engine, signed_in: SignIn) -> None:
    browser = signed_in("admin")
    page = browser.get("/heat?period=all").text
    assert "40 件坐标为多案共用" in page
    assert "50 件坐标取整" in page
    assert "未计入热图" in page
    assert re.search(r"/tiles/heat/.*placing=exact", page)
    within = browser.get("/heat?period=all&inexact=1").text
    assert "已计入热图" in within
    assert re.search(r"/tiles/heat/[^\"]*inexact=1", within)
    assert "placing=exact" not in re.findall(r"/tiles/heat/[^\"]*", within)[0]
    total = re.search(r"data-gm-total>([\d,]+)<", page)
    assert total
    assert total.group(1) == re.search(r"data-gm-total>([\d,]+)<", within).group(1)  # type: ignore[union-attr]
    only = browser.get("/heat/figures?period=all&placing=pile").text
    assert re.search(r"data-gm-total>40<", only)
    left, taken = (browser.get(f"/tiles/heat/13/6638/3083.png{query}") for query in ("", "?inexact=1"))
    assert left.status_code == taken.status_code == 200
    assert left.headers["ETag"] != taken.headers["ETag"]


def test_a_list_of_cases_by_their_coordinates(
    judged: Engine, client: FlaskClient, bearer: Callable[[str], dict[str, str]]
) -> None:
    def found(query: str) -> int:
        return len(client.get(f"/api/v1/reports?limit=1000&{query}", headers=bearer("admin")).json["features"])

    assert (found("placing=pile"), found("placing=rounded"), found("placing=exact")) == (40, 50, 600)
    refused = client.get("/api/v1/reports?placing=perhaps", headers=bearer("admin"))
    assert (refused.status_code, refused.json["error"]["code"]) == (422, "unknown_placing")


def test_a_real_place_counts_on_site(judged: Engine, signed_in: SignIn, web_settings: Settings) -> None:
    browser = signed_in("admin")
    with judged.connect() as conn:
        ref = conn.scalars(select(pile.c.ref)).one()
    token = csrf_of(browser.get(f"/data/piles/{ref}").text)
    page = browser.post(f"/data/piles/{ref}", data={"csrf_token": token, "real": "1"}, follow_redirects=True)
    assert "认定此处为真实地点" in page.text
    assert "多案共用（" not in browser.get("/heat?period=all").text
    browser.post(f"/data/piles/{ref}", data={"csrf_token": token, "real": "0"})
    browser.post("/data/sources/judge", data={"csrf_token": token})
    work_off(judged, web_settings)
    assert "40 件坐标为多案共用" in browser.get("/heat?period=all").text


def test_what_is_gone_is_said(judged: Engine, signed_in: SignIn) -> None:
    browser, nothing = signed_in("admin"), UUID(int=0)
    token = csrf_of(browser.get("/data/sources").text)
    assert browser.get("/data/sources/stream?source=courier&device=&stated=wgs84&from=2026-01-01").status_code == 404
    assert browser.get(f"/data/piles/{nothing}").status_code == 404
    assert browser.post(f"/data/corrections/{nothing}/undo", data={"csrf_token": token}).status_code == 404
    assert browser.post(f"/data/corrections/{nothing}/continue", data={"csrf_token": token}).status_code == 404


def test_only_the_whole_city_s_data_managers_come_here(
    judged: Engine, app: Flask, signed_in: SignIn, account_named: Callable[[str], str]
) -> None:
    assert signed_in("grid_worker").get("/data/sources").status_code == 403
    browser = signed_in("boundary_editor")
    assert "坐标来源" in browser.get("/data/grids").text
    with judged.begin() as conn:
        set_areas(conn, account_by_name(conn, account_named("boundary_editor")), [COMMUNITY[:9]])
    assert browser.get("/data/sources").status_code == 403
    assert browser.get("/data/piles").status_code == 403
    assert "坐标来源" not in browser.get("/data/grids").text
