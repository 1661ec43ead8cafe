"""Lists of reports as files: CSV, Excel, GeoPackage."""

from geodata.exports.columns import COLUMNS, FORMATS, Format, UnknownFormat, Wording, format_named
from geodata.exports.csv_file import csv_lines
from geodata.exports.files import exports_folder, file_of, remove_old_files
from geodata.exports.rows import exported_rows
from geodata.exports.tables import write_table

__all__ = [
    "COLUMNS",
    "FORMATS",
    "Format",
    "UnknownFormat",
    "Wording",
    "csv_lines",
    "exported_rows",
    "exports_folder",
    "file_of",
    "format_named",
    "remove_old_files",
    "write_table",
]
