"""An exported list as an Excel workbook or a GeoPackage, written a block at a time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from geodata.exports.columns import COLUMNS, TIMES, Wording, unformula

Blocks = Iterable[Sequence[Mapping[str, Any]]]
#: Called with the number of rows written so far.
Progress = Callable[[int], None]
_WIDTHS = {"text": 48, "address": 32, "ref": 38, "occurred_at": 17, "reported_at": 17, "category": 16, "grid_name": 20}
_CELL_MOST = 32_767  # characters, Excel's limit
_NUMBERS = ("distance_to_edge_m", "lon", "lat", "raw_lon", "raw_lat", "accuracy_m")


def write_table(
    format_name: str, path: Path, blocks: Blocks, wording: Wording, progress: Progress | None = None
) -> int:
    """Write ``excel`` or ``gpkg`` to a path; gives the number of rows."""
    write = _write_excel if format_name == "excel" else _write_geopackage
    return write(path, blocks, wording, progress or (lambda _rows: None))


def _write_excel(path: Path, blocks: Blocks, wording: Wording, progress: Progress) -> int:
    """One sheet with headings in words and local times; constant memory."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(wording.heading("sheet"))
    sheet.freeze_panes = "A2"
    for i, name in enumerate(COLUMNS):
        sheet.column_dimensions[_letter(i)].width = _WIDTHS.get(name, 14)
    headings = [WriteOnlyCell(sheet, wording.heading(name)) for name in COLUMNS]
    for heading in headings:
        heading.font = Font(bold=True)
    sheet.append(headings)
    rows = 0
    try:
        for block in blocks:
            for row in block:
                sheet.append([_sheet_cell(wording.value(name, row[name])) for name in COLUMNS])
            rows += len(block)
            progress(rows)
    finally:
        # Also when it is given up half-way: only this lets go of the sheet's own file.
        book.save(path)
    return rows


def _sheet_cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None, microsecond=0)  # a sheet knows no zones: the city's time
    if isinstance(value, str):
        return unformula(ILLEGAL_CHARACTERS_RE.sub("", value)[:_CELL_MOST])
    return value


def _letter(column: int) -> str:
    """The name of a column of a sheet, from 0; there are fewer than 27."""
    return chr(ord("A") + column)


def _write_geopackage(path: Path, blocks: Blocks, _wording: Wording, progress: Progress) -> int:
    """One layer ``reports`` of points in EPSG:4326, those without a place too; columns and codes as in CSV."""
    rows = 0
    for block in blocks:
        _frame(block).to_file(path, layer="reports", driver="GPKG", engine="pyogrio", mode="a" if rows else "w")
        rows += len(block)
        progress(rows)
    if not rows:
        _frame([]).to_file(path, layer="reports", driver="GPKG", engine="pyogrio", geometry_type="Point")
    return rows


def _frame(block: Sequence[Mapping[str, Any]]) -> gpd.GeoDataFrame:
    table = pd.DataFrame([{name: row[name] for name in COLUMNS} for row in block], columns=list(COLUMNS))
    for name in TIMES:
        table[name] = pd.to_datetime(table[name], utc=True)
    for name in _NUMBERS:
        table[name] = table[name].astype("float64")
    for name in set(COLUMNS) - set(TIMES) - set(_NUMBERS):
        # A column of nothing but None would be taken for numbers.
        table[name] = table[name].astype("string")
    points = shapely.points(table["lon"].to_numpy(), table["lat"].to_numpy())
    points[table["lon"].isna().to_numpy()] = None
    return gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4326")
