"""What a load did or would do: counts, rejected rows with reasons, repairs, and what the reader should know."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from gridmap.errors import GridmapError, Language


@dataclass(frozen=True, slots=True)
class Note:
    """A remark in both languages; ``loud`` ones are warnings."""

    code: str
    zh: str
    en: str
    loud: bool = False

    def text(self, language: Language) -> str:
        """The remark in one language."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken: its number as the file's editor counts it, its code when it has one, and the reason."""

    row: int
    reason: GridmapError
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Repair:
    """A polygon that was made valid, with its area before (as far as it has one) and after, in square metres."""

    row: int
    code: str | None
    problem: str
    area_before_m2: float
    area_after_m2: float


@dataclass(slots=True)
class LoadSummary:
    """The result of one load. ``new + changed + unchanged + rejected`` is the number of rows in the file.

    ``rejected_rows`` has all cells of the rejected rows with row number, reason and message; None when every row was taken.
    """

    kind: str
    source: str = ""
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejects: list[Reject] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    committed: bool = False
    rejected_rows: pd.DataFrame | None = field(default=None, repr=False)
    rejects_file: Path | None = None

    @property
    def rejected(self) -> int:
        """Number of rows that were not taken."""
        return len(self.rejects)

    @property
    def rows(self) -> int:
        """Number of rows that were read."""
        return self.new + self.changed + self.unchanged + self.rejected

    def lines(self, language: Language, *, most: int = 10) -> Iterator[str]:
        """The summary as lines of text, with the first ``most`` rejects and repairs."""
        word = _WORDS[language]
        yield f"{word['title']}{self.kind}{word['from'] if self.source else ''}{self.source}"
        for name in ("new", "changed", "unchanged", "rejected"):
            yield f"  {word[name]:<10}{getattr(self, name):>12,}"
        for reject in self.rejects[:most]:
            code = f" [{reject.code}]" if reject.code else ""
            yield f"  {word['row'].format(reject.row)}{code} {reject.reason.code}: {reject.reason.text(language)}"
        if self.rejected > most:
            yield f"  {word['more'].format(self.rejected - most)}"
        if self.rejects_file is not None:
            yield f"  {word['file'].format(self.rejects_file)}"
        yield from self._repair_lines(language, most)
        for note in self.notes:
            yield f"{'!! ' if note.loud else '  '}{note.text(language)}"
        yield word["committed"] if self.committed else word["dry"]

    def _repair_lines(self, language: Language, most: int) -> Iterator[str]:
        word = _WORDS[language]
        if self.repairs:
            yield f"  {word['repairs'].format(len(self.repairs))}"
        for repair in self.repairs[:most]:
            code = f" [{repair.code}]" if repair.code else ""
            change = repair.area_after_m2 - repair.area_before_m2
            yield f"    {word['row'].format(repair.row)}{code} {repair.problem}: {change:+,.2f} m2"


_WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "title": "加载 ", "from": "：", "new": "新增", "changed": "变更", "unchanged": "未变", "rejected": "拒绝", "row": "第 {} 行",
        "more": "……另有 {} 行被拒绝", "file": "被拒绝的行已写入 {}", "repairs": "已修复 {} 个图形（面积变化）：",
        "committed": "已写入数据库。", "dry": "试运行：数据库未作任何改动；加 --commit 才会写入。",
    },
    "en": {
        "title": "Load ", "from": " from ", "new": "new", "changed": "changed", "unchanged": "unchanged", "rejected": "rejected",
        "row": "row {}", "more": "... and {} more rejected", "file": "rejected rows are in {}", "repairs": "{} shapes repaired (change of area):",
        "committed": "Written to the database.", "dry": "Dry run: the database is as it was; --commit writes.",
    },
}  # fmt: skip
