"""Exports: what the filter and the scope choose, in three formats, noted in the log; large ones by a job for their owner alone."""

import csv
import io
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import geopandas as gpd
import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import Engine, select, text, update

from geodata.exports import COLUMNS, FORMATS, file_of, remove_old_files
from geodata.exports.columns import Format
from geodata.exports.files import exports_folder
from geodata.jobs import ask_cancel
from geodata.jobs.kinds import JobContext
from geodata.jobs.runner import Runner
from geodata.settings import Settings
from geodata.tables import account, audit_log, job
from tests.geodata.cities import insert_other_district
from tests.web.case_reports import file_case
from tests.web.conftest import SignIn, csrf_of

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx")
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module", autouse=True)
def cases(city: Engine, web_settings: Settings) -> None:
    with city.begin() as conn:
        insert_other_district(conn)
        for formula in FORMULAS:
            file_case(conn, web_settings, "e", text=formula, address_text='富邦,小区\n"3"号楼')
        # Half a kilometre west once its datum is taken off: in grid a.
        file_case(conn, web_settings, "b", category="噪声", status="closed", datum="gcj02", text="坏字符\x0b")
        file_case(conn, web_settings, None, category="油烟", address_text="只有地址")
        file_case(conn, web_settings, None, category="外区案件", lon=111.605, lat=40.805)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel and GeoPackage go to a job at once."""
    for name in ("excel", "gpkg"):
        one = FORMATS[name]
        monkeypatch.setitem(FORMATS, name, Format(one.name, one.suffix, one.mimetype, 0, one.most))


def export(browser: FlaskClient, format_name: str, query: str = "", **headers: str) -> Any:
    token = csrf_of(browser.get("/cases").text)
    return browser.post(
        "/cases/export",
        data={"csrf_token": token, "format": format_name, "query": query},
        headers=headers or JSON,
        buffered=True,
    )


def rows_of(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200
    body = answer.data.decode("utf-8")
    assert body.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(body[1:], newline="")))


def test_csv_has_all_columns_and_the_filter_is_obeyed(signed_in: SignIn) -> None:
    browser = signed_in("leader")
    answer = export(browser, "csv")
    rows = rows_of(answer)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(FORMULAS) + 3
    (noise,) = rows_of(export(browser, "csv", "category=噪声"))
    assert noise["grid_code"] == "a"
    assert noise["community_name"] == "仕奇社区"
    assert noise["status"] == "closed"
    assert noise["number"] == noise["ref"][:8]
    assert noise["occurred_at"].endswith("+08:00")
    assert float(noise["raw_lon"]) == 111.715
    assert abs(float(noise["lon"]) - 111.715) > 0.001
    (smoke,) = rows_of(export(browser, "csv", "lacking=coordinates"))
    assert (smoke["lon"], smoke["grid_code"], smoke["owner_reason"]) == ("", "", "none")
    assert [row["text"] for row in rows_of(export(browser, "csv", "q=坏字符"))] == ["坏字符\x0b"]
    oldest = [row["ref"] for row in rows_of(export(browser, "csv", "sort=oldest"))]
    assert oldest == [row["ref"] for row in reversed(rows)]


def test_no_cell_is_a_formula(signed_in: SignIn) -> None:
    rows = rows_of(export(signed_in("leader"), "csv", "category=井盖"))
    assert {row["text"] for row in rows} == {f"'{formula}" for formula in FORMULAS}
    assert {row["address"] for row in rows} == {'富邦,小区\n"3"号楼'}
    sheet = _sheet(export(signed_in("leader"), "excel", "category=井盖").data)
    column = [cell.value for cell in sheet[1]].index("问题描述")
    for row in sheet.iter_rows(min_row=2):
        assert row[column].data_type == "s"
        assert row[column].value[:1] == "'"


@pytest.mark.parametrize("format_name", FORMATS)
def test_nothing_of_a_foreign_area_is_exported(signed_in: SignIn, format_name: str) -> None:
    for query in ("", "area=150102", "category=外区案件"):
        answer = export(signed_in("community_secretary"), format_name, query)
        assert answer.status_code == 200
        assert "外区" not in str(_cells(format_name, answer.data)), query


def _cells(format_name: str, data: bytes) -> list[list[Any]]:
    if format_name == "csv":
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    if format_name == "excel":
        return [list(row) for row in _sheet(data).iter_rows(values_only=True)]
    return [list(map(str, row)) for row in _frame(data).itertuples()]


def _sheet(data: bytes) -> Any:
    return load_workbook(io.BytesIO(data)).active


def _frame(data: bytes) -> gpd.GeoDataFrame:
    with tempfile.NamedTemporaryFile(suffix=".gpkg") as file:
        file.write(data)
        file.flush()
        return gpd.read_file(file.name, layer="reports", engine="pyogrio")


def test_a_sheet_speaks_the_language_of_the_page(signed_in: SignIn) -> None:
    browser = signed_in("leader")
    sheet = _sheet(export(browser, "excel", "category=噪声").data)
    heading, row = sheet.iter_rows(values_only=True)
    assert heading[:3] == ("编号", "唯一标识", "类别")
    assert row[heading.index("状态")] == "已结案"
    assert sheet.title == "案件"
    browser.get("/cases?lang=en")
    heading, row = _sheet(export(browser, "excel", "category=噪声").data).iter_rows(values_only=True)
    assert heading[:3] == ("Number", "Reference", "Category")
    assert row[heading.index("State")] == "Closed"


def test_a_geopackage_has_points_in_wgs84_and_rows_without(signed_in: SignIn) -> None:
    frame = _frame(export(signed_in("leader"), "gpkg").data)
    assert frame.crs.to_epsg() == 4326
    assert set(COLUMNS) <= set(frame.columns)
    assert frame.geometry.isna().sum() == 1
    placed = frame[frame.geometry.notna()]
    assert (placed.geometry.x == placed["lon"]).all()
    assert len(_frame(export(signed_in("leader"), "gpkg", "q=没有这样的字").data)) == 0


def test_the_log_says_who_exported_what(signed_in: SignIn, city: Engine) -> None:
    export(signed_in("community_secretary"), "csv", "category=噪声")
    with city.connect() as conn:
        line = conn.execute(
            select(audit_log.c.detail, account.c.name)
            .join(account, account.c.id == audit_log.c.account_id)
            .where(audit_log.c.action == "reports_exported")
            .order_by(audit_log.c.id.desc())
            .limit(1)
        ).one()
    assert line.name == "community_secretary"
    assert line.detail == {"format": "csv", "rows": 1, "filter": {"category": ["噪声"]}}


def test_who_may_not_export_gets_none_and_sees_no_button(signed_in: SignIn) -> None:
    browser = signed_in("grid_worker")
    assert "/cases/export" not in browser.get("/cases").text
    assert export(browser, "csv").status_code == 403
    assert export(signed_in("leader"), "pdf").json["error"]["code"] == "unknown_format"


def test_files_written_while_one_waits_are_gone_afterwards(signed_in: SignIn, web_settings: Settings) -> None:
    assert export(signed_in("leader"), "excel").status_code == 200
    assert list(exports_folder(web_settings).glob("*.xlsx")) == []


def _asked(browser: FlaskClient, format_name: str, query: str = "") -> UUID:
    answer = export(browser, format_name, query)
    assert answer.status_code == 302
    return UUID(answer.headers["Location"].rsplit("/", 1)[1])


def _run(city: Engine, settings: Settings) -> None:
    runner = Runner(city, settings)
    while runner.run_one():
        pass


@pytest.mark.parametrize("format_name", ["excel", "gpkg"])
def test_a_large_export_is_a_job_for_its_owner_alone(
    signed_in: SignIn, city: Engine, web_settings: Settings, few: None, format_name: str
) -> None:
    browser = signed_in("community_secretary")
    ref = _asked(browser, format_name)
    assert "导出任务排队中" in browser.get(f"/cases/exports/{ref}").text
    assert browser.get(f"/cases/exports/{ref}/file", headers=JSON).json["error"]["code"] == "export_gone"
    _run(city, web_settings)
    page = browser.get(f"/cases/exports/{ref}", headers={"HX-Request": "true"}).text
    assert "文件已生成" in page
    assert "<html" not in page
    answer = browser.get(f"/cases/exports/{ref}/file", buffered=True)
    assert answer.status_code == 200
    assert "外区" not in str(_cells(format_name, answer.data))
    assert "噪声" in str(_cells(format_name, answer.data))
    other = signed_in("leader")
    for path in ("", "/file"):
        assert other.get(f"/cases/exports/{ref}{path}").status_code == 404
    token = csrf_of(other.get("/cases").text)
    assert other.post(f"/cases/exports/{ref}/cancel", data={"csrf_token": token}).status_code == 404


def test_a_cancelled_export_leaves_no_file(
    signed_in: SignIn, city: Engine, web_settings: Settings, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in("leader")
    waiting = _asked(browser, "excel")
    token = csrf_of(browser.get(f"/cases/exports/{waiting}").text)
    browser.post(f"/cases/exports/{waiting}/cancel", data={"csrf_token": token})
    assert "导出已取消" in browser.get(f"/cases/exports/{waiting}").text
    before = set(exports_folder(web_settings).iterdir())
    running = _asked(browser, "excel")
    heartbeat = JobContext.heartbeat

    def cancelled_meanwhile(context: JobContext, *given: Any) -> None:
        with city.begin() as conn:
            ask_cancel(conn, running)
        heartbeat(context, *given)

    monkeypatch.setattr(JobContext, "heartbeat", cancelled_meanwhile)
    _run(city, web_settings)
    assert "导出已取消" in browser.get(f"/cases/exports/{running}").text
    assert set(exports_folder(web_settings).iterdir()) == before


def test_rights_count_when_the_file_is_written(
    signed_in: SignIn, city: Engine, web_settings: Settings, few: None, account_named: Callable[[str], str]
) -> None:
    browser = signed_in("street_officer")
    ref = _asked(browser, "excel")
    name = account_named("street_officer")
    with city.begin() as conn:
        conn.execute(update(account).where(account.c.name == name).values(disabled_at=text("now()")))
    _run(city, web_settings)
    with city.begin() as conn:
        assert conn.scalar(select(job.c.state).where(job.c.ref == ref)) == "failed"
        conn.execute(update(account).where(account.c.name == name).values(disabled_at=None))


def test_files_are_kept_for_a_day(web_settings: Settings) -> None:
    old, new = (exports_folder(web_settings) / name for name in ("old.xlsx", "new.xlsx"))
    for path in (old, new):
        path.write_bytes(b"x")
    long_ago = time.time() - 25 * 3600
    os.utime(old, (long_ago, long_ago))
    assert remove_old_files(web_settings) == 1
    assert file_of(web_settings, "old.xlsx") is None
    assert file_of(web_settings, "new.xlsx") == new
    assert file_of(web_settings, "../secret_key") is None
    assert exports_folder(web_settings).stat().st_mode & 0o077 == 0
    Path(new).unlink()
