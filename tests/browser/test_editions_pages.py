"""Correcting a place, the past of a grid, editions and another day, at desktop and phone size."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import Engine, select, text

from geodata.accounts import add_account
from geodata.actions.boundaries import follow_grids, remember_grids
from geodata.days import today
from geodata.notices import tell
from geodata.settings import Settings
from geodata.tables import account
from tests.browser.accessibility import assert_accessible, assert_fits
from tests.browser.conftest import PASSWORD, Visit

pytestmark = pytest.mark.browser
GRID = "150105001018010"


@pytest.fixture(scope="module")
def filled(engine: Engine, filled: bool, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> bool:
    """The city, in which one grid is cut in two today, and another in three days."""
    settings = Settings(home=tmp_path_factory.mktemp("editions"), database_url=database_url)
    with engine.begin() as conn:
        for code, days in ((GRID, 0), ("150105001018011", 3)):
            remember_grids(conn)
            day = today(settings.zone) + timedelta(days=days)
            for new, west, east in ((code, 0.0, 0.5), (f"{code[:12]}9{days}0", 0.5, 1.0)):
                conn.execute(
                    text(
                        "INSERT INTO grid (code, name, community_code, valid, geom) SELECT :new, name || :end, community_code, daterange('2020-01-01', '2020-01-02'), "
                        "ST_Multi(ST_MakeEnvelope(ST_XMin(geom) + :west * 0.01, ST_YMin(geom), ST_XMin(geom) + :east * 0.01, ST_YMax(geom), 4326)) FROM grid WHERE code = :code AND upper_inf(valid) AND lower(valid) < :day"
                    ).bindparams(
                        new=f"{new}" if new != code else f"{code}-",
                        end="" if new == code else " 东",
                        west=west,
                        east=east,
                        code=code,
                        day=day,
                    )
                )
            conn.execute(
                text("UPDATE grid SET valid = daterange(lower(valid), :day) WHERE code = :code"),
                {"day": day, "code": code},
            )
            conn.execute(
                text(
                    "UPDATE grid SET code = rtrim(code, '-'), valid = daterange(:day, NULL) WHERE valid = '[2020-01-01,2020-01-02)'"
                ),
                {"day": day},
            )
            follow_grids(conn, settings)
    return True


@pytest.fixture
def admin(visit: Visit, engine: Engine) -> Visit:
    with engine.begin() as conn:
        if conn.scalar(select(account.c.id).where(account.c.name == "chief")) is None:
            made = add_account(conn, "chief", PASSWORD, "admin", display_name="管理员")
            tell(conn, [made.id], "published", {"day": "2026-11-21", "grid": GRID, "came": 3, "left": 4, "asked": 1})
    visit.page.context.clear_cookies()
    visit.go("/sign-in")
    visit.page.fill("input[name=name]", "chief")
    visit.page.fill("input[name=password]", PASSWORD)
    visit.page.press("input[name=password]", "Enter")
    visit.page.wait_for_url(f"{visit.address}/")
    return visit


def shown_well(visit: Visit, name: str) -> None:
    visit.settle()
    assert_fits(visit.page)
    assert_accessible(visit.page)
    visit.picture(name)


def test_a_place_is_corrected_by_keyboard_and_by_numbers(admin: Visit, engine: Engine) -> None:
    with engine.connect() as conn:
        ref, lon = conn.execute(
            text(
                "SELECT r.ref, ST_X(r.geom) FROM report r JOIN owner o ON o.report_id = r.id JOIN grid g ON g.id = o.grid_id WHERE g.code = '150105001018014' AND r.placed_by = 'received' ORDER BY r.id DESC LIMIT 1"
            )
        ).one()
    page = admin.page
    admin.go(f"/cases/{ref}")
    shown_well(admin, "ownership")
    admin.follow(page.get_by_role("link", name="更正位置"), "**/move")
    expect(page.locator("h1")).to_have_text("更正位置")
    expect(page.get_by_role("button", name="更正位置")).to_be_disabled()
    page.locator(".gm-pin").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#preview")).to_contain_text("移动 10 米")
    assert float(page.input_value("#lon")) > lon
    page.fill("#lon", f"{lon + 0.03:.6f}")
    page.press("#lon", "Tab")
    expect(page.locator("#preview")).to_contain_text("案件将换网格")
    shown_well(admin, "move")
    page.fill("#why", "看错了路口")
    page.get_by_role("button", name="更正位置").click()
    page.wait_for_url(f"**/cases/{ref}**")
    expect(page.locator("#ownership")).to_contain_text("位置已更正")
    admin.check()


def test_the_past_of_a_grid_and_what_is_to_come(admin: Visit) -> None:
    page = admin.page
    admin.go(f"/map/grids/{GRID}/history")
    expect(page.locator("main")).to_contain_text("50.0%")
    shown_well(admin, "grid-history")
    admin.go("/data/editions")
    expect(page.locator("main")).to_contain_text("待启用")
    shown_well(admin, "editions")
    page.locator("table a.gm-row-link").first.click()
    expect(page.get_by_role("button", name=re.compile("撤回这些网格"))).to_be_visible()
    shown_well(admin, "edition")
    admin.go("/notices")
    shown_well(admin, "notices")
    admin.check()


def test_a_map_of_another_day_says_so(admin: Visit) -> None:
    page = admin.page
    admin.go(f"/map?grid={GRID}&at=2026-03-01")
    expect(page.get_by_role("status").filter(has_text="按 2026-03-01 的网格")).to_be_visible()
    expect(page.locator("#card")).to_contain_text("版本与沿革")
    shown_well(admin, "map-of-a-day")
    admin.follow(page.get_by_role("link", name="回到今天"), lambda url: "at=" not in url)
    expect(page.locator(".gm-day-chip")).to_have_count(0)
    admin.check()
