"""The planning table in a real browser: every tool, its figures held against the subject's own, locks, saving, merging, keyboard, phone."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

import geodata.jobs.planning  # noqa: F401  (registers its kinds)
from geodata.accounts import add_account
from geodata.jobs.runner import Runner
from geodata.plans.figures import graph_of
from geodata.plans.ground import read_ground
from geodata.plans.listing import plan_by_ref
from geodata.plans.versions import version_of
from geodata.scope import EVERYTHING
from geodata.settings import Settings
from gridmap.planning.scores import score_plan
from tests.browser.accessibility import assert_accessible, assert_fits
from tests.browser.conftest import PASSWORD, Visit, sign_in, visiting
from tests.browser.planning_city import insert_street, unit_at

pytestmark = pytest.mark.browser

A, B, C, D, E, F, G, H = range(1, 9)  # grids of the drawing by their number; the park is 0
PARK = unit_at(0, 4)
LOOSE = [unit_at(5, 3), unit_at(5, 4)]

#: The plan's name, once the module's database has it.
PLAN: dict[str, UUID] = {}

#: Where a unit's middle lies on the screen.
PLACE = """(unit) => {
    const { map, ground } = gridmap.table;
    const at = map.latLngToContainerPoint(ground.middle(unit));
    const box = map.getContainer().getBoundingClientRect();
    return [box.x + at.x, box.y + at.y];
}"""
LABELS = "() => Array.from(gridmap.table.draft.labels)"


@pytest.fixture(scope="module")
def filled(engine: Engine) -> bool:
    with engine.begin() as conn:
        add_account(conn, "editor", PASSWORD, "boundary_editor", display_name="李工")
        add_account(conn, "second", PASSWORD, "boundary_editor", display_name="赵工")
        PLAN["ref"] = insert_street(conn, "editor")
    return True


@pytest.fixture(scope="module")
def editor(server: str, browser: Browser) -> Any:
    return sign_in(server, browser, "editor")


@pytest.fixture(scope="module")
def second(server: str, browser: Browser) -> Any:
    return sign_in(server, browser, "second")


class Planner:
    """Somebody at the table."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.page: Page = visit.page

    def open(self) -> "Planner":
        self.page.goto(f"{self.visit.address}/plans/{PLAN['ref']}")
        self.page.wait_for_function("() => document.documentElement.dataset.gmTable === 'open'")
        return self

    @property
    def labels(self) -> list[int]:
        found: list[int] = self.page.evaluate(LABELS)
        return found

    def place(self, unit: int) -> tuple[float, float]:
        x, y = self.page.evaluate(PLACE, unit)
        return x, y

    def click(self, unit: int, **more: Any) -> None:
        x, y = self.place(unit)
        modifiers = more.pop("modifiers", None)
        for key in modifiers or ():
            self.page.keyboard.down(key)
        self.page.mouse.click(x, y, **more)
        for key in modifiers or ():
            self.page.keyboard.up(key)

    def use(self, tool: str) -> None:
        self.page.locator(f"[data-tool={tool}]").click()

    def choose(self, grid: int) -> None:
        self.page.evaluate("(grid) => gridmap.table.choose(grid)", grid)

    def command(self, name: str) -> None:
        """A button of the page; one in a menu opens the menu first."""
        button = self.page.locator(f"[data-command={name}]").first
        if not button.is_visible():
            button.locator("xpath=ancestor::div[contains(@class, 'dropdown')][1]").locator("[data-bs-toggle]").click()
        button.click()

    def answer(self, dialog: str, value: str) -> None:
        self.page.locator(f"#{dialog} button[value='{value}']").click()
        expect(self.page.locator(f"#{dialog}")).to_be_hidden()

    def says(self, words: str) -> None:
        expect(self.page.locator(".gm-map-note")).to_contain_text(words)

    def total(self, name: str) -> str:
        return (self.page.locator(f"[data-total={name}]").text_content() or "").strip()


@pytest.fixture
def planner(server: str, browser: Browser, editor: Any) -> Iterator[Planner]:
    with visiting(server, browser, "desktop", editor) as visit:
        yield Planner(visit).open()
        visit.check()


def assert_figures(engine: Engine, planner: Planner) -> None:
    """Every figure of the page is what the subject computes from the same labels."""
    page: dict[str, Any] = planner.page.evaluate(
        "() => ({ of: Object.fromEntries(gridmap.table.figures.of), total: gridmap.table.figures.total, hours: Array.from(gridmap.table.ground.hours) })"
    )
    with engine.connect() as conn:
        row = plan_by_ref(conn, EVERYTHING, PLAN["ref"])
        ground = read_ground(conn, row.id)
    labels = np.array(planner.labels)
    scores = score_plan(graph_of(ground), labels)
    for grid, shown in page["of"].items():
        at = int(grid)
        if at >= len(scores.units) or not scores.units[at]:
            assert shown["units"] == 0
            continue
        assert (shown["units"], shown["households"], shown["pieces"]) == (
            scores.units[at],
            scores.weight[at],
            scores.pieces[at],
        )
        # The page is told areas to 0.1 m2 and borders to 1 cm.
        assert shown["outline_m"] == pytest.approx(scores.outline_m[at], abs=2)
        assert shown["compactness"] == pytest.approx(scores.polsby_popper[at], abs=0.002)
        assert shown["deviation"] == pytest.approx(scores.weight[at] / row.target - 1)
        assert shown["hours"] == pytest.approx(np.array(page["hours"])[labels == at].sum())
    assert page["total"]["unassigned"] == scores.unlabelled
    assert page["total"]["unassignedHouseholds"] == scores.unlabelled_weight
    assert page["total"]["contiguous"] == (
        scores.unlabelled == 0 and bool((scores.pieces[scores.units > 0] == 1).all())
    )


def test_a_click_assigns_a_unit_and_every_figure_follows(engine: Engine, planner: Planner) -> None:
    assert_figures(engine, planner)
    planner.choose(A)
    planner.click(unit_at(3, 0))
    assert planner.labels[unit_at(3, 0)] == A
    assert_figures(engine, planner)
    # Far from the rest of its grid: in two pieces, and said so.
    planner.choose(B)
    planner.click(unit_at(1, 4))
    expect(planner.page.locator("#chosen-grid [data-fact=contiguous]")).to_have_text("分成 2 片")
    assert_figures(engine, planner)
    planner.command("undo")
    planner.command("undo")
    assert planner.labels[unit_at(3, 0)] == B
    planner.command("redo")
    assert planner.labels[unit_at(3, 0)] == A
    assert_figures(engine, planner)


def test_shift_takes_the_whole_compound_and_alt_only_chooses(planner: Planner) -> None:
    planner.choose(A)
    compound = [unit_at(column, row) for column in (2, 3) for row in (0, 1)]
    planner.click(compound[1], modifiers=["Shift"])
    assert {planner.labels[unit] for unit in compound} == {A}
    before = planner.labels
    planner.click(unit_at(8, 0), modifiers=["Alt"])
    expect(planner.page.locator("#chosen-grid [data-fact=name]")).to_have_text("第5网格")
    assert planner.labels == before


def test_a_grid_never_crosses_a_community_and_the_park_stays(planner: Planner) -> None:
    before = planner.labels
    planner.choose(B)
    planner.click(unit_at(6, 1))
    planner.says("网格不跨社区")
    planner.click(PARK)
    planner.says("保持不变")
    assert planner.labels == before


def test_a_rectangle_takes_units_whose_middle_lies_inside(engine: Engine, planner: Planner) -> None:
    planner.choose(D)
    planner.use("rectangle")
    (left, top), (right, bottom) = planner.place(unit_at(1, 3)), planner.place(unit_at(5, 4))
    for x, y in ((left - 10, top - 10), (right + 10, bottom + 10)):
        planner.page.mouse.move(x, y)
        planner.page.mouse.click(x, y)
    expect(planner.page.locator("[data-unassigned]")).to_have_text("0")
    assert {planner.labels[unit_at(column, row)] for column in range(1, 6) for row in (3, 4)} == {D}
    assert planner.labels[unit_at(0, 3)] == C
    assert_figures(engine, planner)
    planner.page.keyboard.press("Control+z")
    assert planner.labels[unit_at(1, 3)] == C


def test_a_brush_stroke_is_one_action_and_stays_in_its_compound_if_wished(engine: Engine, planner: Planner) -> None:
    page = planner.page
    planner.choose(A)
    planner.use("brush")
    page.locator("#only-compound").check()

    def stroke() -> None:
        page.mouse.move(*planner.place(unit_at(3, 0)))
        page.mouse.down()
        for column in (4, 5):
            page.mouse.move(*planner.place(unit_at(column, 0)), steps=4)
        page.mouse.up()

    stroke()
    # Columns 2 and 3 are one compound.
    assert [planner.labels[unit_at(column, 0)] for column in range(6)] == [A, A, A, A, B, B]
    page.locator("#only-compound").uncheck()
    stroke()
    assert [planner.labels[unit_at(column, 0)] for column in range(6)] == [A] * 6
    assert_figures(engine, planner)
    planner.command("undo")
    assert [planner.labels[unit_at(column, 0)] for column in range(6)] == [A, A, A, A, B, B]
    box = page.locator(".gm-map").bounding_box()
    assert box
    assert page.evaluate("() => gridmap.map.dragging.enabled()") is False
    planner.use("click")
    assert page.evaluate("() => gridmap.map.dragging.enabled()") is True


def test_what_is_locked_changes_neither_by_a_tool_nor_by_undo_or_redo(planner: Planner) -> None:
    planner.choose(A)
    planner.click(unit_at(3, 0))
    planner.choose(B)
    planner.page.locator("[data-do=lock]").click()
    before = planner.labels
    planner.choose(A)
    planner.click(unit_at(4, 0))
    planner.says("网格已锁定")
    planner.command("undo")
    planner.says("未撤销：第2网格已锁定")
    assert planner.labels == before
    planner.page.locator(f"[data-lock='{B}']").click()
    planner.command("undo")
    assert planner.labels[unit_at(3, 0)] == B
    planner.command("lock-all")
    planner.command("redo")
    assert planner.labels[unit_at(3, 0)] == B
    planner.choose(B)
    expect(planner.page.locator("[data-do=remove]")).to_be_disabled()
    planner.command("unlock-all")
    planner.command("redo")
    assert planner.labels == before


def test_grids_begin_end_and_change_their_name_and_kind(engine: Engine, planner: Planner) -> None:
    page = planner.page
    planner.command("new")
    planner.click(LOOSE[0])
    planner.click(LOOSE[1])
    new = planner.labels[LOOSE[0]]
    assert new == planner.labels[LOOSE[1]] == 9
    page.locator("[data-do=rename]").click()
    page.locator("#grid-name").fill("东园网格")
    page.locator("#grid-kind").select_option("special")
    planner.answer("rename-dialog", "yes")
    expect(page.locator("#chosen-grid [data-fact=name]")).to_have_text("东园网格")
    expect(page.locator("#chosen-grid [data-fact=households]")).to_contain_text("不设上下限")
    assert_figures(engine, planner)
    page.locator("[data-do=remove]").click()
    assert planner.labels[LOOSE[0]] == -1
    assert page.locator("tr[data-grid='9']").count() == 0
    planner.command("undo")
    expect(page.locator("tr[data-grid='9']")).to_contain_text("东园网格")
    assert planner.labels[LOOSE[0]] == new


def test_a_line_splits_a_grid_and_join_puts_it_together(engine: Engine, planner: Planner) -> None:
    page = planner.page
    planner.use("split")
    (x, top), (_, bottom) = planner.place(unit_at(0, 0)), planner.place(unit_at(0, 2))
    middle = (x + planner.place(unit_at(1, 0))[0]) / 2
    page.mouse.move(middle, top - 5)
    page.mouse.click(middle, top - 5)
    page.mouse.move(middle, bottom + 5)
    page.mouse.click(middle, bottom + 5)
    planner.command("finish")
    made = 9
    column, rest = [unit_at(0, row) for row in range(3)], [unit_at(2, row) for row in range(3)]
    assert {planner.labels[unit] for unit in column} == {made}
    assert {planner.labels[unit] for unit in rest} == {A}
    assert_figures(engine, planner)
    planner.use("join")
    planner.choose(A)
    planner.click(unit_at(8, 0))
    planner.says("不在同一社区")
    planner.click(unit_at(5, 0))
    assert set(planner.labels) >= {A, made}
    assert B not in planner.labels
    planner.click(column[0])
    assert {planner.labels[unit] for unit in column + rest} == {A}
    assert_figures(engine, planner)
    for _ in range(3):
        planner.command("undo")
    assert planner.labels[column[0]] == A
    assert planner.labels[unit_at(5, 0)] == B


def test_units_in_no_grid_are_found_one_after_another(planner: Planner) -> None:
    assert planner.total("contiguous") == "有单元未划入"
    found = []
    for _ in range(3):
        planner.command("unassigned")
        found.append(planner.page.evaluate("() => gridmap.table.state.cursor"))
    assert found == [*LOOSE, LOOSE[0]]
    expect(planner.page.locator("#unit-card [data-fact=grid]")).to_have_text("未划入网格")


def test_the_table_of_grids_sorts_and_leads_to_the_map(planner: Planner) -> None:
    page = planner.page
    page.locator("[data-gm-sort=households]").click()
    households = [
        int(text.strip())
        for text in page.locator("#grid-rows td:nth-child(2)").all_inner_texts()
        for text in [text.split()[-1]]
    ]
    assert households == sorted(households, reverse=True)
    zoom = page.evaluate("() => gridmap.map.getZoom()")
    page.locator(f"tr[data-grid='{F}'] .gm-grid-name").click()
    page.wait_for_function("(zoom) => gridmap.map.getZoom() > zoom", arg=zoom)
    expect(page.locator("#chosen-grid [data-fact=name]")).to_have_text("第6网格")


def test_neighbours_have_different_colours(planner: Planner) -> None:
    same = planner.page.evaluate(
        """() => { const { draft, colours } = gridmap.table;
        return draft.known.flatMap((grid) => [...draft.neighboursOf(grid)].filter((other) => colours.of(other) === colours.of(grid))); }"""
    )
    assert same == []


def test_everything_by_keyboard(engine: Engine, planner: Planner) -> None:
    page = planner.page
    page.locator(".gm-map").focus()
    page.keyboard.press("u")
    assert page.evaluate("() => gridmap.table.state.cursor") == LOOSE[0]
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#unit-spoken")).to_contain_text("第4网格")
    page.keyboard.press("g")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert planner.labels[LOOSE[0]] == D
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert planner.labels[LOOSE[1]] == D
    page.keyboard.press("Delete")
    assert planner.labels[LOOSE[1]] == -1
    page.keyboard.press("Control+z")
    assert planner.labels[LOOSE[1]] == D
    page.keyboard.press("Control+y")
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    assert planner.labels[LOOSE[1]] == D
    page.keyboard.press("l")
    page.keyboard.press("2")
    page.keyboard.press("e")
    page.keyboard.press("Enter")
    assert planner.labels[LOOSE[1]] == D
    page.keyboard.press("l")
    page.keyboard.press("e")
    # A line from the upper left to the lower left of the first grid's middle column, and its end.
    page.evaluate("(unit) => gridmap.table.point(unit)", unit_at(1, 0))
    page.keyboard.press("5")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("f")
    assert planner.labels[unit_at(0, 0)] != planner.labels[unit_at(2, 0)]
    page.keyboard.press("?")
    expect(page.locator("#help-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help-dialog")).to_be_hidden()
    assert_figures(engine, planner)


def test_suggested_finished_and_balanced_grids_are_one_action_each(
    engine: Engine, planner: Planner, database_url: str, service_home: Any
) -> None:
    runner = Runner(engine, Settings(home=service_home, database_url=database_url))
    page = planner.page
    locked = [unit for unit, label in enumerate(planner.labels) if label == A]

    def suggested(command: str) -> None:
        planner.command(command)
        planner.page.locator("#suggest-dialog button[value=yes]").click()
        expect(page.locator("#suggest-progress")).to_be_visible()
        page.wait_for_function("() => gridmap.table.suggesting.job")
        while runner.run_one():
            pass
        expect(page.locator("#suggest-progress")).to_be_hidden()

    before = planner.labels
    planner.choose(A)
    page.locator("[data-do=lock]").click()
    suggested("finish-rest")
    planner.says("已划分")
    assert planner.total("unassigned").startswith("0")
    assert [label for label, old in zip(planner.labels, before, strict=True) if old >= 0] == [
        old for old in before if old >= 0
    ]
    suggested("rebalance")
    assert {planner.labels[unit] for unit in locked} == {A}
    assert planner.labels.count(A) == len(locked)
    suggested("suggest")
    assert {planner.labels[unit] for unit in locked} == {A}
    assert_figures(engine, planner)
    planner.command("undo")
    planner.command("undo")
    planner.command("undo")
    assert planner.labels == before


def test_a_suggestion_can_be_cancelled(planner: Planner) -> None:
    before = planner.labels
    planner.command("suggest")
    planner.answer("suggest-dialog", "yes")
    planner.page.wait_for_function("() => gridmap.table.suggesting.job")
    planner.command("cancel-suggest")
    expect(planner.page.locator("#suggest-progress")).to_be_hidden()
    assert planner.labels == before


def test_a_file_comes_onto_the_table_as_one_action(planner: Planner) -> None:
    page = planner.page
    rows = page.request.get(f"{planner.visit.address}/plans/{PLAN['ref']}/versions/1/file.csv").text().splitlines()
    # The first unit, which is in 第1网格, goes to 第2网格.
    assert rows[1].endswith("第1网格")
    rows[1] = rows[1].replace("第1网格", "第2网格")
    content = "\n".join(rows).encode()
    page.locator("#import-file").set_input_files({"name": "plan.csv", "mimeType": "text/csv", "buffer": content})
    page.wait_for_function("(grid) => gridmap.table.draft.labels[0] === grid", arg=B)
    assert planner.labels.count(B) == 10
    planner.command("undo")
    assert planner.labels[0] == A


def test_unsaved_work_survives_a_reload(planner: Planner) -> None:
    page = planner.page
    planner.choose(D)
    planner.click(LOOSE[0])
    page.on("dialog", lambda dialog: dialog.accept())
    page.wait_for_function("() => Object.keys(localStorage).some((key) => key.startsWith('gridmap-plan'))")
    planner.open()
    expect(page.locator("#kept-dialog")).to_be_visible()
    assert_accessible(page)
    planner.answer("kept-dialog", "restore")
    assert planner.labels[LOOSE[0]] == D
    expect(page.locator("#save-state")).to_have_text("未保存")
    planner.open()
    planner.answer("kept-dialog", "discard")
    assert planner.labels[LOOSE[0]] == -1


def test_somebody_who_may_not_draw_looks_only(server: str, browser: Browser, signed_in: Any) -> None:
    with visiting(server, browser, "desktop", signed_in) as visit:
        planner = Planner(visit).open()
        expect(visit.page.locator(".gm-table-note")).to_contain_text("仅供查看")
        assert visit.page.locator("[data-tool=click], [data-command=save]").count() == 0
        planner.click(unit_at(3, 0))
        expect(visit.page.locator("#chosen-grid [data-fact=name]")).to_have_text("第2网格")
        assert_accessible(visit.page)
        visit.check()


def test_a_comment_is_a_pin_on_the_map(planner: Planner) -> None:
    page = planner.page
    planner.use("comment")
    planner.click(unit_at(8, 1))
    page.locator("#comment-text").fill("此处应沿河划界")
    planner.answer("comment-dialog", "yes")
    expect(page.locator(".gm-comment-pin")).to_have_count(1)
    planner.open()
    page.locator(".gm-comment-pin").click()
    expect(page.locator(".leaflet-popup")).to_contain_text("此处应沿河划界")
    expect(page.locator(".leaflet-popup")).to_contain_text("李工")


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_table_fits_and_is_accessible(server: str, browser: Browser, editor: Any, size: str) -> None:
    with visiting(server, browser, size, editor) as visit:
        planner = Planner(visit).open()
        page = visit.page
        assert_fits(page)
        assert_accessible(page)
        visit.picture("planning-table")
        if size == "phone":
            box = page.locator(".gm-map").bounding_box()
            assert box
            assert box["width"] == 390
            assert box["height"] > 844 / 2
            small = page.evaluate(
                """() => [...document.querySelectorAll('.gm-table-tools button, .gm-tool-options button')].filter((each) => each.offsetParent)
                .filter((each) => each.getBoundingClientRect().height < 44 || each.getBoundingClientRect().width < 44).map((each) => each.outerHTML)"""
            )
            assert small == []
            page.locator(".gm-tools-end [data-gm-open=right]").tap()
        page.locator(f"tr[data-grid='{D}'] .gm-grid-name").click()
        expect(page.locator("#chosen-grid [data-fact=name]")).to_have_text("第4网格")
        if size == "phone":
            page.locator("[data-gm-fold=right]").tap()
            page.wait_for_function("() => gridmap.map.getSize().y === gridmap.map.getContainer().clientHeight")
            page.evaluate(
                "(unit) => gridmap.map.setView(gridmap.table.ground.middle(unit), 15, { animate: false })", LOOSE[0]
            )
            page.touchscreen.tap(*planner.place(LOOSE[0]))
            page.wait_for_function("(unit) => gridmap.table.draft.labels[unit] === 4", arg=LOOSE[0])
            visit.picture("planning-table-tap")
        planner.command("help")
        assert_accessible(page)
        page.locator("#help-dialog button").click()
        visit.check()


# The plan has versions from here on: what is above begins with the present grids.


def test_saved_as_the_next_version_with_its_note(engine: Engine, planner: Planner) -> None:
    page = planner.page
    planner.choose(D)
    for unit in LOOSE:
        planner.click(unit)
    planner.command("save")
    page.locator("#save-note").fill("补齐两个单元")
    planner.answer("save-dialog", "yes")
    expect(page.locator("#save-state")).to_have_text("第 2 版，已保存")
    with engine.connect() as conn:
        saved = version_of(conn, plan_by_ref(conn, EVERYTHING, PLAN["ref"]).id, 2)
    assert (saved.note, saved.made_by, saved.author, saved.base) == ("补齐两个单元", "drawn", "李工", 1)
    assert saved.labels.tolist() == planner.labels
    assert page.evaluate("() => Object.keys(localStorage).filter((key) => key.startsWith('gridmap-plan'))") == []
    planner.open()
    expect(page.locator("#save-state")).to_have_text("第 2 版，已保存")
    planner.command("versions")
    page.locator("#versions-dialog input[value='1']").check()
    planner.answer("versions-dialog", "yes")
    page.wait_for_function("(unit) => gridmap.table.draft.labels[unit] === -1", arg=LOOSE[0])
    planner.command("undo")
    assert planner.labels[LOOSE[0]] == D


def test_a_late_save_is_merged_and_conflicts_are_decided(
    engine: Engine, server: str, browser: Browser, editor: Any, second: Any
) -> None:
    both, mine, theirs = unit_at(9, 0), unit_at(3, 0), unit_at(6, 3)
    with visiting(server, browser, "desktop", editor) as first, visiting(server, browser, "desktop", second) as other:
        one, two = Planner(first).open(), Planner(other).open()
        two.choose(E)
        two.click(both)
        two.click(theirs)
        two.command("save")
        two.answer("save-dialog", "yes")
        expect(other.page.locator("#save-state")).to_contain_text("已保存")
        version = other.page.evaluate("() => gridmap.table.base")
        one.choose(H)
        one.click(both)
        one.choose(A)
        one.click(mine)
        one.command("save")
        one.answer("save-dialog", "yes")
        expect(first.page.locator("#stale-dialog [data-who]")).to_contain_text(f"赵工已保存第 {version} 版")
        assert_accessible(first.page)
        one.answer("stale-dialog", "merge")
        expect(first.page.locator("#conflicts [data-count]")).to_contain_text("1 个单元双方都改过")
        assert (one.labels[both], one.labels[mine], one.labels[theirs]) == (E, A, E)
        first.page.locator("#conflicts li button", has_text="我的").click()
        assert one.labels[both] == H
        assert_figures(engine, one)
        one.command("save")
        one.answer("save-dialog", "yes")
        expect(first.page.locator("#save-state")).to_have_text(f"第 {version + 1} 版，已保存")
        with engine.connect() as conn:
            saved = version_of(conn, plan_by_ref(conn, EVERYTHING, PLAN["ref"]).id, version + 1)
        assert (saved.made_by, saved.base) == ("merged", version)
        # The second is late now, and leaves theirs.
        two.choose(F)
        two.click(unit_at(8, 0))
        two.command("save")
        two.answer("save-dialog", "yes")
        two.answer("stale-dialog", "leave")
        expect(other.page.locator("#save-state")).to_have_text(f"第 {version + 1} 版，已保存")
        assert two.labels == saved.labels.tolist()
        for visit in (first, other):
            assert visit.outside == []
            # A refused save is an answer of 409, which the browser notes.
            assert [each for each in visit.problems if "409" not in each] == []
