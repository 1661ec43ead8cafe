"""A table as a file that office programs open."""

import csv
import io
from collections.abc import Sequence

from flask import Response
from openpyxl import Workbook
from openpyxl.styles import Font

from geodata.days import today
from geodata.exports import FORMATS, UnknownFormat
from geodata.exports.columns import unformula
from web import db
from web.downloads import as_download

Cells = Sequence[Sequence[str | int | float | None]]
#: What a table of a page can be had as.
SHEET_FORMATS = ("csv", "excel")
#: Excel takes no longer names of sheets, and none of these signs in them.
_TITLE_MOST = 31
_NOT_IN_TITLES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def as_csv(rows: Cells) -> bytes:
    """UTF-8 with a byte order mark, without which Excel takes it for the machine's own encoding; the first row is the heading."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([unformula(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def as_workbook(title: str, rows: Cells) -> bytes:
    """One sheet with a heading that stays in sight."""
    book = Workbook()
    sheet = book.active
    sheet.title = title.translate(_NOT_IN_TITLES)[:_TITLE_MOST]
    for row in rows:
        sheet.append([unformula(cell) for cell in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    sheet.column_dimensions["A"].width = 28
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def check_sheet_format(kind: str) -> None:
    """Errors: ``UnknownFormat``."""
    if kind not in SHEET_FORMATS:
        raise UnknownFormat(field="format", value=kind, allowed=", ".join(SHEET_FORMATS))


def sheet_response(title: str, kind: str, rows: Cells) -> Response:
    """A table as a file ``csv`` or ``excel``, named after its title and the day. Errors: ``UnknownFormat``."""
    check_sheet_format(kind)
    content = as_csv(rows) if kind == "csv" else as_workbook(title, rows)
    response = Response(content, mimetype=FORMATS[kind].mimetype)
    file_name = f"{title}-{today(db.settings().zone)}{FORMATS[kind].suffix}"
    return as_download(response, file_name)
