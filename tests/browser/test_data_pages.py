"""Coverage and data in a real browser: figures lead on, a layer is tried and applied, or cancelled."""

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, delete, select, update

from geodata.accounts import add_account
from geodata.coverage.renewal import renew_coverage
from geodata.jobs.runner import Runner
from geodata.settings import Settings
from geodata.tables import grid, job
from tests.browser.accessibility import assert_accessible, assert_fits
from tests.browser.conftest import CITY, PASSWORD, Visit, sign_in, visiting

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def filled(engine: Engine, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> bool:
    settings = Settings(home=tmp_path_factory.mktemp("derive"), database_url=database_url)
    with engine.begin() as conn:
        conn.execute(CITY)
        conn.execute(update(grid).where(grid.c.code.like("%001")).values(households=650))
        conn.execute(update(grid).where(grid.c.code.like("%002")).values(households=120))
        renew_coverage(conn, settings)
        add_account(conn, "editor", PASSWORD, "boundary_editor", display_name="李编辑")
    return True


@pytest.fixture(scope="module")
def editor(server: str, browser: Browser) -> Any:
    return sign_in(server, browser, "editor")


@pytest.fixture(params=["desktop", "phone"])
def desk(request: pytest.FixtureRequest, server: str, browser: Browser, editor: Any, engine: Engine) -> Iterator[Visit]:
    """The editor's page at one size."""
    with visiting(server, browser, request.param, editor) as found:
        yield found
    with engine.begin() as conn:
        conn.execute(delete(job))
        conn.execute(delete(grid).where(grid.c.code == "neu"))


@pytest.fixture
def runner(engine: Engine, database_url: str, service_home: Path) -> Iterator[Runner]:
    """A runner of jobs over the service's own home folder."""
    made = Runner(engine, Settings(home=service_home, database_url=database_url))
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    yield made
    made.stop()
    thread.join(60)


def new_grid(folder: Path) -> Path:
    ring = [[111.66, 40.79], [111.67, 40.79], [111.67, 40.80], [111.66, 40.80], [111.66, 40.79]]
    feature = {"type": "Feature", "properties": {"WGBM": "neu", "name": "新网格"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}  # fmt: skip
    path = folder / "新网格.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return path


def test_coverage_is_complete_and_accessible(desk: Visit) -> None:
    desk.go("/coverage")
    expect(desk.page.locator(".gm-figure-main").first).to_be_visible()
    assert_fits(desk.page)
    assert_accessible(desk.page)
    desk.picture("coverage")
    desk.follow(desk.page.locator(".gm-figure-main", has_text="超过 500 户"), "**/coverage/grids**")
    expect(desk.page.locator("tbody .gm-row-link")).to_have_count(1)
    assert_fits(desk.page)
    assert_accessible(desk.page)
    desk.check()


def test_a_list_leads_to_the_map(desk: Visit) -> None:
    desk.go("/coverage/grids?size=below")
    desk.follow(desk.page.locator("tbody .gm-row-link").first, re.compile("/map"))
    expect(desk.page.locator(".gm-legend")).to_be_visible()
    assert_accessible(desk.page)
    desk.picture("coverage-map")
    desk.check()


@pytest.mark.parametrize("address", ["/data/grids", "/data/grids/150105001018001", "/data/upload", "/data/layers", "/data/findings", "/data/jobs"])  # fmt: skip
def test_data_pages_are_accessible(desk: Visit, address: str) -> None:
    desk.go(address)
    expect(desk.page.locator(".gm-tabs a[aria-current]")).to_have_count(1)
    assert_fits(desk.page)
    assert_accessible(desk.page)
    desk.picture(f"data-{address.strip('/').replace('/', '-')}")
    desk.check()


def test_a_layer_is_tried_and_applied(desk: Visit, engine: Engine, runner: Runner, tmp_path: Path) -> None:
    page = desk.page
    desk.go("/data/upload")
    page.set_input_files("#file", new_grid(tmp_path))
    page.get_by_role("button", name="上传文件").click()
    page.wait_for_url(re.compile("/data/upload/.+"))
    page.select_option("#column-code", "WGBM")
    assert_fits(page)
    assert_accessible(page)
    page.get_by_role("button", name="试运行（不改动数据）").click()
    page.wait_for_url("**/data/jobs/**")
    expect(page.get_by_role("button", name=re.compile("应用：写入 1 行"))).to_be_visible(timeout=20_000)
    assert_accessible(page)
    desk.picture("data-tried")
    with engine.connect() as conn:
        assert conn.scalar(select(grid.c.id).where(grid.c.code == "neu")) is None
    page.get_by_role("button", name=re.compile("应用：写入 1 行")).click()
    expect(page.locator("#job-state")).to_contain_text("已写入")
    with engine.connect() as conn:
        assert conn.scalar(select(grid.c.id).where(grid.c.code == "neu")) is not None
    desk.check()


def test_a_job_is_left_come_back_to_and_cancelled(desk: Visit, tmp_path: Path) -> None:
    page = desk.page
    desk.go("/data/upload")
    page.set_input_files("#file", new_grid(tmp_path))
    page.get_by_role("button", name="上传文件").click()
    page.wait_for_url(re.compile("/data/upload/.+"))
    page.select_option("#column-code", "WGBM")
    page.get_by_role("button", name="试运行（不改动数据）").click()
    page.wait_for_url("**/data/jobs/**")
    desk.go("/map")
    desk.go("/data/jobs")
    page.locator("tbody .gm-row-link", has_text="加载图层").first.click()
    expect(page.locator("#job-state")).to_contain_text("等待中")
    page.get_by_role("button", name="取消").click()
    expect(page.locator("#job-state")).to_contain_text("任务已停止")
    desk.check()


def test_old_figures_are_made_anew_while_one_looks(
    desk: Visit, engine: Engine, database_url: str, service_home: Path
) -> None:
    with engine.begin() as conn:
        conn.execute(update(grid).where(grid.c.code.like("%003")).values(name=f"改名 {desk.size}"))
    desk.go("/coverage")
    expect(desk.page.locator("#coverage-state")).to_contain_text("图层已更新")
    # Only now: what is done before one looks is not seen as old.
    runner = Runner(engine, Settings(home=service_home, database_url=database_url))
    while runner.run_one():
        pass
    expect(desk.page.locator("#coverage-state")).to_contain_text("数据生成于")
    desk.check()
