"""A plan from its start to its withdrawal on the running sample city, with a picture of each step for the planner's guide."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from geodata.demo.accounts import PASSWORD

COMMUNITY = "150105001018"
ZONE = ZoneInfo("Asia/Shanghai")
SIZE = {"width": 1280, "height": 800}
PATIENCE_MS = 90_000
SETTLE_MS = 1200
_QUALITY = 78
WORDS = {
    "zh": {
        "name": "仕奇社区网格优化 {year}", "note": "按小区和道路重新划分，均衡户数", "comment": "这条路早晚高峰难以穿行，两侧宜分开。",
        "reason": "已与社区核对", "signed": "已与楼栋长商定", "withdrawn": "春节前暂缓启用",
    },
    "en": {
        "name": "Shiqi community {year}", "note": "Drawn anew along compounds and roads, households evened out",
        "comment": "This road is hard to cross at rush hour: better keep its sides apart.", "reason": "Looked over with the community",
        "signed": "Agreed with the building heads", "withdrawn": "Put off until after the spring festival",
    },
}  # fmt: skip


class Story:
    """Pages of one language, and where their pictures go."""

    def __init__(self, browser: Browser, address: str, language: str, folder: Path) -> None:
        self.browser, self.address, self.language, self.folder = browser, address, language, folder
        self.words = WORDS[language]
        self.plan = ""

    @contextmanager
    def as_(self, name: str) -> Iterator[Page]:
        """The pages as an account of the sample sees them."""
        context = self.browser.new_context(
            viewport=SIZE, locale="zh-CN" if self.language == "zh" else "en-GB", timezone_id="Asia/Shanghai"
        )  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto(f"{self.address}/sign-in?lang={self.language}")
        page.fill("input[name=name]", name)
        page.fill("input[type=password]", PASSWORD)
        page.press("input[type=password]", "Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        yield page
        context.close()

    def go(self, page: Page, path: str) -> None:
        """A page of the plan, complete."""
        page.goto(f"{self.address}{self.plan}{path}", wait_until="networkidle")

    def picture(self, page: Page, name: str, part: Locator | None = None) -> None:
        """A picture for the guide: plan-NAME.webp, in English plan-NAME-en.webp."""
        page.wait_for_timeout(SETTLE_MS)
        content = page.screenshot() if part is None else part.screenshot()
        file = self.folder / f"plan-{name}{'' if self.language == 'zh' else '-en'}.webp"
        Image.open(io.BytesIO(content)).convert("RGB").save(file, quality=_QUALITY, method=6)
        print(f"  {file.name}  ({file.stat().st_size // 1024} kB)")


def take(browser: Browser, address: str, language: str, folder: Path) -> None:
    """All pictures of the story in one language. The plan stays, its publication withdrawn."""
    expect.set_options(timeout=PATIENCE_MS)
    story = Story(browser, address, language, folder)
    with story.as_("editor") as page:
        _start(story, page)
        _suggest(story, page)
        _draw(story, page)
        _save(story, page)
        _look(story, page)
    _approve(story)
    with story.as_("approver") as page:
        _publish(story, page)


def _start(story: Story, page: Page) -> None:
    page.goto(f"{story.address}/plans/new?area={COMMUNITY}", wait_until="networkidle")
    page.fill("input[name=name]", story.words["name"].format(year=_today().year + 1))
    story.picture(page, "start")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile("/plans/[0-9a-f-]+/making"))
    story.plan = "/plans/" + page.url.split("/plans/")[1].split("/")[0]
    expect(page.locator("#communities")).to_be_visible()
    story.picture(page, "units")


def _table(story: Story, page: Page) -> None:
    story.go(page, "")
    expect(page.locator("#grid-rows tr").first).to_be_visible()
    page.wait_for_timeout(SETTLE_MS)


def _suggest(story: Story, page: Page) -> None:
    _table(story, page)
    story.picture(page, "present")
    _ask(page, "suggest")
    story.picture(page, "suggest", page.locator("#suggest-dialog"))
    _answer(page)
    story.picture(page, "suggested")


def _ask(page: Page, command: str) -> None:
    page.locator(".gm-tool-strong").click()
    page.locator(f"[data-command={command}]").click()
    expect(page.locator("#suggest-dialog")).to_be_visible()


def _answer(page: Page) -> None:
    page.locator("#suggest-dialog button[value=yes]").click()
    expect(page.locator("#suggest-dialog")).to_be_hidden()
    expect(page.locator("[data-command=save]")).to_be_enabled()
    expect(page.locator("[data-unassigned]").first).to_have_text("0")
    expect(page.locator("#suggest-progress")).to_be_hidden()


def _draw(story: Story, page: Page) -> None:
    """One grid is locked, another one taken away, and what is left over finished."""
    rows = page.locator("#grid-rows tr")
    rows.nth(0).click()
    page.locator("[data-do=lock]").click()
    page.locator("[data-tool=click]").click()
    story.picture(page, "draw")
    rows.nth(2).click()
    page.locator("[data-do=remove]").click()
    expect(page.locator("[data-unassigned]").first).not_to_have_text("0")
    story.picture(page, "unassigned")
    _ask(page, "finish-rest")
    _answer(page)
    page.locator("[data-command=undo]").hover()
    story.picture(page, "finished")


def _save(story: Story, page: Page) -> None:
    page.locator("[data-command=save]").click()
    page.fill("#save-note", story.words["note"])
    story.picture(page, "save", page.locator("#save-dialog"))
    with page.expect_response(lambda answer: answer.url.endswith("/versions") and answer.status == 201):
        page.locator("#save-dialog button[value=yes]").click()


def _look(story: Story, page: Page) -> None:
    for path, name in (("/compare", "compare"), ("/replay", "replay"), ("/beside", "beside"), ("/sheets", "sheets")):
        story.go(page, path)
        story.picture(page, name)
    story.go(page, "/way")
    page.fill("#text", story.words["comment"])
    page.locator("[data-gm-place]").click()
    box = page.locator(".gm-map").bounding_box()
    assert box
    page.mouse.click(box["x"] + 0.55 * box["width"], box["y"] + 0.45 * box["height"])
    page.locator("[data-gm-comment-form] button[type=submit]").click()
    page.wait_for_load_state("networkidle")
    page.locator("button[name=step][value=propose]").click()
    page.wait_for_load_state("networkidle")


def _approve(story: Story) -> None:
    for name, step in (("street", "review"), ("approver", "approve")):
        with story.as_(name) as page:
            story.go(page, "/way")
            page.fill("#reason", story.words["reason"])
            if step == "review":
                story.picture(page, "way")
            page.locator(f"button[name=step][value={step}]").click()
            page.wait_for_load_state("networkidle")


def _publish(story: Story, page: Page) -> None:
    day = (_today() + timedelta(days=14)).date()
    story.go(page, f"/publish?day={day}")
    story.picture(page, "publish")
    for reason in page.locator("textarea[name^=sign-]").all():
        reason.fill(story.words["signed"])
    page.locator("form[action$='/publish'] button.btn-primary[type=submit]").last.click()
    expect(page.locator("#published")).to_be_visible()
    story.picture(page, "published")
    page.fill("#reason", story.words["withdrawn"])
    page.locator("form[action$='/withdraw'] button[type=submit]").click()
    page.wait_for_load_state("networkidle")


def _today() -> datetime:
    return datetime.now(ZONE)
