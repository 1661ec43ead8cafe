"""Tables without shapes of their own: CSV, Excel, plain Parquet."""

import csv
import sys
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.loaders.encodings import encoding_of
from geodata.loaders.errors import BadInput, FileEmpty, FileUnreadable, LayerAmbiguous, LayerUnknown
from geodata.loaders.reasons import RowError, RowShape
from geodata.loaders.source import Source
from geodata.loaders.summary import Note

_SEPARATORS = (",", "\t", ";", "|")
_EXTRA = "(extra)"
_SHEET_KINDS = 20  # a workbook with more sheets than this is listed up to here


def read_csv(path: Path, encoding: str | None) -> Source:
    """A CSV file as text, empty cells missing. The header is row 1; rows are numbered as a spreadsheet numbers them."""
    found = encoding_of(path, encoding)
    with path.open(encoding=found, newline="") as file:
        header_line = next((line for line in file if line.strip("\ufeff\r\n\t ,;")), None)
    if header_line is None:
        raise FileEmpty(path=path.name)
    separator = max(_SEPARATORS, key=header_line.count)
    frame, rows, broken = _read_even(path, found, separator) or _read_ragged(path, found, separator)
    frame.columns = pd.Index(_distinct([str(name).lstrip("\ufeff").strip() for name in frame.columns]))
    notes = []
    if found == "gb18030":
        notes.append(Note("read_as_gb18030", "文件按 GB18030 编码读取。", "The file was read as GB18030."))
    return Source(path.name, frame, rows, broken=broken, notes=notes)


_Table = tuple[pd.DataFrame, NDArray[np.int64], dict[int, RowError]]


def _read_even(path: Path, encoding: str, separator: str) -> _Table | None:
    """A file whose rows all fit the header, the fast way; None for any other, and for one with blank lines between its rows."""
    with path.open(encoding=encoding) as file:
        if any(line in ("\n", "\r\n") for line in file):
            return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(
                path,
                sep=separator,
                encoding=encoding,
                dtype=str,
                keep_default_na=False,
                na_values=[""],
                skip_blank_lines=False,
                index_col=False,
            )
    except (pd.errors.ParserError, pd.errors.ParserWarning):
        return None
    return frame, np.arange(2, len(frame) + 2), {}


def _read_ragged(path: Path, encoding: str, separator: str) -> _Table:
    """A CSV file with blank lines, or rows longer than its header: those are told, their extra cells kept in a column of their own."""
    csv.field_size_limit(sys.maxsize)  # a district's outline as WKT is longer than Python's default
    try:
        with path.open(encoding=encoding, newline="") as file:
            lines = [
                (number, row) for number, row in enumerate(csv.reader(file, delimiter=separator, strict=True), 1) if row
            ]
    except (csv.Error, ValueError) as error:
        raise FileUnreadable(path=path.name, reason=str(error)) from error
    header = _distinct([name.strip() for name in lines[0][1]])
    width = len(header)
    broken: dict[int, RowError] = {}
    cells: list[list[str | None]] = []
    rows: list[int] = []
    for number, row in lines[1:]:
        extra = row[width:]
        if any(extra):
            broken[len(cells)] = RowShape(found=len(row), expected=width)
        padded: list[str | None] = [cell or None for cell in row[:width]]
        cells.append([*padded, *[None] * (width - len(padded)), separator.join(extra) or None])
        rows.append(number)
    frame = pd.DataFrame(cells, columns=[*header, _EXTRA], dtype="str")
    return (frame if broken else frame.drop(columns=_EXTRA)), np.array(rows, dtype=np.int64), broken


def read_excel(path: Path, layer: str | None) -> Source:
    """One sheet of a workbook (the only one, or ``layer``); the first row that is not empty is the header, numbers are sheet rows."""
    grid = _sheet_cells(path, layer)
    filled = [number for number, row in enumerate(grid) if any(_filled(cell) for cell in row)]
    if not filled:
        raise FileEmpty(path=path.name)
    width = max(len(row) for row in grid)
    grid = [row + [None] * (width - len(row)) for row in grid]
    header = [str(cell).strip() if _filled(cell) else "" for cell in grid[filled[0]]]
    kept = [
        column for column, name in enumerate(header) if name or any(_filled(grid[row][column]) for row in filled[1:])
    ]
    names = [header[column] or f"(column {column + 1})" for column in kept]
    cells = {
        place: pd.Series([_cell(grid[row][column]) for row in filled[1:]], dtype=object)
        for place, column in enumerate(kept)
    }
    frame = pd.DataFrame(cells)
    frame.columns = pd.Index(_distinct(names))
    notes = [] if (number := _uncomputed(path, grid, layer)) == 0 else [_formulas_note(number)]
    rows = np.array([row + 1 for row in filled[1:]], dtype=np.int64)
    return Source(path.name, frame, rows, layer=layer or "", notes=notes)


def _sheet_cells(path: Path, layer: str | None, *, formulas: bool = False) -> list[list[Any]]:
    """The cells of the chosen sheet, row by row: values, or for ``formulas`` what they are computed by."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl's remarks on parts of a workbook that hold no cells
            book = openpyxl.load_workbook(path, read_only=True, data_only=not formulas)
            try:
                table = book[_sheet([each.title for each in book.worksheets], book, layer)]
                # Some programs write a wrong extent; the rows themselves are right.
                table.reset_dimensions()
                return [list(row) for row in table.iter_rows(values_only=True)]
            finally:
                book.close()
    except BadInput:
        raise
    except Exception as error:  # openpyxl raises whatever the zip or XML layer meets, sheets as late as their rows
        raise FileUnreadable(path=path.name, reason=type(error).__name__) from error


def _uncomputed(path: Path, grid: list[list[Any]], layer: str | None) -> int:
    """How many cells are formulas whose result the file does not hold: a program wrote it and no spreadsheet computed it."""
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
        if not any(b"<f>" in (text := archive.read(name)) or b"<f " in text for name in sheets):
            return 0
    written = _sheet_cells(path, layer, formulas=True)
    return sum(
        isinstance(formula, str) and formula.startswith("=") and not _filled(value)
        for values, formulas in zip(grid, written, strict=False)
        for value, formula in zip(values, formulas, strict=False)
    )


def _formulas_note(number: int) -> Note:
    return Note(
        "formulas_uncomputed",
        f"警告：{number:,} 个单元格是没有计算结果的公式，按空值读取。请在电子表格软件中打开并保存后再加载。",
        f"WARNING: {number:,} cells are formulas without a result and were read as empty. Open the file in a spreadsheet program, "
        "save it, and load it again.",
        loud=True,
    )


def _sheet(names: list[str], book: Any, layer: str | None) -> str:
    if layer is not None:
        if layer not in names:
            raise LayerUnknown(layer=layer, existing=", ".join(names[:_SHEET_KINDS]))
        return layer
    filled = [
        name
        for name in names
        if any(_filled(cell) for row in book[name].iter_rows(max_row=20, values_only=True) for cell in row)
    ]
    if len(filled) > 1:
        raise LayerAmbiguous(existing=", ".join(filled[:_SHEET_KINDS]))
    return filled[0] if filled else names[0]


def _distinct(names: list[str]) -> list[str]:
    """Names of columns with repeated ones numbered, as ``name.1``."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        times = seen.get(name, 0)
        seen[name] = times + 1
        found.append(f"{name}.{times}" if times else name)
    return found


def _filled(cell: Any) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def _cell(cell: Any) -> Any:
    return cell if _filled(cell) else None


def read_plain_parquet(path: Path) -> Source:
    """A Parquet file without geometry metadata; rows are numbered from 1."""
    try:
        frame = pd.read_parquet(path)
    except Exception as error:  # pyarrow's errors are many, none of them worth telling apart here
        raise FileUnreadable(path=path.name, reason=str(error).splitlines()[0]) from error
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index()
    frame = frame.reset_index(drop=True)
    frame.columns = [str(name) for name in frame.columns]
    return Source(path.name, frame, np.arange(1, len(frame) + 1))
