"""Tables without shapes of their own: CSV, Excel, plain Parquet."""

import csv
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geodata.loaders.encodings import encoding_of
from geodata.loaders.errors import FileEmpty, FileUnreadable, LayerAmbiguous, LayerUnknown
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
        header_line = file.readline()
    if not header_line.strip("\ufeff\r\n\t ,;"):
        raise FileEmpty(path=path.name)
    separator = max(_SEPARATORS, key=header_line.count)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(
                path,
                sep=separator,
                encoding=found,
                dtype=str,
                keep_default_na=False,
                na_values=[""],
                skip_blank_lines=False,
                index_col=False,
            )
        broken: dict[int, RowError] = {}
    except pd.errors.EmptyDataError:
        raise FileEmpty(path=path.name) from None
    except (pd.errors.ParserError, pd.errors.ParserWarning):
        frame, broken = _read_ragged(path, found, separator)
    frame.columns = [str(name).lstrip("\ufeff").strip() for name in frame.columns]
    rows = np.arange(2, len(frame) + 2)
    notes = []
    if found == "gb18030":
        notes.append(Note("read_as_gb18030", "文件按 GB18030 编码读取。", "The file was read as GB18030."))
    return _without_blank_rows(Source(path.name, frame, rows, broken=broken, notes=notes))


def _read_ragged(path: Path, encoding: str, separator: str) -> tuple[pd.DataFrame, dict[int, RowError]]:
    """A CSV file with rows longer than its header: those are told, their extra cells kept in a column of their own."""
    try:
        with path.open(encoding=encoding, newline="") as file:
            header, *body = list(csv.reader(file, delimiter=separator, strict=True))
    except (csv.Error, ValueError) as error:
        raise FileUnreadable(path=path.name, reason=str(error)) from error
    width = len(header)
    broken: dict[int, RowError] = {}
    cells: list[list[str | None]] = []
    for position, row in enumerate(body):
        extra = row[width:]
        if any(extra):
            broken[position] = RowShape(found=len(row), expected=width)
        padded: list[str | None] = [cell or None for cell in row[:width]]
        cells.append([*padded, *[None] * (width - len(padded)), separator.join(extra) or None])
    return pd.DataFrame(cells, columns=[*header, _EXTRA], dtype="str"), broken


def read_excel(path: Path, layer: str | None) -> Source:
    """One sheet of a workbook (the only one, or ``layer``); the first row that is not empty is the header, numbers are sheet rows."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises whatever the zip or XML layer meets
        raise FileUnreadable(path=path.name, reason=type(error).__name__) from error
    try:
        table = book[_sheet(book.sheetnames, book, layer)]
        # Some programs write a wrong extent; the rows themselves are right.
        table.reset_dimensions()
        grid = [list(row) for row in table.iter_rows(values_only=True)]
    finally:
        book.close()
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
    frame.columns = pd.Index(names)
    return Source(path.name, frame, np.array([row + 1 for row in filled[1:]], dtype=np.int64), layer=layer or "")


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


def _without_blank_rows(source: Source) -> Source:
    blank = source.frame.isna().all(axis=1).to_numpy(dtype=bool)
    if not blank.any():
        return source
    kept = np.flatnonzero(~blank)
    place = {int(old): new for new, old in enumerate(kept)}
    source.frame = source.frame.iloc[kept].reset_index(drop=True)
    source.rows = source.rows[kept]
    source.broken = {place[position]: error for position, error in source.broken.items() if position in place}

    return source
