"""The documents: every link leads somewhere, every dependency has its reason, every table and layer is told."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from geodata.loaders import KINDS
from geodata.tables import metadata

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(path for pattern in ("*.md", "docs/*.md", "geodata/*/*.md") for path in ROOT.glob(pattern))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_inside_the_project_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
    inside = [target.split("#")[0] for target in targets if "://" not in target and not target.startswith("#")]
    assert [target for target in inside if not (document.parent / target).exists()] == []


def test_every_direct_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [
        *project["dependencies"],
        *project["optional-dependencies"]["test"],
        *project["optional-dependencies"]["bench"],
    ]
    packages = {re.split(r"[<>=\[]", each)[0] for each in named}
    packages |= set(json.loads((ROOT / "web/package.json").read_text(encoding="utf-8"))["dependencies"])
    told = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    assert sorted(package for package in packages if package not in told) == []


def test_lock_files_name_no_registry() -> None:
    locks = [*(ROOT / "requirements").glob("*.txt"), ROOT / "web/package-lock.json"]
    assert locks
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        assert "resolved" not in text
        assert not re.search(r"https?://(?!opencollective|github|www\.patreon|tidelift)", text), lock.name


def test_every_table_is_told() -> None:
    told = (ROOT / "docs/data-model.md").read_text(encoding="utf-8")
    assert sorted(name for name in metadata.tables if f"`{name}`" not in told) == []


@pytest.mark.parametrize("document", ["docs/cli.md", "docs/loading.md"])
def test_every_kind_of_layer_is_told(document: str) -> None:
    told = (ROOT / document).read_text(encoding="utf-8")
    assert sorted(kind for kind in KINDS if f"`{kind}`" not in told and f"### {kind}\n" not in told) == []


def test_both_planner_s_guides_have_the_same_chapters_pictures_and_keys() -> None:
    english, chinese = ((ROOT / f"docs/guide-planning{end}.md").read_text(encoding="utf-8") for end in ("", ".zh"))
    assert english.count("\n## ") == chinese.count("\n## ")
    assert english.count("\n|") == chinese.count("\n|")
    pictures = [re.findall(r"images/(plan-[a-z-]+)\.webp", guide) for guide in (english, chinese)]
    assert pictures[0] == [f"{name}-en" for name in pictures[1]]
    shown = {name for names in pictures for name in names}
    assert shown == {path.stem for path in (ROOT / "docs/images").glob("plan-*.webp")}
