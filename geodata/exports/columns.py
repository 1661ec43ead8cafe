"""Which columns an exported list has, in which formats it comes, and the words in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gridmap.errors import GridmapError

#: Columns of every format in this order; they stay, new ones go to the end.
COLUMNS = (
    "number", "ref", "category", "status", "source", "occurred_at", "reported_at", "text", "address", "grid_code", "grid_name",
    "community_code", "community_name", "owner_reason", "distance_to_edge_m", "lon", "lat", "raw_lon", "raw_lat", "datum", "accuracy_m",
)  # fmt: skip
TIMES = ("occurred_at", "reported_at")
#: What begins a formula; spreadsheets of Chinese and Japanese offices take the wide signs too.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


class UnknownFormat(GridmapError):
    """A format that nothing is written in."""

    code = "unknown_format"
    zh = "未知的导出格式“{value}”，可用：{allowed}。"
    en = "Unknown export format “{value}”; use one of {allowed}."


@dataclass(frozen=True, slots=True)
class Format:
    """``direct`` rows at most are written while the caller waits, more of them by a job; ``most`` at all. None: any number."""

    name: str
    suffix: str
    mimetype: str
    direct: int | None
    most: int | None


FORMATS = {
    one.name: one
    for one in (
        Format("csv", ".csv", "text/csv", None, None),
        # A sheet has 1,048,576 rows.
        Format(
            "excel", ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 50_000, 1_000_000
        ),
        Format("gpkg", ".gpkg", "application/geopackage+sqlite3", 50_000, 5_000_000),
    )
}


@dataclass(frozen=True, slots=True)
class Wording:
    """What people read in a sheet: a heading for each column, words for the codes in a column. What is missing stays as it is."""

    headings: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def heading(self, column: str) -> str:
        """The heading of a column."""
        return self.headings.get(column, column)

    def value(self, column: str, code: object) -> object:
        """A code of a column in words."""
        return self.values.get(column, {}).get(str(code), code)


def format_named(name: str) -> Format:
    """The format of a name. Errors: ``UnknownFormat``."""
    if (found := FORMATS.get(name)) is None:
        raise UnknownFormat(field="format", value=name, allowed=", ".join(FORMATS))
    return found


def unformula(value: object) -> object:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front; everything else stays.

    >>> unformula("=1+1"), unformula("＝1+1"), unformula("井盖"), unformula(-1.5)
    ("'=1+1", "'＝1+1", '井盖', -1.5)
    """
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
