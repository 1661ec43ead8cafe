"""docs/loading.md names every kind, field and reason."""

import inspect
from pathlib import Path

import pytest

from geodata.loaders import errors, reasons
from geodata.loaders.core import KINDS
from gridmap.errors import GridmapError

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.mark.parametrize("kind", KINDS)
def test_fields(kind: str) -> None:
    section = (DOCS / "loading.md").read_text(encoding="utf-8").split(f"### {kind}\n")[1].split("\n### ")[0]
    missing = [
        word for field in KINDS[kind].fields for word in (field.name, *field.aliases) if f"`{word}`" not in section
    ]
    assert missing == []


@pytest.mark.parametrize("module", [errors, reasons])
def test_reasons_and_errors(module: object) -> None:
    text = (DOCS / "loading.md").read_text(encoding="utf-8")
    classes = [found for _, found in inspect.getmembers(module, inspect.isclass) if issubclass(found, GridmapError)]
    codes = {found.code for found in classes if found.__subclasses__() == [] and found is not GridmapError}
    assert [code for code in codes if f"`{code}`" not in text] == []


@pytest.mark.parametrize("module", [errors, reasons])
def test_messages_are_bilingual_with_the_same_values(module: object) -> None:
    import re

    for _, found in inspect.getmembers(module, inspect.isclass):
        if issubclass(found, GridmapError) and "zh" in vars(found):
            names = [set(re.findall(r"{(\w+)}", text)) - {"expected", "expected_zh"} for text in (found.zh, found.en)]
            assert names[0] == names[1], found
