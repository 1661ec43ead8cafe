"""Why does this report belong to its grid, and since when? The page of a case answers, for every way in which a report gets its owner."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Connection, Engine, func, select, text, update

from geodata.account_areas import give_area
from geodata.accounts import account_by_name, add_account
from geodata.actions import file_report
from geodata.actions.acting import Actor
from geodata.actions.boundaries import follow_grids, remember_grids
from geodata.actions.deciding import transfer_owner
from geodata.actions.moving import move_pin, tag_of_place
from geodata.days import today
from geodata.doubts import tag_of
from geodata.positions.correcting import correct_batch
from geodata.positions.corrections import ask_correction, correction_by_ref
from geodata.positions.stream_reports import Stream
from geodata.reports import report_by_ref
from geodata.scope import scope_of
from geodata.settings import Settings
from geodata.tables import grid, report
from gridmap.datum import from_wgs84
from gridmap.report import ReportDraft
from tests.browser.accessibility import assert_accessible, assert_fits
from tests.browser.conftest import CITY, PASSWORD, SIZES, Visit, sign_in, visiting

pytestmark = pytest.mark.browser
COMMUNITY = "150105001018"
WEST, SOUTH, SIDE = 111.68, 40.79, 0.01
DEVICE = "随手拍 2.1"
#: What the box of the owner says for each way.
SAYS = {
    "inside": ["第1网格", "上报时判定", "在本网格内"],
    "edge_tie": ["第5网格", "网格分界线", "归东侧"],
    "gap": ["第1网格", "空白区", "就近"],
    "address": ["按地址", "3号楼"],
    "decided": ["第6网格", "移交网格", "赵书记", "第2网格"],
    "published": ["新东网格", "新网格方案启用", "第9网格"],
    "moved": ["第10网格", "位置已更正（移动 844 米：看错了路口）", "赵书记", "第6网格"],
    "datum": ["坐标系已校正（由 WGS84（GPS）改为 GCJ-02（高德、微信、腾讯））", "管理员"],
    "redrawn": ["第14网格", "更正网格边界", "第18网格"],
}


def middle(number: int, east: float = 0.0) -> tuple[float, float]:
    """The middle of a grid of the city by its number, moved to the east by a part of its width."""
    x, y = divmod(number - 1, 4)
    return WEST + (x + 0.5 + east) * SIDE, SOUTH + (y + 0.5) * SIDE


@pytest.fixture(scope="module")
def refs() -> dict[str, Any]:
    """References of the cases by the way in which they got their owner."""
    return {}


@pytest.fixture(scope="module")
def filled(engine: Engine, database_url: str, tmp_path_factory: pytest.TempPathFactory, refs: dict[str, Any]) -> bool:
    """The city with a case for every way, and the secretary of its community."""
    settings = Settings(home=tmp_path_factory.mktemp("ownership"), database_url=database_url)
    with engine.begin() as conn:
        conn.execute(CITY)
        conn.execute(
            text(
                "DELETE FROM building WHERE code NOT LIKE '%-0'; UPDATE building SET compound_id = (SELECT id FROM compound)"
            )
        )
        give_area(conn, add_account(conn, "zhao", PASSWORD, "community_secretary", display_name="赵书记"), COMMUNITY)
        add_account(conn, "chief", PASSWORD, "admin", display_name="管理员")
    places = {
        "inside": middle(1), "edge_tie": (111.69, SOUTH + 0.5 * SIDE), "gap": (WEST - 0.0001, SOUTH + 0.5 * SIDE),
        "decided": middle(2, 0.45), "published": middle(9, 0.2), "moved": middle(6), "redrawn": middle(18, -0.4),
    }  # fmt: skip
    for name, place in places.items():
        _file(engine, settings, refs, name, ReportDraft("井盖破损", lon=place[0], lat=place[1]))
    _file(engine, settings, refs, "address", ReportDraft("噪声扰民", address_text="富邦小区3号楼"))
    gcj = from_wgs84(*middle(16), "gcj02")
    _file(engine, settings, refs, "datum", ReportDraft("路灯不亮", lon=gcj[0], lat=gcj[1], device=DEVICE))
    with engine.begin() as conn:
        at = datetime.now(UTC) - timedelta(days=3)
        chosen = report.c.ref.in_(list(refs.values()))
        conn.execute(update(report).where(chosen).values(reported_at=at, occurred_at=at - timedelta(hours=1)))
    _decide(engine, settings, refs)
    _correct_datum(engine, settings)
    _redraw(engine, settings)
    return True


def _file(engine: Engine, settings: Settings, refs: dict[str, Any], name: str, draft: ReportDraft) -> None:
    with engine.begin() as conn:
        refs[name] = file_report(conn, settings, draft, scope="anonymous").ref


def _actor(conn: Connection, settings: Settings, name: str) -> Actor:
    account, day = account_by_name(conn, name), today(settings.zone)
    return Actor(scope_of(conn, account, settings.city_code, day), account.id, day)


def _decide(engine: Engine, settings: Settings, refs: dict[str, Any]) -> None:
    with engine.begin() as conn:
        by = _actor(conn, settings, "zhao")
        row = report_by_ref(conn, by.scope, refs["decided"])
        transfer_owner(conn, by, row.ref, f"{COMMUNITY}006", tag_of(row.id, row.grid_id, row.assigned_at, None))
    with engine.begin() as conn:
        row = report_by_ref(conn, by.scope, refs["moved"])
        move_pin(conn, settings, by, row.ref, tag_of_place(row), *middle(10), "看错了路口")


def _correct_datum(engine: Engine, settings: Settings) -> None:
    with engine.begin() as conn:
        by, day = _actor(conn, settings, "chief"), today(settings.zone)
        source = conn.scalar(select(report.c.source).where(report.c.device == DEVICE))
        stream = Stream(source or "", DEVICE, "wgs84", day - timedelta(days=9), day)
        correct_batch(conn, settings, correction_by_ref(conn, ask_correction(conn, stream, "gcj02", by.account_id)))


def _redraw(engine: Engine, settings: Settings) -> None:
    """A border of grid 18 is corrected, and grid 9 is cut in two from today."""
    day = today(settings.zone)
    box = "ST_Multi(ST_MakeEnvelope(:west, :south, :east, :north, 4326))"
    with engine.begin() as conn:
        remember_grids(conn)
        x, y = WEST + 4 * SIDE, SOUTH + SIDE
        for number, west, east in ((14, x - SIDE, x + 0.2 * SIDE), (18, x + 0.2 * SIDE, x + SIDE)):
            ground = {"west": west, "south": y, "east": east, "north": y + SIDE, "code": f"{COMMUNITY}{number:03d}"}
            conn.execute(text(f"UPDATE grid SET geom = {box} WHERE code = :code"), ground)
        follow_grids(conn, settings)
    with engine.begin() as conn:
        remember_grids(conn)
        x, y = WEST + 2 * SIDE, SOUTH
        conn.execute(
            update(grid).where(grid.c.code == f"{COMMUNITY}009").values(valid=func.daterange("2020-01-01", day))
        )
        for code, name, west, east in (
            ("009", "第9网格", x, x + 0.5 * SIDE),
            ("925", "新东网格", x + 0.5 * SIDE, x + SIDE),
        ):
            ground = {"west": west, "south": y, "east": east, "north": y + SIDE}
            made = {"code": COMMUNITY + code, "name": name, "community": COMMUNITY, "day": day}
            conn.execute(
                text(
                    f"INSERT INTO grid (code, name, community_code, valid, geom) VALUES (:code, :name, :community, daterange(:day, NULL), {box})"
                ),
                {**ground, **made},
            )
        follow_grids(conn, settings)


@pytest.fixture(scope="module")
def secretary(server: str, browser: Browser) -> Any:
    return sign_in(server, browser, "zhao")


@pytest.fixture(params=list(SIZES))
def visit(request: pytest.FixtureRequest, server: str, browser: Browser, secretary: Any) -> Iterator[Visit]:
    """The secretary's browser at one size."""
    with visiting(server, browser, request.param, secretary) as found:
        yield found


def test_the_page_of_a_case_says_why_and_since_when(visit: Visit, refs: dict[str, Any]) -> None:
    for name, phrases in SAYS.items():
        visit.go(f"/cases/{refs[name]}")
        box = visit.page.locator("#ownership")
        box.scroll_into_view_if_needed()
        visit.picture(f"owner-{name}")
        for phrase in phrases:
            expect(box, name).to_contain_text(phrase)
        expect(box, name).to_contain_text("自 20")
        assert_fits(visit.page)
    assert_accessible(visit.page)
    visit.check()
