"""What is wrong with the grids, as the last renewal found it: counts, lists, shapes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Connection, Row, Text, cast, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from geodata.scope import Scope
from geodata.tables import building, division, finding
from geodata.tables.coverage import FINDING_KINDS
from gridmap.errors import GridmapError
from gridmap.privacy import protected


class UnknownFindingKind(GridmapError):
    """A kind of finding that nothing is."""

    code = "unknown_finding_kind"
    zh = "没有“{value}”这一类问题。"
    en = "There is no kind of finding “{value}”."


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many findings of a kind, their ground and the households on it."""

    findings: int
    area_m2: float
    households: int


@dataclass(frozen=True, slots=True)
class FindingPage:
    """Findings in order of kind and size; ``households`` by key as they may be told; ``next_cursor`` None on the last page."""

    rows: Sequence[Row[Any]]
    households: dict[int, int | None]
    total: int
    next_cursor: int | None


def finding_counts(
    conn: Connection, scope: Scope, area: str | None = None, *, on_day: date | None = None
) -> dict[str, KindCount]:
    """Counts by kind inside the scope and an area; every kind is there. ``on_day``: of another day than today."""
    query = select(
        finding.c.kind,
        func.count(),
        func.coalesce(func.sum(finding.c.area_m2), 0.0),
        func.coalesce(func.sum(finding.c.households), 0),
    )
    rows = conn.execute(query.where(*_conditions(scope, None, area, on_day)).group_by(finding.c.kind))
    found = {kind: KindCount(count, float(ground), int(homes)) for kind, count, ground, homes in rows}
    return {kind: found.get(kind, KindCount(0, 0.0, 0)) for kind in FINDING_KINDS}


def list_findings(
    conn: Connection,
    scope: Scope,
    kind: str | None = None,
    area: str | None = None,
    *,
    limit: int = 50,
    cursor: int = 0,
    on_day: date | None = None,
) -> FindingPage:
    """Findings after the key ``cursor``: place (``lon``, ``lat``), community, grids, building. Errors: ``UnknownFindingKind``."""
    if kind is not None and kind not in FINDING_KINDS:
        raise UnknownFindingKind(field="kind", value=kind)
    chosen = _conditions(scope, kind, area, on_day)
    inside = func.ST_PointOnSurface(finding.c.geom)
    query = (
        select(
            finding.c.id, finding.c.ref, finding.c.kind, finding.c.area_code, finding.c.grid_a, finding.c.grid_b,
            finding.c.area_m2, finding.c.households,
            division.c.name.label("area_name"), division.c.name_en.label("area_name_en"),
            building.c.code.label("building_code"), building.c.name.label("building_name"),
            func.ST_X(inside).label("lon"), func.ST_Y(inside).label("lat"),
        )
        .outerjoin(division, division.c.code == finding.c.area_code)
        .outerjoin(building, building.c.id == finding.c.building_id)
        .where(*chosen, finding.c.id > cursor)
        .order_by(finding.c.id)
        .limit(limit + 1)
    )  # fmt: skip
    rows: list[Row[Any]] = list(conn.execute(query))
    counts = list(conn.execute(select(finding.c.id, finding.c.households).where(*chosen).order_by(finding.c.id)))
    told = protected([row.households or 0 for row in counts])
    return FindingPage(
        rows=rows[:limit],
        households={row.id: count for row, count in zip(counts, told, strict=True)},
        total=len(counts),
        next_cursor=rows[limit - 1].id if len(rows) > limit else None,
    )


def finding_shapes(
    conn: Connection,
    scope: Scope,
    kind: str | None = None,
    area: str | None = None,
    *,
    limit: int,
    on_day: date | None = None,
) -> list[Row[Any]]:
    """``ref``, ``kind``, ``grid_a``, ``grid_b``, ``area_m2`` and ``geojson`` of the first findings."""
    columns = (finding.c.ref, finding.c.kind, finding.c.grid_a, finding.c.grid_b, finding.c.area_m2)
    query = select(*columns, func.ST_AsGeoJSON(finding.c.geom, 7).label("geojson"))
    return list(conn.execute(query.where(*_conditions(scope, kind, area, on_day)).order_by(finding.c.id).limit(limit)))


def _conditions(scope: Scope, kind: str | None, area: str | None, on_day: date | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [finding.c.on_day.is_(None) if on_day is None else finding.c.on_day == on_day]
    if scope.areas is not None:
        areas = cast(list(scope.areas), ARRAY(Text))
        found.append(
            or_(
                func.in_areas(areas, finding.c.grid_a, finding.c.area_code, type_=Boolean()),
                func.in_areas(areas, finding.c.grid_b, None, type_=Boolean()),
            )
        )
    if kind is not None:
        found.append(finding.c.kind == kind)
    if area:
        here = finding.c.area_code.startswith(area, autoescape=True)
        found.append(or_(here, finding.c.grid_a == area, finding.c.grid_b == area))
    return found
