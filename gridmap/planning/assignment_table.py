"""The two-column table of a plan, unit and grid, as planners carry it from one program to another."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gridmap.errors import GridmapError
from gridmap.planning.labels import UNLABELLED

#: Headings of the two columns.
HEADING: Final = ("unit_id", "grid")
_HEADINGS: Final = (
    ("unit_id", "unit", "单元", "单元编号", "基础单元"),
    ("grid", "grid_code", "网格", "网格编码", "网格编号"),
)
_ROUNDED: Final = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
_NAMED_AT_MOST: Final = 5
#: Characters of a cell; what is longer is no number of a unit and no code.
_CELL_MOST: Final = 1_000
#: After so many flaws a file is another file altogether, and is read no further.
_FLAWS_MOST: Final = 100


class UnreadableAssignment(GridmapError):
    """A file that is no table of text."""

    code = "unreadable_assignment"
    zh = "无法读取这个文件：应为两列（unit_id、grid）的CSV，编码为UTF-8或GB18030。"
    en = "This file cannot be read: a CSV of two columns (unit_id, grid) in UTF-8 or GB18030 is expected."


class NotTwoColumns(GridmapError):
    """A row with fewer or more than a unit and a grid."""

    code = "not_two_columns"
    zh = "应为两列（单元、网格），这一行有 {count} 列。"
    en = "Two columns are expected, unit and grid; this row has {count}."


class UnknownUnit(GridmapError):
    """A unit that the area does not have."""

    code = "unknown_unit"
    zh = "这个范围没有单元“{unit}”。"
    en = "This area has no unit {unit}."


class RepeatedUnit(GridmapError):
    """A unit that stands in two rows."""

    code = "repeated_unit"
    zh = "单元“{unit}”重复，第一次在第 {first} 行。"
    en = "Unit {unit} is repeated; it stood in line {first} first."


class RoundedCode(GridmapError):
    """A long number that a spreadsheet has rounded."""

    code = "rounded_code"
    zh = "“{value}”是表格软件改写的长数字，原编码已丢失。请把该列设为文本后重新填写。"
    en = "{value} is a long number that a spreadsheet has rounded; the code is lost. Format the column as text and enter it again."


class MissingUnits(GridmapError):
    """Units without a row."""

    code = "missing_units"
    zh = "缺少 {count} 个单元：{some}。未划分的单元也要列出，网格留空。"
    en = "{count} units are missing: {some}. Units without a grid need a row too, with the grid left empty."


@dataclass(frozen=True, slots=True)
class AssignmentTable:
    """What a file says: the grid of each unit in the order of the units ("" for none), and its flaws (the first hundred), with ``row`` the
    line (from 1).

    With flaws the grids of the good rows are there, to show them; nothing should be saved.
    """

    grids: list[str]
    flaws: tuple[GridmapError, ...]

    @property
    def unassigned(self) -> int:
        """Units whose grid is left empty."""
        return self.grids.count("")

    def labels(self) -> tuple[NDArray[np.int64], list[str]]:
        """Labels from 0 (-1 none) and the grid of each label, in ascending order."""
        names = sorted(set(self.grids) - {""})
        label_of = {name: label for label, name in enumerate(names)} | {"": UNLABELLED}
        return np.array([label_of[grid] for grid in self.grids], dtype=np.int64), names


def assignment_rows(unit_ids: Sequence[str], grids: Sequence[str | None]) -> list[list[str]]:
    """The table of a plan, heading first; None and "" for a unit in no grid."""
    return [list(HEADING), *([unit, grid or ""] for unit, grid in zip(unit_ids, grids, strict=True))]


def read_assignment(data: bytes | str, unit_ids: Sequence[str]) -> AssignmentTable:
    """Read such a table for the units of an area: CSV with commas, semicolons or tabs, with or without a heading, UTF-8 or GB18030.

    Errors: ``UnreadableAssignment``; what is wrong with single rows is in ``flaws``.
    """
    place_of = {unit: place for place, unit in enumerate(unit_ids)}
    grids = [""] * len(place_of)
    seen: dict[str, int] = {}
    flaws: list[GridmapError] = []
    for line, cells in _rows(_text(data)):
        flaw = _flaw(line, cells, place_of, seen)
        if flaw is not None:
            if not (line == 1 and _is_heading(cells)):
                flaws.append(flaw)
            if len(flaws) == _FLAWS_MOST:
                return AssignmentTable(grids, tuple(flaws))
            continue
        seen[cells[0]] = line
        grids[place_of[cells[0]]] = cells[1]
    missing = [unit for unit in unit_ids if unit not in seen]
    if missing:
        some = "、".join(missing[:_NAMED_AT_MOST]) + ("…" if len(missing) > _NAMED_AT_MOST else "")
        flaws.append(MissingUnits(count=len(missing), some=some, field=HEADING[0]))
    return AssignmentTable(grids, tuple(flaws))


def _text(data: bytes | str) -> str:
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableAssignment()


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, with their line; the apostrophe that keeps a spreadsheet from computing is taken off."""
    begin = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=begin.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for row in reader:
            cells = [cell.strip().removeprefix("'") for cell in row]
            if max(map(len, cells), default=0) > _CELL_MOST:
                raise UnreadableAssignment(row=line)
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableAssignment(row=line) from error


def _is_heading(cells: list[str]) -> bool:
    return len(cells) >= 2 and all(cell.lower() in words for cell, words in zip(cells, _HEADINGS, strict=False))


def _flaw(line: int, cells: list[str], place_of: dict[str, int], seen: dict[str, int]) -> GridmapError | None:
    unit, *rest = cells
    if len(rest) != 1:
        return NotTwoColumns(count=len(cells), row=line)
    for value, column in zip(cells, HEADING, strict=True):
        if value not in place_of and _ROUNDED.fullmatch(value):
            return RoundedCode(value=value, row=line, field=column)
    if unit not in place_of:
        return UnknownUnit(unit=unit, row=line, field=HEADING[0])
    if unit in seen:
        return RepeatedUnit(unit=unit, first=seen[unit], row=line, field=HEADING[0])
    return None
