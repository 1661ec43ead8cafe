"""How many reports a selection holds per area, and per weekday, beside the households that live there."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, case, func, select

from geodata.days import valid_on
from geodata.divisions import names_of
from geodata.report_filter import area_condition
from geodata.scope import Scope
from geodata.selections import Selection
from geodata.tables import grid
from geodata.versions import while_unchanged
from gridmap.codes import level_of

#: Lengths of division codes; below the last one come grids.
_LENGTHS = (4, 6, 9, 12)
_DISTRICT = 6


@dataclass(frozen=True, slots=True)
class AreaVolume:
    """An area with its reports; ``kind`` is a division's level or grid, ``households`` those of its grids in force, None when nobody counted them."""

    kind: str
    code: str
    name: str
    name_en: str | None
    reports: int
    households: int | None


def area_volumes(
    conn: Connection, scope: Scope, selection: Selection, parent: str | None, at: date
) -> list[AreaVolume]:
    """The areas directly below ``parent`` (None: what the scope holds), most reports first, then by code.

    Each has the number of reports that ``ReportFilter(area=code)`` chooses of the selection: those of its grids, whenever in force,
    and for a district those without a grid that it took in. Empty below a grid.
    """
    top = _Top.of(scope, parent)
    grids = _grids(conn, scope, parent, at)
    codes = {row.id: top.row_of(row.code, row.community_code or "") for row in grids}
    reports: dict[str, int] = defaultdict(int)
    households: dict[str, int] = defaultdict(int)
    for key, count in selection.by_grid().items():
        if code := codes.get(key):
            reports[code] += count
    for row in grids:
        if row.in_force and (code := codes[row.id]) and row.households is not None:
            households[code] += row.households
    for code, count in _taken_in(selection).items():
        if (found := top.row_of_intake(code)) is not None:
            reports[found] += count
    named = _names(conn, grids, {*reports, *(code for row in grids if row.in_force and (code := codes[row.id]))}, at)
    rows = [
        AreaVolume(kind, code, name, name_en, reports.get(code, 0), households.get(code))
        for code, (kind, name, name_en) in named.items()
    ]
    return sorted(rows, key=lambda row: (-row.reports, row.code))


def by_weekday(selection: Selection) -> list[int]:
    """Reports per day of the week, Monday first."""
    # 1970-01-01 was a Thursday.
    counts: list[int] = np.bincount((selection.column("day").astype(np.int64) + 3) % 7, minlength=7).tolist()
    return counts


@dataclass(frozen=True, slots=True)
class _Top:
    """Above what the rows hang: areas that are rows themselves, or one whose children are."""

    areas: tuple[str, ...]
    themselves: bool

    @classmethod
    def of(cls, scope: Scope, parent: str | None) -> "_Top":
        if parent is not None:
            return cls((parent,), themselves=False)
        if scope.areas is None:
            return cls(("",), themselves=False)
        return cls(scope.areas, themselves=len(scope.areas) > 1 or not all(map(_is_division, scope.areas)))

    def row_of(self, code: str, community: str) -> str | None:
        """The row that a grid belongs to."""
        for area in self.areas:
            if code == area:
                return area if self.themselves else None
            if community.startswith(area):
                return area if self.themselves else _child(area, code, community)
        return None

    def row_of_intake(self, district: str) -> str | None:
        """The row that counts reports without a grid of an intake district; rows below districts never do."""
        for area in self.areas:
            if self.themselves and len(area) <= _DISTRICT and district.startswith(area):
                return area
            if not self.themselves and len(area) < _DISTRICT == len(district) and district.startswith(area):
                return district
        return None


def _is_division(code: str) -> bool:
    return code.isdigit() and len(code) in _LENGTHS


def _child(area: str, code: str, community: str) -> str:
    """The area directly below a division that holds a grid; the city's are also those of everything."""
    length = next((n for n in _LENGTHS[1:] if n > len(area)), None)
    return code if length is None else community[:length]


def _taken_in(selection: Selection) -> dict[str, int]:
    """Reports without a grid per intake district."""
    unowned = selection.column("grid_id") < 0
    codes, counts = np.unique(selection.column("intake")[unowned], return_counts=True)
    return {str(code): int(count) for code, count in zip(codes, counts, strict=True) if code}


def _grids(conn: Connection, scope: Scope, parent: str | None, at: date) -> list[Row[Any]]:
    """Grids of all editions, the latest of a code last."""
    query = (
        select(
            grid.c.id, grid.c.code, grid.c.name, grid.c.name_en, grid.c.community_code, grid.c.households,
            case((valid_on(grid, at), True), else_=False).label("in_force"),
        )
        .where(scope.grid_condition())
        .order_by(func.lower(grid.c.valid), grid.c.id)
    )  # fmt: skip
    if parent is not None:
        query = query.where(area_condition(parent))
    key = ("volumes", scope.places_key, parent, at)
    return while_unchanged(conn, ("grid",), key, lambda: list(conn.execute(query)))


def _names(
    conn: Connection, grids: list[Row[Any]], codes: set[str], at: date
) -> dict[str, tuple[str, str, str | None]]:
    """Kind, name and English name of a day per code; what has no row stands for itself."""
    found: dict[str, tuple[str, str, str | None]] = {code: ("grid", code, None) for code in codes}
    found |= {row.code: ("grid", row.name or row.code, row.name_en) for row in grids if row.code in codes}
    divisions = names_of(conn, codes, at)
    return found | {code: (level_of(code), named.name, named.name_en) for code, named in divisions.items()}
