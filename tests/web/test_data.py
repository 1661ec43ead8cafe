"""Data: grids are edited inside the own area, layers are tried and applied as jobs, bad files leave nothing behind."""

import importlib
import io
import json
import pkgutil
import re
import uuid
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from flask.testing import FlaskClient
from sqlalchemy import Engine, delete, select, text, update

from geodata import jobs
from geodata.account_areas import give_area
from geodata.accounts import add_account
from geodata.jobs import known_kinds
from geodata.jobs.runner import Runner
from geodata.settings import Settings
from geodata.tables import audit_log, grid, job
from geodata.uploads import KEPT, keep_upload, sweep_uploads
from tests.geodata.cities import COMMUNITY, SIDE, SOUTH, WEST, insert_post
from tests.web.conftest import PASSWORD, SignIn, csrf_of, sign_in
from web.data.jobs import JOB_WORDS


@pytest.fixture
def manager(signed_in: SignIn) -> FlaskClient:
    return signed_in("boundary_editor")


def post(browser: FlaskClient, address: str, page: str | None = None, **fields: Any) -> Any:
    token = csrf_of(browser.get(page or "/data/layers").text)
    return browser.post(address, data={"csrf_token": token, **fields}, content_type="multipart/form-data")


def grids_file(codes: str = "xy", kind: str = "special", *, broken: bool = False) -> bytes:
    shapes = [shapely.box(WEST + at * SIDE, SOUTH - SIDE, WEST + (at + 1) * SIDE, SOUTH) for at in range(len(codes))]
    if broken:
        shapes[0] = shapely.Polygon([(111.7, 40.7), (111.8, 40.8), (111.8, 40.7), (111.7, 40.8)])
    frame = gpd.GeoDataFrame({"WGBM": list(codes), "name": "新网格", "kind": kind}, geometry=shapes, crs="EPSG:4326")
    return frame.to_json(drop_id=True).encode()


def send(browser: FlaskClient, content: bytes, name: str = "grids.geojson", kind: str = "grids") -> Any:
    return post(browser, "/data/upload", "/data/upload", kind=kind, file=(io.BytesIO(content), name))


def run_jobs(engine: Engine, settings: Settings) -> None:
    runner = Runner(engine, settings)
    while runner.run_one():
        pass


@pytest.fixture(autouse=True)
def _empty(city: Engine) -> Any:
    yield
    with city.begin() as conn:
        conn.execute(delete(job))
        conn.execute(delete(grid).where(grid.c.code.in_(("x", "y"))))


# Grids.


def test_the_list_is_searched_and_filtered(manager: FlaskClient, city: Engine) -> None:
    with city.begin() as conn:
        insert_post(conn, "张三丰", "grid_worker", area_code="e")

    def rows(query: str) -> int:
        return manager.get(f"/data/grids?{query}").text.count('class="gm-row-link"')

    assert rows("") == 9
    assert rows("q=E") == 1
    assert rows("q=仕奇") == 9
    assert rows("q=三丰") == 1
    assert rows("kind=special") == 0
    assert rows("show=without_worker") == 8
    assert rows("area=a") == 1
    assert "没有符合条件的网格" in manager.get("/data/grids?q=%25").text


def edit(browser: FlaskClient, code: str, seen: str | None = None, **fields: str) -> Any:
    page = browser.get(f"/data/grids/{code}").text
    found = re.search(r'name="seen" value="([^"]+)"', page)
    tag = seen if seen is not None else found.group(1) if found else ""
    given = {"name": f"{code} 网格", "name_en": "", "kind": "general", **fields}
    return post(browser, f"/data/grids/{code}", seen=tag, **given)


def test_an_edit_is_written_noted_and_counted_as_a_version(manager: FlaskClient, city: Engine) -> None:
    def version() -> int:
        with city.connect() as conn:
            return conn.scalar(text("SELECT version FROM layer_version WHERE layer = 'grid'")) or 0

    before = version()
    answer = edit(manager, "a", name="阿网格", name_en="Grid A", kind="rural")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/data/grids/a")
    assert "已保存" in manager.get("/data/grids/a").text
    assert version() > before
    with city.connect() as conn:
        row = conn.execute(select(grid).where(grid.c.code == "a")).one()
        assert (row.name, row.name_en, row.kind) == ("阿网格", "Grid A", "rural")
        line = conn.execute(select(audit_log).order_by(audit_log.c.id.desc()).limit(1)).one()
        assert (line.action, line.object) == ("grid_edited", "a")
        assert line.detail["before"] == {"name": "a 网格", "name_en": None, "kind": "general"}
        assert line.detail["after"] == {"name": "阿网格", "name_en": "Grid A", "kind": "rural"}
        assert conn.scalar(select(job.c.kind)) == "coverage"
    assert edit(manager, "a", name="阿网格", name_en="Grid A", kind="rural").status_code == 302
    with city.connect() as conn:
        assert len(conn.execute(select(audit_log.c.id).where(audit_log.c.action == "grid_edited")).all()) == 1


def test_a_stale_edit_is_refused_and_shows_what_is_there(manager: FlaskClient, city: Engine) -> None:
    seen = re.search(r'name="seen" value="([^"]+)"', manager.get("/data/grids/b").text)
    assert seen
    with city.begin() as conn:
        conn.execute(update(grid).where(grid.c.code == "b").values(name="别人改的"))
    answer = edit(manager, "b", seen=seen.group(1), name="我改的")
    assert answer.status_code == 409
    assert "其他人已修改" in answer.text
    assert "别人改的" in answer.text
    assert 'value="我改的"' in answer.text
    with city.connect() as conn:
        assert conn.scalar(select(grid.c.name).where(grid.c.code == "b")) == "别人改的"


def test_bad_edits(manager: FlaskClient) -> None:
    assert edit(manager, "c", name=" ").status_code == 422
    assert edit(manager, "c", kind="mountain").status_code == 422
    assert edit(manager, "nowhere").status_code == 404


def test_edits_stay_inside_the_area(app: Any, city: Engine) -> None:
    with city.begin() as conn:
        found = add_account(conn, "district_editor", PASSWORD, "boundary_editor")
        conn.execute(text("DELETE FROM account_area WHERE account_id = :id"), {"id": found.id})
        give_area(conn, found, "150105")
        conn.execute(text("INSERT INTO division (code, level, name) VALUES ('150102', 'district', '新城区')"))
        conn.execute(text("INSERT INTO division (code, level, name) VALUES ('150102001', 'street', '某街道'), ('150102001001', 'community', '某社区')"))  # fmt: skip
        conn.execute(update(grid).where(grid.c.code == "i").values(community_code="150102001001"))
    browser = app.test_client()
    sign_in(browser, "district_editor")
    assert browser.get("/data/grids").text.count('class="gm-row-link"') == 8
    assert edit(browser, "i").status_code == 404
    assert "只有负责全市的账号" in browser.get("/data/upload").text
    assert send(browser, grids_file()).status_code == 403
    assert not list((Path(app.config["GRIDMAP"].home) / "uploads").glob("*"))
    with city.begin() as conn:
        conn.execute(update(grid).where(grid.c.code == "i").values(community_code=COMMUNITY))


# Uploads.


def to_job(browser: FlaskClient, sent: Any, **fields: str) -> str:
    assert sent.status_code == 302, sent.text
    address = sent.headers["Location"]
    assert browser.get(address).status_code == 200
    tried = post(browser, address, **fields)
    assert tried.status_code == 302, tried.text
    found: str = tried.headers["Location"]
    return found


def codes(engine: Engine) -> set[str]:
    with engine.connect() as conn:
        return set(conn.scalars(select(grid.c.code)))


def test_a_layer_is_tried_then_applied(manager: FlaskClient, city: Engine, web_settings: Settings) -> None:
    sent = send(manager, grids_file())
    columns = manager.get(sent.headers["Location"]).text
    assert "<option selected>name</option>" in columns.replace(' value=""', "")
    page = to_job(manager, sent, **{"column:code": "WGBM"})
    assert 'hx-trigger="every 1s"' in manager.get(page).text
    run_jobs(city, web_settings)
    shown = manager.get(page).text
    assert "every 1s" not in shown
    assert "未写入" in shown
    assert "x" not in codes(city)
    apply = re.search(r'action="([^"]+/apply)"', shown)
    assert apply
    applied = post(manager, apply.group(1))
    assert applied.status_code == 302
    assert post(manager, apply.group(1)).headers["Location"] == applied.headers["Location"], "one job, asked for twice"
    run_jobs(city, web_settings)
    assert {"x", "y"} <= codes(city)
    shown = manager.get(applied.headers["Location"]).text
    assert "已写入" in shown
    assert "/apply" not in shown
    with city.connect() as conn:
        kinds = conn.execute(select(job.c.kind).where(job.c.kind.in_(("load", "coverage")))).scalars().all()
        assert sorted(kinds) == ["coverage", "load", "load"]
        line = conn.execute(select(audit_log).where(audit_log.c.action == "layer_loaded")).one()
        assert (line.object, line.detail["new"], line.account_id is not None) == ("grids", 2, True)


def test_an_edition_that_only_leaves_divisions_out_can_be_applied(manager: FlaskClient, city: Engine) -> None:
    found = {
        "kind": "divisions", "new": 0, "changed": 0, "unchanged": 9, "rejected": 0, "rows": 9, "committed": False,
        "rejects_kept": False, "reasons": [], "repairs": 0, "notes": [],
    }  # fmt: skip
    for options, words in (({"edition": "2026-11-01"}, "按 2026-11-01 版本应用"), ({}, "没有需要写入的内容")):
        asked = {"upload": str(uuid.uuid4()), "name": "f", "kind": "divisions", "options": options, "commit": False}
        with city.begin() as conn:
            ref = jobs.enqueue(conn, "load", asked)
            done = update(job).where(job.c.ref == ref)
            conn.execute(done.values(state="done", result=found, finished_at=text("now()")))
        assert words in manager.get(f"/data/jobs/{ref}").text


def test_rejected_rows_are_told_and_can_be_fetched(manager: FlaskClient, city: Engine, web_settings: Settings) -> None:
    page = to_job(manager, send(manager, grids_file(broken=True)), **{"column:code": "WGBM"})
    run_jobs(city, web_settings)
    shown = manager.get(page).text
    assert "geometry_invalid" in shown
    fetched = manager.get(f"{page}/rejects.csv", buffered=True)
    assert fetched.status_code == 200
    assert "no-store" in fetched.headers["Cache-Control"]
    assert fetched.get_data(as_text=True).splitlines()[0].lstrip("\ufeff").startswith("row,reason,message,WGBM")
    with city.connect() as conn:
        assert conn.scalar(select(audit_log.c.id).where(audit_log.c.action == "rejects_downloaded")) is not None
    page = to_job(manager, send(manager, grids_file(broken=True)), **{"column:code": "WGBM", "repair": "1"})
    run_jobs(city, web_settings)
    assert "已修复 1 个图形" in manager.get(page).text


def test_a_wrong_column_ends_the_job_with_its_message(
    manager: FlaskClient, city: Engine, web_settings: Settings
) -> None:
    page = to_job(manager, send(manager, grids_file()))
    run_jobs(city, web_settings)
    shown = manager.get(page).text
    assert "缺少字段“code”" in shown
    assert "没有写入任何数据" in shown


def test_a_waiting_job_is_cancelled_and_a_running_one_stops(
    manager: FlaskClient, city: Engine, web_settings: Settings
) -> None:
    page = to_job(manager, send(manager, grids_file()), **{"column:code": "WGBM"})
    assert post(manager, f"{page}/cancel").status_code == 302
    assert "任务已停止" in manager.get(page).text
    page = to_job(manager, send(manager, grids_file()), **{"column:code": "WGBM"})
    with city.begin() as conn:
        conn.execute(update(job).where(job.c.state == "waiting").values(cancel_asked=True))
    run_jobs(city, web_settings)
    assert "任务已停止" in manager.get(page).text
    assert "x" not in codes(city)


def test_a_load_whose_runner_died_is_done_by_the_next(
    manager: FlaskClient, city: Engine, web_settings: Settings
) -> None:
    page = to_job(manager, send(manager, grids_file()), **{"column:code": "WGBM"})
    with city.begin() as conn:
        dead = {"state": "running", "runner": "dead", "attempts": 1, "leased_until": text("now() - interval '1 s'")}
        conn.execute(update(job).values(**dead))
    run_jobs(city, web_settings)
    assert "/apply" in manager.get(page).text


def test_csv_excel_and_zipped_shapefile_are_looked_into(manager: FlaskClient, tmp_path: Path) -> None:
    table = '网格编码,名称,geom\nx,新网格,"POLYGON ((111 40, 111.1 40, 111.1 40.1, 111 40))"\n'.encode("gb18030")
    page = manager.get(send(manager, table, "网格.csv").headers["Location"]).text
    assert "<option selected>网格编码</option>" in page
    frame = gpd.GeoDataFrame({"code": ["x"]}, geometry=[shapely.box(111, 40, 111.1, 40.1)], crs="EPSG:4326")
    frame.drop(columns="geometry").to_excel(tmp_path / "a.xlsx", index=False)
    assert "<option selected>code</option>" in manager.get(send(manager, (tmp_path / "a.xlsx").read_bytes(), "a.xlsx").headers["Location"]).text  # fmt: skip
    frame.to_file(tmp_path / "g.shp")
    with zipfile.ZipFile(tmp_path / "g.zip", "w") as archive:
        for part in tmp_path.glob("g.*"):
            if part.suffix != ".zip":
                archive.write(part, part.name)
    assert "<option selected>code</option>" in manager.get(send(manager, (tmp_path / "g.zip").read_bytes(), "g.zip").headers["Location"]).text  # fmt: skip
    two = tmp_path / "two.gpkg"
    frame.to_file(two, layer="first")
    frame.to_file(two, layer="second", mode="a")
    address = send(manager, two.read_bytes(), "two.gpkg").headers["Location"]
    assert "<option>second</option>" in manager.get(address).text
    assert "<option selected>code</option>" in manager.get(f"{address}?layer=second").text


def test_bad_files_are_told_and_leave_nothing(manager: FlaskClient, web_settings: Settings) -> None:
    folder = web_settings.home / "uploads"
    before = set(folder.glob("*"))
    for content, name, said in (
        (b"", "a.geojson", "没有数据行"),
        (b"x", "a.exe", "不支持文件"),
        (b"x", "../../etc/passwd", "不支持文件"),
        (b"x", "..", "找不到文件"),
    ):
        answer = send(manager, content, name)
        assert (answer.status_code, said in answer.text) == (422, True), name
    assert post(manager, "/data/upload", kind="grids").status_code == 422
    assert send(manager, b"x", "a.csv", kind="nothing").status_code == 422
    assert set(folder.glob("*")) == before


def test_damaged_files_and_bombs_are_told_at_the_look(manager: FlaskClient) -> None:
    for content, name, said in (
        (b"not json", "a.geojson", "无法读取文件"),
        (b"PK\x03\x04 broken", "a.zip", "无法读取文件"),
        (b"not a book", "a.xlsx", "无法读取文件"),
        (_bomb("grids.csv"), "a.zip", "解压后过大"),
        (_bomb("xl/worksheets/sheet1.xml"), "a.xlsx", "解压后过大"),
    ):
        answer = manager.get(send(manager, content, name).headers["Location"])
        assert (answer.status_code, said in answer.text) == (422, True), name


def _bomb(member: str) -> bytes:
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(member, "w", force_zip64=True) as file,
    ):
        for _ in range(150):
            file.write(bytes(1 << 20))
    return packed.getvalue()


def test_entities_that_multiply_are_no_workbook(manager: FlaskClient) -> None:
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (at, b"&l%d;" % (at - 1) * 10) for at in range(1, 12))
    xml = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">' + laughs + b"]><workbook>&l11;</workbook>"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for member in ("[Content_Types].xml", "xl/workbook.xml", "_rels/.rels"):
            archive.writestr(member, xml)
    answer = manager.get(send(manager, packed.getvalue(), "a.xlsx").headers["Location"])
    assert answer.status_code == 422


def test_a_file_beyond_the_limit_is_refused(manager: FlaskClient, app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = app.config["GRIDMAP"]
    padded = grids_file() + b" " * (200 << 10)
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 1000)
    assert send(manager, padded).status_code == 302, "more than other forms may have"
    object.__setattr__(settings, "max_upload_mb", 0)
    try:
        answer = send(manager, padded)
        assert answer.status_code == 413
        assert "最多 0 MB" in answer.text
    finally:
        object.__setattr__(settings, "max_upload_mb", 200)


def test_nobody_unknown_sends_a_large_body(client: FlaskClient, signed_in: SignIn) -> None:
    answer = client.post(
        "/data/upload", data={"file": (io.BytesIO(b"x"), "a.csv")}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 401
    answer = signed_in("boundary_editor").post("/data/upload", data={"file": (io.BytesIO(b"x"), "a.csv")})
    assert answer.status_code == 400, "without the token against forgery"
    assert signed_in("leader").post("/data/upload").status_code == 403


def test_an_upload_belongs_to_who_sent_it(manager: FlaskClient, signed_in: SignIn) -> None:
    address = send(manager, grids_file()).headers["Location"]
    assert signed_in("admin").get(address).status_code == 404
    for ref in ("x", "..", "a" * 22, "%2e%2e%2fx"):
        assert manager.get(f"/data/upload/{ref}").status_code == 404


def test_files_go_after_a_week(tmp_path: Path) -> None:
    import os
    import time

    settings = Settings(home=tmp_path)
    assert sweep_uploads(settings) == 0
    old, new = (keep_upload(settings, io.BytesIO(b"a"), "a.csv", "grids", 1) for _ in range(2))
    past = time.time() - KEPT.total_seconds() - 60
    os.utime(old.path(settings).parent, (past, past))
    assert sweep_uploads(settings) == 1
    assert new.path(settings).exists()
    assert not old.path(settings).exists()
    assert json.loads((new.path(settings).parent / "upload.json").read_text())["name"] == "a.csv"


# Jobs, layers, findings.


def test_every_kind_of_job_has_a_name() -> None:
    for module in pkgutil.iter_modules(jobs.__path__):
        importlib.import_module(f"{jobs.__name__}.{module.name}")
    assert {name for name in known_kinds() if not name.startswith("test")} <= JOB_WORDS.keys()


def test_one_sees_own_jobs_and_managers_all(signed_in: SignIn, manager: FlaskClient, city: Engine) -> None:
    page = to_job(manager, send(manager, grids_file()), **{"column:code": "WGBM"})
    assert "grids.geojson" in signed_in("admin").get("/data/jobs").text
    other = signed_in("leader")
    assert "grids.geojson" not in other.get("/data/jobs").text
    assert other.get(page).status_code == 404
    assert other.get(f"{page}/state").status_code == 404
    assert post(other, f"{page}/cancel", "/map").status_code == 404
    assert manager.get(f"/data/jobs/{uuid.uuid4()}").status_code == 404


def test_layers_and_findings(manager: FlaskClient) -> None:
    layers = manager.get("/data/layers").text
    row = layers[layers.index("网格</b>") :].split("</tr>")[0]
    assert '<td class="gm-number">9</td>' in row
    findings = manager.get("/data/findings?kind=gap").text
    assert "/cases?lacking=coordinates" in findings
    assert manager.get("/data/findings?kind=nothing").status_code == 422
    assert manager.get("/data").headers["Location"] == "/data/grids"
