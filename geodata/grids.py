"""Grids and their time in force."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from datetime import date
from typing import Any

from geoalchemy2 import Geography
from sqlalchemy import Connection, Row, Select, cast, delete, exists, false, func, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from geodata.bulk_references import checked_at_once
from geodata.days import valid_on
from geodata.divisions import NamedPlace
from geodata.points import point
from geodata.report_filter import area_condition
from geodata.scope import Scope
from geodata.tables import grid, metadata
from geodata.versions import while_unchanged
from gridmap.errors import GridmapError


class UnknownGrid(GridmapError):
    """A grid code that is not in force on that day."""

    code = "unknown_grid"
    zh = "{at} 没有编码为“{grid_code}”的网格。"
    en = "There is no grid “{grid_code}” in force on {at}."


def grids_in_force(
    conn: Connection,
    scope: Scope,
    at: date,
    *,
    area: str | None = None,
    bbox: tuple[float, float, float, float] | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> list[Row[Any]]:
    """Grids of a day inside the scope in order of code, after the code ``cursor``; geometry as GeoJSON text in ``geojson``."""
    query = _described().where(valid_on(grid, at), scope.grid_condition()).order_by(grid.c.code)
    if area:
        query = query.where(area_condition(area))
    if bbox:
        query = query.where(grid.c.geom.op("&&")(func.ST_MakeEnvelope(*bbox, 4326)))
    if cursor:
        query = query.where(grid.c.code > cursor)
    return list(conn.execute(query.limit(limit)))


def grid_by_code(conn: Connection, scope: Scope, code: str, at: date) -> Row[Any]:
    """One grid as of a day. Errors: ``UnknownGrid``."""
    found = conn.execute(
        _described().where(valid_on(grid, at), grid.c.code == code, scope.grid_condition())
    ).one_or_none()
    if found is None:
        raise UnknownGrid(field="code", grid_code=code, at=at.isoformat())
    return found


def nearest_grids(conn: Connection, scope: Scope, lon: float, lat: float, at: date, limit: int) -> list[Row[Any]]:
    """The grids of a day inside the scope that are nearest to a place in degrees: ``code``, ``name``, ``name_en``, ``metres``."""
    place = point(lon, lat)
    metres = func.ST_Distance(cast(grid.c.geom, Geography), cast(place, Geography)).label("metres")
    query = select(grid.c.code, grid.c.name, grid.c.name_en, metres).where(valid_on(grid, at), scope.grid_condition())
    return list(conn.execute(query.order_by(grid.c.geom.op("<->")(place), grid.c.code).limit(limit)))


def grid_names(conn: Connection, codes: Iterable[str]) -> dict[str, NamedPlace]:
    """Names of grids of any day by code, those of the last edition; a code that no grid ever had is left out."""
    query = select(grid.c.code, grid.c.name, grid.c.name_en).where(grid.c.code == func.any(sorted({*codes})))
    query = query.ext(distinct_on(grid.c.code)).order_by(grid.c.code, func.lower(grid.c.valid).desc().nulls_last())
    return {row.code: NamedPlace(row.code, row.name, row.name_en) for row in conn.execute(query)}


def grid_extent(
    conn: Connection, scope: Scope, at: date, area: str | None = None
) -> tuple[float, float, float, float] | None:
    """West, south, east, north of the grids in force, or None when there are none."""

    def read() -> tuple[float, float, float, float] | None:
        query = select(func.ST_Extent(grid.c.geom).label("box")).where(valid_on(grid, at), scope.grid_condition())
        if area:
            query = query.where(area_condition(area))
        box = query.subquery()
        row = conn.execute(
            select(func.ST_XMin(box.c.box), func.ST_YMin(box.c.box), func.ST_XMax(box.c.box), func.ST_YMax(box.c.box))
        ).one()
        return None if row[0] is None else (row[0], row[1], row[2], row[3])

    return while_unchanged(conn, ("grid",), ("grid_extent", scope.places_key, at, area), read)


def grid_households(conn: Connection, scope: Scope, at: date, area: str | None = None) -> dict[int, int | None]:
    """Households per key of the grids in force inside the scope (and ``area``); None where nobody counted them."""

    def read() -> dict[int, int | None]:
        query = select(grid.c.id, grid.c.households).where(valid_on(grid, at), scope.grid_condition())
        if area:
            query = query.where(area_condition(area))
        return {row.id: row.households for row in conn.execute(query)}

    return while_unchanged(conn, ("grid",), ("grid_households", scope.places_key, at, area), read)


def other_editions(conn: Connection, at: date) -> dict[int, int]:
    """Keys of editions that are not in force on a day, with the key of the one of their code that is: what happened in a grid stays
    its own when its boundaries change. Codes without an edition on the day are left out."""

    def read() -> dict[int, int]:
        other = grid.alias()
        query = select(other.c.id.label("old"), grid.c.id.label("now")).where(
            valid_on(grid, at), other.c.code == grid.c.code, other.c.id != grid.c.id
        )
        return {row.old: row.now for row in conn.execute(query)}

    return while_unchanged(conn, ("grid",), ("other_editions", at), read)


def by_edition_of(counts: Mapping[int, int], editions: Mapping[int, int]) -> dict[int, int]:
    """Numbers per key of a grid summed onto the editions of one day (``other_editions``)."""
    found: dict[int, int] = {}
    for key, count in counts.items():
        now = editions.get(key, key)
        found[now] = found.get(now, 0) + count
    return found


def remove_grids(conn: Connection, ids: Sequence[int]) -> None:
    """Delete grids that no report ever had, with what was derived for them.

    Every table that points at grids is asked once for all of them: PostgreSQL would ask it for each, and reports and histories are long.
    """
    mine = select(grid.c.id).where(grid.c.id == func.any(list(ids)))
    conn.execute(mine.with_for_update())  # nobody points at them from now on
    pointing = [column for table in metadata.tables.values() for column in table.c if column.references(grid.c.id)]
    for column in pointing:
        if any(key.ondelete == "CASCADE" for key in column.foreign_keys):
            conn.execute(delete(column.table).where(column == func.any(list(ids))))
    used = any(conn.scalar(select(exists().where(column == func.any(list(ids))))) for column in pointing)
    with nullcontext() if used else checked_at_once(conn, {}):  # where one is used the delete is refused, as ever
        conn.execute(delete(grid).where(grid.c.id == func.any(list(ids))))
    # The delete may have passed by the trigger that counts versions; an update of nothing does not.
    conn.execute(update(grid).where(false()).values(name=grid.c.name))


def _described() -> Select[Any]:
    return select(
        grid.c.id,
        grid.c.code,
        grid.c.name,
        grid.c.name_en,
        grid.c.kind,
        grid.c.community_code,
        grid.c.households,
        grid.c.area_m2,
        func.lower(grid.c.valid).label("valid_from"),
        func.upper(grid.c.valid).label("valid_to"),
        func.ST_AsGeoJSON(grid.c.geom, 7).label("geojson"),
    )
