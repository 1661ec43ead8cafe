"""Debian's Chromium and a Chinese font for the browser tests: installed where we may, else their absence is said."""

from pathlib import Path

from scripts.setup import packages
from scripts.setup.steps import StepFailed, Steps

CHROMIUM = Path("/usr/bin/chromium")
CHINESE_FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


def ensure_browser(steps: Steps) -> bool:
    """Whether the browser tests can run."""
    missing = [name for name, file in [("chromium", CHROMIUM), ("fonts-noto-cjk", CHINESE_FONT)] if not file.exists()]
    if not missing:
        return True
    if packages.privilege() is not None:
        try:
            with steps.step(f"Installing {' and '.join(missing)}"):
                packages.install(steps, missing)
        except StepFailed as failure:
            steps.note(str(failure).splitlines()[0])
    if not CHROMIUM.exists():
        steps.note(
            "NOTICE: browser tests are SKIPPED, for there is no /usr/bin/chromium. "
            "Run as root: apt-get install chromium fonts-noto-cjk"
        )
    return CHROMIUM.exists()
