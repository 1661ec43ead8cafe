"""Accessibility of the page that is shown, by axe-core, and that it fits its window."""

from functools import cache
from typing import Any

from playwright.sync_api import Page

from web.vendor import NODE_MODULES

#: WCAG 2.2 A and AA, and what axe knows of it.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@cache
def _axe() -> str:
    return (NODE_MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def assert_accessible(page: Page) -> None:
    """No rule of WCAG 2.2 AA is broken; the message names rule, element and reason."""
    # A button between two colours is neither.
    page.evaluate(
        "() => Promise.allSettled(document.getAnimations().filter((each) => each.effect.getComputedTiming().endTime !== Infinity)"
        ".map((each) => each.finished))"
    )
    # By the debugger, as a person with developer tools: the page's own policy admits no such script.
    page.evaluate(_axe())
    found: list[dict[str, Any]] = page.evaluate(
        "(rules) => axe.run(document, {runOnly: {type: 'tag', values: rules}}).then((result) => result.violations)",
        RULES,
    )
    told = [
        f"{each['id']}: {node['html'][:160]} - {node['failureSummary'][:200]}"
        for each in found
        for node in each["nodes"][:3]
    ]
    assert told == [], "\n".join(told)


def assert_fits(page: Page) -> None:
    """The page as a whole does not scroll sideways; wide tables scroll inside themselves."""
    wide = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{wide} px wider than its window"
