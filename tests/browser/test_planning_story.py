"""The story of a plan in a real browser: started, suggested, changed on the table, compared, replayed, decided by three people, published;
midnight passes, cases follow their place or are asked about, and those who work there are told."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Connection, Engine, text

import geodata.jobs.planning  # noqa: F401  (registers its kinds)
from geodata.actions import file_report
from geodata.actions.publishing import apply_publication
from geodata.days import today
from geodata.demo import make_city
from geodata.demo.accounts import PASSWORD
from geodata.demo.sample import load_city
from geodata.jobs.runner import Runner
from geodata.plans.ground import read_ground
from geodata.plans.listing import plan_by_ref
from geodata.scope import EVERYTHING
from geodata.settings import Settings
from gridmap.report import ReportDraft
from tests.browser.conftest import Visit, sign_in, visiting

pytestmark = [pytest.mark.browser, pytest.mark.slow]

UNTIL = date(2026, 11, 20)
SECRETARY, STREET, APPROVER = "secretary", "street", "approver"


@pytest.fixture(scope="module")
def settings(service_home: Path, database_url: str) -> Settings:
    return Settings(home=service_home, database_url=database_url)


@pytest.fixture(scope="module")
def filled(engine: Engine, settings: Settings) -> bool:
    with engine.begin() as conn:
        load_city(conn, settings, make_city(seed=1, size="tiny", until=UNTIL))
    return True


@pytest.fixture(scope="module")
def runner(engine: Engine, settings: Settings, filled: bool) -> Iterator[None]:
    """Jobs run while somebody waits for them on a page."""
    made = Runner(engine, settings)
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    yield
    made.stop()
    thread.join(120)


class People:
    """Everybody's browser, signed in when first asked for."""

    def __init__(self, server: str, browser: Browser) -> None:
        self.server, self.browser = server, browser
        self.cookies: dict[str, Any] = {}

    def visit(self, name: str) -> Any:
        if name not in self.cookies:
            self.cookies[name] = sign_in(self.server, self.browser, name, PASSWORD)
        return visiting(self.server, self.browser, "desktop", self.cookies[name])


def test_from_a_start_to_the_morning_after(
    server: str, browser: Browser, engine: Engine, settings: Settings, runner: None
) -> None:
    people, day = People(server, browser), today(settings.zone) + timedelta(days=1)
    with people.visit(SECRETARY) as visit:
        ref = start(visit)
        suggest_and_change(visit, ref)
        look_back(visit, ref)
        take(visit, ref, "提交审核")
        visit.check()
    with people.visit(STREET) as visit:
        take(visit, ref, "审核通过，报区审批")
        visit.check()
    filed = file_everywhere(engine, settings, ref)
    with people.visit(APPROVER) as visit:
        take(visit, ref, "批准")
        foreseen = publish(visit, ref, day)
        visit.check()
    assert foreseen > 0
    with people.visit("worker") as visit:
        visit.go("/notices")
        expect(visit.page.locator("main")).to_contain_text(f"{day} 起")
        visit.check()
    with engine.begin() as conn:
        done = apply_publication(conn, settings, day, now=day)
    assert done.rerouted == foreseen
    followed(engine, filed, day)
    with people.visit(SECRETARY) as visit:
        visit.go("/notices")
        expect(visit.page.locator("main")).to_contain_text("在您的社区启用")
        visit.go("/data/doubts")
        expect(visit.page.locator("main")).to_contain_text("新边界已启用")
        visit.check()


def start(visit: Visit) -> UUID:
    page = visit.page
    visit.go("/plans")
    visit.follow(page.get_by_role("link", name="发起方案"), lambda url: "/plans/new" in url)
    page.fill("[name=name]", "仕奇社区重划")
    page.locator("[name=area]").nth(1).check()
    expect(page.locator("#sources")).to_contain_text("个有边界的社区")
    for name, households in (("lower", 150), ("target", 250), ("upper", 350)):
        page.fill(f"[name={name}]", str(households))
    page.get_by_role("button", name="生成基础单元").click()
    page.wait_for_url("**/making")
    # The page goes on by itself when the units are there.
    expect(page.locator("main")).to_contain_text("生成时的调整")
    return UUID(page.url.split("/")[-2])


def suggest_and_change(visit: Visit, ref: UUID) -> None:
    page = visit.page
    page.goto(f"{visit.address}/plans/{ref}")
    page.wait_for_function("() => document.documentElement.dataset.gmTable === 'open'")
    grids = "new Set(gridmap.table.draft.labels).size"
    before = page.evaluate(f"() => {grids}")
    suggest = page.locator("[data-command=suggest]")
    suggest.locator("xpath=ancestor::div[contains(@class, 'dropdown')][1]").locator("[data-bs-toggle]").click()
    suggest.click()
    page.locator("#suggest-dialog button[value=yes]").click()
    page.wait_for_function(f"(before) => {grids} > before", arg=before)
    expect(page.locator("#suggest-progress")).to_be_hidden()
    page.locator("[data-tool=click]").click()
    # A unit at a border goes to the neighbour's grid, by a click of the person.
    moved = page.evaluate(
        """() => {
            const { draft, ground } = gridmap.table;
            const leaves = (a, b) => draft.labels[a] !== draft.labels[b] && draft.members[draft.labels[a]].size > 1;
            const edge = ground.edges.a.findIndex((a, at) => leaves(a, ground.edges.b[at]));
            const [unit, other] = [ground.edges.a[edge], ground.edges.b[edge]];
            gridmap.table.choose(draft.labels[other]);
            gridmap.table.map.setView(gridmap.table.ground.middle(unit), 17, { animate: false });
            const at = gridmap.table.map.latLngToContainerPoint(ground.middle(unit));
            const box = gridmap.table.map.getContainer().getBoundingClientRect();
            return { unit, to: draft.labels[other], x: box.x + at.x, y: box.y + at.y };
        }"""
    )
    page.mouse.click(moved["x"], moved["y"])
    page.wait_for_function("(moved) => gridmap.table.draft.labels[moved.unit] === moved.to", arg=moved)
    page.locator("[data-command=save]").first.click()
    page.fill("#save-dialog [name=note]", "按户数均衡，边界沿道路")
    page.locator("#save-dialog button[value=yes]").click()
    page.wait_for_function("() => gridmap.table.base === 2")


def look_back(visit: Visit, ref: UUID) -> None:
    """What changes, and the last year on the draft."""
    visit.go(f"/plans/{ref}/compare")
    expect(visit.page.locator("main table").first).to_be_visible()
    visit.go(f"/plans/{ref}/replay")
    expect(visit.page.locator("main table").first).to_be_visible()


def take(visit: Visit, ref: UUID, word: str) -> None:
    visit.go(f"/plans/{ref}/way")
    visit.page.get_by_role("button", name=word, exact=True).click()
    expect(visit.page.locator(".alert-success")).to_contain_text(word)


def file_everywhere(engine: Engine, settings: Settings, ref: UUID) -> dict[str, list[UUID]]:
    """A new case and one in progress in every unit of the plan: some of them change hands whatever was drawn."""
    filed: dict[str, list[UUID]] = {"filed": [], "in_progress": []}
    with engine.begin() as conn:
        ground = read_ground(conn, plan_by_ref(conn, EVERYTHING, ref).id)
        for shape in ground.shapes:
            place = shape.representative_point()
            for status, refs in filed.items():
                draft = ReportDraft(category="井盖缺失", lon=place.x, lat=place.y, text="样例")
                refs.append(file_report(conn, settings, draft, scope="story").ref)
                conn.execute(
                    text("UPDATE report SET status = :status WHERE ref = :ref"), {"status": status, "ref": refs[-1]}
                )
    return filed


def publish(visit: Visit, ref: UUID, day: date) -> int:
    """Look, sign off what has to be, publish; how many cases were foreseen to be re-routed."""
    page = visit.page
    visit.follow(page.get_by_role("link", name="选择日期并发布"), lambda url: url.endswith("/publish"))
    page.fill("[name=day]", day.isoformat())
    page.get_by_role("button", name="预览影响").click()
    page.wait_for_url(lambda url: "day=" in url)
    visit.settle()
    foreseen = page.locator(".gm-figure", has_text="件未派单案件将改派").locator("b").inner_text()
    for reason in page.locator("textarea[name^=sign-]").all():
        reason.fill("已与社区商定")
    page.get_by_role("button", name=f"发布，{day} 启用").click()
    expect(page.locator(".alert-success")).to_contain_text("已发布")
    expect(page.locator("main")).to_contain_text(f"{day} 零时启用")
    return int(foreseen.replace(",", ""))


def followed(engine: Engine, filed: dict[str, list[UUID]], day: date) -> None:
    """New cases are where the grids of the day say; those in progress stayed, and a person is asked where another grid has the place."""
    with engine.connect() as conn:
        for ref in filed["filed"]:
            owner, holds = _owner(conn, ref, day)
            assert owner == holds
        asked = 0
        for ref in filed["in_progress"]:
            owner, holds = _owner(conn, ref, day)
            query = text(
                "SELECT count(*) FROM doubt d JOIN report r ON r.id = d.report_id WHERE r.ref = :ref AND d.kind = 'published'"
            )
            found = conn.scalar(query, {"ref": ref})
            assert found == (owner != holds)
            asked += found
    assert asked > 0


def _owner(conn: Connection, ref: UUID, day: date) -> tuple[str, str]:
    """Codes of the grid that owns a case and of the one whose ground its place is on the day."""
    row = conn.execute(
        text(
            "SELECT g.code, h.code AS holds FROM report r JOIN owner o ON o.report_id = r.id JOIN grid g ON g.id = o.grid_id "
            "JOIN grid h ON h.valid @> CAST(:day AS date) AND ST_Covers(h.geom, r.geom) WHERE r.ref = :ref"
        ),
        {"ref": ref, "day": day},
    ).one()
    return row.code, row.holds
