"""Grids in force with their households, buildings and worker, and what they sum to by area."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import BigInteger, Connection, cast, exists, func, literal, select

from geodata.coverage.freshness import FACT
from geodata.coverage.other_days import held_on
from geodata.days import valid_on
from geodata.divisions import names_of
from geodata.report_filter import area_condition
from geodata.scope import Scope
from geodata.tables import building_grid, division, division_former, fact, grid, household, person, post
from geodata.versions import while_unchanged
from gridmap.coverage import Size, size_of
from gridmap.privacy import protected

#: Digits of the codes of districts, streets, communities.
_DIGITS = (6, 9, 12)


@dataclass(frozen=True)
class GridSize:
    """A grid in force. ``households`` are those of the buildings it holds, or stated for it while no household is known at all."""

    id: int
    code: str
    name: str
    name_en: str | None
    kind: str
    community_code: str | None
    community: str | None
    households: int
    buildings: int
    worker: str | None

    @cached_property
    def size(self) -> Size:
        """Its households against the bounds of its kind."""
        return size_of(self.kind, self.households)


#: Layers that the rows tell of; the derived tables have their own mark.
_TOLD_OF = ("grid", "division", "household", "post", "person")


@dataclass(frozen=True, slots=True)
class Totals:
    """What grids sum to."""

    grids: int
    households: int
    buildings: int
    sizes: dict[Size, int]
    without_worker: int
    without_households: int


@dataclass(frozen=True, slots=True)
class AreaTotals:
    """Totals of an area; ``code`` is empty for grids of no community."""

    code: str
    name: str
    name_en: str | None
    totals: Totals


def grid_sizes(conn: Connection, scope: Scope, at: date, area: str | None = None) -> list[GridSize]:
    """The grids in force on a day inside the scope and an area, in order of code; kept while nothing that they tell of changes."""
    noted = conn.scalar(select(fact.c.value).where(fact.c.name == FACT))
    key = ("grid_sizes", noted and noted["at"], at, scope.places_key, area)
    return while_unchanged(conn, _TOLD_OF, key, lambda: _of_day(conn, _read(conn, scope, at, area), at, noted))


def _of_day(conn: Connection, rows: list[GridSize], at: date, noted: dict[str, Any] | None) -> list[GridSize]:
    """The rows with what editions hold that are not those of the derived day."""
    derived = date.fromisoformat(noted["day"]) if noted else at
    if derived == at:
        return rows
    held = while_unchanged(
        conn, ("grid", "building", "household"), ("held_on", at, derived), lambda: held_on(conn, at, derived)
    )
    counted = any(households for households, _ in held.values())
    return [
        replace(row, households=held[row.id][0] if counted else row.households, buildings=held[row.id][1])
        if row.id in held
        else row
        for row in rows
    ]


def _read(conn: Connection, scope: Scope, at: date, area: str | None) -> list[GridSize]:
    held = (
        select(
            building_grid.c.grid_id,
            func.sum(building_grid.c.households).label("households"),
            func.count().label("buildings"),
        )
        .where(building_grid.c.grid_id.is_not(None))
        .group_by(building_grid.c.grid_id)
        .subquery()
    )
    counted = conn.scalar(select(exists(select(literal(1)).select_from(household))))
    households = cast(func.coalesce(held.c.households if counted else grid.c.households, 0), BigInteger)
    worker = (post.c.area_code == grid.c.code) & (post.c.kind == "grid_worker") & valid_on(post, at)
    query = (
        select(
            grid.c.id,
            grid.c.code,
            grid.c.name,
            grid.c.name_en,
            grid.c.kind,
            grid.c.community_code,
            func.coalesce(division_former.c.name, division.c.name).label("community"),
            households.label("households"),
            func.coalesce(held.c.buildings, 0).label("buildings"),
            person.c.name.label("worker"),
        )
        .outerjoin(held, held.c.grid_id == grid.c.id)
        .outerjoin(division, division.c.code == grid.c.community_code)
        .outerjoin(division_former, (division_former.c.code == division.c.code) & valid_on(division_former, at))
        .outerjoin(post, worker)
        .outerjoin(person, person.c.id == post.c.person_id)
        .where(valid_on(grid, at), scope.grid_condition())
        .order_by(grid.c.code)
    )
    if area:
        query = query.where(area_condition(area))
    return [GridSize(*row) for row in conn.execute(query)]


def totals_of(grids: Sequence[GridSize]) -> Totals:
    """What grids sum to."""
    return Totals(
        grids=len(grids),
        households=sum(each.households for each in grids),
        buildings=sum(each.buildings for each in grids),
        sizes=dict(Counter(each.size for each in grids)),
        without_worker=sum(each.worker is None for each in grids),
        without_households=sum(each.households == 0 for each in grids),
    )


def totals_by_area(conn: Connection, grids: Sequence[GridSize], area: str | None, at: date) -> list[AreaTotals]:
    """Totals of the areas (with their names of a day) one level below ``area``: the first level that tells grids apart. Empty inside one community."""
    within = len(area) if area and area.isdigit() else 0
    parts: dict[str, list[GridSize]] = {}
    for digits in (each for each in _DIGITS if each > within):
        grouped: defaultdict[str, list[GridSize]] = defaultdict(list)
        for each in grids:
            grouped[(each.community_code or "")[:digits]].append(each)
        parts = dict(sorted(grouped.items()))
        if len(parts) > 1:
            break
    named = names_of(conn, set(parts), at)
    return [
        AreaTotals(
            code, row.name if (row := named.get(code)) else code, row.name_en if row else None, totals_of(members)
        )
        for code, members in parts.items()
    ]


def households_shown(grids: Iterable[GridSize], rows: Iterable[GridSize]) -> dict[str, int | None]:
    """Households of rows by grid code as they may be told beside their community's sum: None where they may not.

    ``grids`` are all of the communities that ``rows`` are in.
    """
    asked = {each.community_code for each in rows}
    communities: defaultdict[str | None, list[GridSize]] = defaultdict(list)
    for each in grids:
        if each.community_code in asked:
            communities[each.community_code].append(each)
    found: dict[str, int | None] = {}
    for members in communities.values():
        told = protected([each.households for each in members])
        found |= {each.code: count for each, count in zip(members, told, strict=True)}
    return found


def area_households_told(grids: Sequence[GridSize], area: str | None) -> int | None:
    """The sum of an area's households as it may be told beside the areas next to it, None where it may not.

    ``grids`` are all that the caller may see: a grid's number is that of its community's list, a community's that of its street's.
    """
    alone = [each for each in grids if each.code == area]
    if alone:
        return households_shown(grids, alone)[alone[0].code]
    digits = len(area) if area else 0
    above = {6: 0, 9: 6, 12: 9}.get(digits, 0)
    sums: defaultdict[str, int] = defaultdict(int)
    for each in grids:
        code = each.community_code or ""
        if code[:above] == (area or "")[:above]:
            sums[code[:digits]] += each.households
    told = dict(zip(sums, protected(list(sums.values())), strict=True))
    return told.get(area or "", 0)
