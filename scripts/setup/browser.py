"""What the browser tests need of the system: installed where we may, else its absence is said."""

from pathlib import Path

from scripts.setup import packages
from scripts.setup.steps import StepFailed, Steps

# Debian's Chromium, a Chinese font to see the pages with, and a library that Playwright's own driver loads.
NEEDED = {
    "chromium": "usr/bin/chromium",
    "fonts-noto-cjk": "usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "libatomic1": "usr/lib/*/libatomic.so.1",
}


def missing(root: Path = Path("/")) -> list[str]:
    """The packages whose files are not here."""
    return [name for name, file in NEEDED.items() if not any(root.glob(file))]


def ensure_browser(steps: Steps) -> bool:
    """Whether the browser tests can run."""
    if missing() and packages.privilege() is not None:
        try:
            with steps.step(f"Installing {', '.join(missing())}"):
                packages.install(steps, missing())
        except StepFailed as failure:
            steps.note(str(failure).splitlines()[0])
    if absent := missing():
        steps.note(
            "NOTICE: browser tests are SKIPPED or incomplete, for this is missing. "
            f"Run as root: apt-get install {' '.join(absent)}"
        )
    return not missing()
