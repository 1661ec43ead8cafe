"""Pictures of the running service for the documentation, at desktop and phone size, by Debian's Chromium."""

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Browser, Error, Page, sync_playwright

from geodata.demo.accounts import PASSWORD
from scripts.planning_story import take as take_planning

IMAGES = Path(__file__).resolve().parents[1] / "docs/images"
CHROMIUM = "/usr/bin/chromium"
PAGES = (
    "/sign-in", "/", "/map", "/heat", "/heat?measure=rate", "/cases", "/report", "/coverage", "/figures", "/data/grids",
    "/data/doubts", "/data/addresses", "/data/sources", "/admin/people",
)  # fmt: skip
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
SIGN_IN_PAGE = "/sign-in"
# Tiles fade in and charts move after the last request; a picture in between looks unfinished.
SETTLE_MS = 1500


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/screenshots", description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:8000", help="the running service")
    parser.add_argument("--pages", nargs="+", default=list(PAGES), help="addresses of pages, with their filters")
    parser.add_argument("--folder", type=Path, default=IMAGES, help="where the pictures go (default docs/images)")
    parser.add_argument("--language", choices=["zh", "en"], default="zh")
    parser.add_argument(
        "--planning", action="store_true", help="the pictures of the planner's guide; starts a plan in the sample city"
    )
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    try:
        with sync_playwright() as playwright:
            sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
            if options.planning:
                take_planning(browser, options.address, options.language, options.folder)
            else:
                for size in SIZES:
                    _take_all(browser, size, options)
            browser.close()
    except Error as error:
        print(
            f"Not taken: {error.message.splitlines()[0]}. Is the service running on {options.address}?", file=sys.stderr
        )
        return 1
    return 0


def _take_all(browser: Browser, size: str, options: argparse.Namespace) -> None:
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=2 if size == "phone" else 1,
        has_touch=size == "phone",
        locale="zh-CN" if options.language == "zh" else "en-GB",
        timezone_id="Asia/Shanghai",
        ignore_https_errors=True,
    )
    page = context.new_page()
    page.goto(f"{options.address}{SIGN_IN_PAGE}?lang={options.language}")
    for address in [each for each in options.pages if urlsplit(each).path == SIGN_IN_PAGE]:
        _take(page, address, size, options)
    _sign_in(page, options.address, os.environ)
    for address in [each for each in options.pages if urlsplit(each).path != SIGN_IN_PAGE]:
        _take(page, address, size, options)
    context.close()


def _sign_in(page: Page, address: str, environment: Mapping[str, str]) -> None:
    """Signs in with the account of the environment, else as the sample city's administrator."""
    name = environment.get("GRIDMAP_SCREENSHOT_USER", "admin")
    page.goto(f"{address}{SIGN_IN_PAGE}")
    page.fill("input[type=password]", environment.get("GRIDMAP_SCREENSHOT_PASSWORD", PASSWORD))
    page.fill("input[name=name]", name)
    page.press("input[type=password]", "Enter")
    page.wait_for_url(lambda url: urlsplit(url).path != SIGN_IN_PAGE)


def _take(page: Page, address: str, size: str, options: argparse.Namespace) -> None:
    answer = page.goto(f"{options.address}{address}", wait_until="networkidle")
    page.wait_for_timeout(SETTLE_MS)
    parts = urlsplit(address)
    # A page with a filter gets a picture of its own: /heat?measure=rate is heat-rate.
    name = "-".join(
        [parts.path.strip("/").replace("/", "-") or "today", *(value for _, value in parse_qsl(parts.query))]
    )
    language = "" if options.language == "zh" else f"-{options.language}"
    file = options.folder / f"{name}-{size}{language}.png"
    page.screenshot(path=file)
    print(f"  {file.name}  ({answer.status if answer else '?'} {page.url})")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
