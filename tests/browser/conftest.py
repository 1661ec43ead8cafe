"""The real application under gunicorn on the real database, driven by Debian's Chromium; nothing outside may be reached."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, expect, sync_playwright
from sqlalchemy import Engine, text

from geodata.accounts import AccountExists, add_account

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "var" / "pictures"
PASSWORD = "a long enough password"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
#: How long a page may take to be as expected. Pages answer at once; a machine that runs other things beside the tests does not.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}

CITY = text(
    """
    INSERT INTO division (code, level, name, name_en) VALUES ('1501', 'city', '呼和浩特市', 'Hohhot'), ('150105', 'district', '赛罕区', 'Saihan'),
        ('150105001', 'street', '人民路街道', NULL), ('150105001018', 'community', '仕奇社区', 'Shiqi');
    UPDATE division SET geom = ST_Multi(ST_MakeEnvelope(111.68, 40.79, 111.74, 40.83, 4326));
    INSERT INTO grid (code, name, name_en, community_code, valid, households, geom)
    SELECT '150105001018' || lpad((x * 4 + y + 1)::text, 3, '0'), '第' || (x * 4 + y + 1) || '网格', 'Grid ' || (x * 4 + y + 1), '150105001018',
        '[2020-01-01,)', 300 + x, ST_Multi(ST_MakeEnvelope(111.68 + x * 0.01, 40.79 + y * 0.01, 111.69 + x * 0.01, 40.80 + y * 0.01, 4326))
    FROM generate_series(0, 5) x, generate_series(0, 3) y;
    INSERT INTO road (code, name, class, geom)
    SELECT 'r' || i, '新华大街', CASE WHEN i % 2 = 0 THEN 'primary' ELSE 'residential' END,
        ST_Multi(ST_MakeLine(ST_Point(111.67, 40.785 + i * 0.004, 4326), ST_Point(111.75, 40.787 + i * 0.004, 4326)))
    FROM generate_series(0, 12) i;
    INSERT INTO landcover (code, kind, name, geom) VALUES
        ('w', 'water', '如意河', ST_Buffer(ST_MakeLine(ST_Point(111.67, 40.80, 4326), ST_Point(111.75, 40.82, 4326)), 0.0006)),
        ('g', 'green', '公园', ST_MakeEnvelope(111.701, 40.806, 111.708, 40.812, 4326));
    INSERT INTO compound (code, name, geom) VALUES ('c', '富邦小区', ST_Multi(ST_MakeEnvelope(111.71, 40.801, 111.716, 40.806, 4326)));
    INSERT INTO building (code, name, floors, geom)
    SELECT 'b' || x || '-' || y, x || '号楼', 6,
        ST_Multi(ST_MakeEnvelope(111.7103 + x * 0.0011, 40.8013 + y * 0.0012, 111.7110 + x * 0.0011, 40.8017 + y * 0.0012, 4326))
    FROM generate_series(0, 4) x, generate_series(0, 3) y;
    INSERT INTO report (category, source, text, raw_lon, raw_lat, geom, occurred_at, reported_at, intake_district)
    SELECT (ARRAY['路灯不亮', '井盖破损', '噪声扰民'])[1 + i % 3], (ARRAY['patrol', 'hotline'])[1 + i % 2], '样例 <b>' || i || '</b>', lon, lat,
        ST_Point(lon, lat, 4326), now() - i * interval '2 hours', now() - i * interval '2 hours', '150105'
    FROM (SELECT i, 111.711 + 0.018 * sin(i) * sin(i * 0.7), 40.81 + 0.012 * cos(i * 1.7) * sin(i * 0.3) FROM generate_series(1, 3000) i) p(i, lon, lat);
    INSERT INTO owner (report_id, grid_id, reason, index_version, intake_district)
    SELECT r.id, g.id, CASE WHEN g.id IS NULL THEN 'none' ELSE 'inside' END, 1, '150105'
    FROM report r LEFT JOIN LATERAL (SELECT id FROM grid g WHERE ST_Covers(g.geom, r.geom) ORDER BY code LIMIT 1) g ON true;
    """
)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program; without it these tests are skipped, visibly."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("chromium is not installed (apt-get install chromium fonts-noto-cjk)")
    return found


@pytest.fixture(scope="module")
def filled(engine: Engine) -> bool:
    """Whether the module's database has a city; a module without one overrides this."""
    with engine.begin() as conn:
        conn.execute(CITY)
    return True


@pytest.fixture(scope="module")
def service_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The running service's home folder."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def server(engine: Engine, database_url: str, filled: bool, service_home: Path) -> Iterator[str]:
    """The address of the running service."""
    # The sample city brings a leader of its own.
    with engine.begin() as conn, suppress(AccountExists):
        add_account(conn, "leader", PASSWORD, "leader", display_name="王主任")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "GRIDMAP_DATABASE_URL": database_url,
        "GRIDMAP_HOME": str(service_home),
        # One account does here what many do: the general limit has tests of its own.
        "GRIDMAP_REQUESTS_PER_MINUTE": "1000000",
    }
    log = (service_home / "server.log").open("wb")
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "python:web.gunicorn",
        "--bind",
        f"127.0.0.1:{port}",
        "web:create_app()",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _await(address, process, service_home / "server.log")
        yield address
    finally:
        process.terminate()
        process.wait(60)
        log.close()


def _await(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/sign-in", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the service did not start: {log.read_text(errors='replace')[-3000:]}")


@pytest.fixture(scope="session")
def playwright_driver(chromium: str) -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright_driver: Playwright, chromium: str) -> Iterator[Browser]:
    made = playwright_driver.chromium.launch(executable_path=chromium, args=FLAGS)
    yield made
    made.close()


@dataclass
class Visit:
    """A page signed in, with what went wrong on it."""

    page: Page
    address: str
    size: str
    outside: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page and wait until its map is complete."""
        self.page.goto(self.address + path)
        self.settle()

    def follow(self, link: Locator, address: str | re.Pattern[str] | Callable[[str], bool]) -> None:
        """Click what leads to another page, and wait until its map is complete: the old page is complete already."""
        link.click()
        self.page.wait_for_url(address)
        self.settle()

    def settle(self) -> None:
        """Until the map's tiles have come and no fragment is under way."""
        self.page.wait_for_load_state("load")
        self.page.wait_for_function(
            """() => {
                const map = window.gridmap && gridmap.map;
                let busy = document.querySelector(".htmx-request") !== null;
                map?.eachLayer((layer) => { if (layer instanceof L.GridLayer && layer.isLoading()) busy = true; });
                return !busy;
            }"""
        )
        self.page.wait_for_timeout(300)

    def picture(self, name: str) -> Path:
        """Store a picture of the page below var/pictures, once it is complete."""
        self.settle()
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}-{self.size}.png"
        self.page.screenshot(path=str(path))
        return path

    def click_map(self, across: float = 0.5, down: float = 0.5) -> None:
        """Click a place of the map by fractions of its box."""
        box = self.page.locator(".gm-map").bounding_box()
        assert box
        self.page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])

    def check(self) -> None:
        """Nothing outside was asked for, nothing failed, nothing was refused by the content policy."""
        assert self.outside == []
        assert self.problems == []


def watch(visit: Visit) -> None:
    """Note what goes wrong on a visit, and let nothing out."""

    def route(handler: Any) -> None:
        url = handler.request.url
        if url.startswith((visit.address, "data:", "blob:")):
            handler.continue_()
        else:
            visit.outside.append(url)
            handler.abort()

    page = visit.page
    page.route("**/*", route)
    page.on("pageerror", lambda error: visit.problems.append(f"error: {error}"))
    page.on(
        "console", lambda m: visit.problems.append(f"{m.type}: {m.text}") if m.type in ("error", "warning") else None
    )
    page.on("response", lambda r: visit.problems.append(f"{r.status} {r.url}") if r.status >= 400 else None)


def sign_in(server: str, browser: Browser, name: str, password: str = PASSWORD) -> Any:
    """The cookies of an account that signs in on the page."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{server}/sign-in")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", password)
    page.click("form[action*='sign-in'] button[type=submit]")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    cookies = context.storage_state()
    context.close()
    return cookies


@contextmanager
def visiting(server: str, browser: Browser, size: str, cookies: Any, scale: int = 1) -> Iterator[Visit]:
    """A watched page at one size with the cookies of ``sign_in``."""
    width, height = SIZES[size]
    phone = size == "phone"
    context = browser.new_context(
        viewport={"width": width, "height": height},
        is_mobile=phone,
        has_touch=phone,
        device_scale_factor=scale,
        storage_state=cookies,
    )
    context.set_default_timeout(PATIENCE_MS)
    found = Visit(context.new_page(), server, size)
    watch(found)
    yield found
    context.close()


@pytest.fixture(scope="module")
def signed_in(server: str, browser: Browser) -> Any:
    return sign_in(server, browser, "leader")


@pytest.fixture(params=["desktop", "phone"])
def visit(request: pytest.FixtureRequest, server: str, browser: Browser, signed_in: Any) -> Iterator[Visit]:
    """A signed-in page at one size."""
    scale = 2 if request.param == "phone" else 1
    with visiting(server, browser, request.param, signed_in, scale) as found:
        yield found
