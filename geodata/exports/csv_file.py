"""An exported list as CSV, line by line."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from geodata.exports.columns import COLUMNS, TIMES, unformula

# Excel takes a file without it for one in the machine's own encoding.
_BOM = "\ufeff"


def csv_lines(blocks: Iterable[Sequence[Mapping[str, Any]]]) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, a header of English names, codes as they are, ISO times; a piece of the file for each block."""
    yield (_BOM + ",".join(COLUMNS) + "\r\n").encode()
    for block in blocks:
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer)
        for row in block:
            writer.writerow([_cell(name, row[name]) for name in COLUMNS])
        yield buffer.getvalue().encode()


def _cell(name: str, value: Any) -> Any:
    if name in TIMES:
        return value.isoformat(timespec="seconds")
    return "" if value is None else unformula(value)
