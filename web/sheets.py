"""A table as a file that office programs open."""

import csv
import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Font

from geodata.exports.columns import unformula

Cells = Sequence[Sequence[str | int | float | None]]


def as_csv(rows: Cells) -> bytes:
    """UTF-8 with a byte order mark, without which Excel takes it for the machine's own encoding; the first row is the heading."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([unformula(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def as_workbook(title: str, rows: Cells) -> bytes:
    """One sheet with a heading that stays in sight."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append([unformula(cell) for cell in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    sheet.column_dimensions["A"].width = 28
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
