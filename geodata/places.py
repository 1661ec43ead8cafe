"""Finding places by name or code, and what stands at a place."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from geodata.scope import Scope
from geodata.sql import statement
from geodata.tables import grid
from geodata.versions import while_unchanged


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A grid or division. ``kind`` is grid or the division's level; ``bounds`` south, west, north, east, None without a boundary."""

    kind: str
    code: str
    name: str
    name_en: str | None
    bounds: tuple[float, float, float, float] | None


def find_places(conn: Connection, scope: Scope, words: str, at: date, *, limit: int = 12) -> list[FoundPlace]:
    """Grids in force and divisions inside the scope whose name holds the words or whose code starts with them; blank words find nothing."""
    wanted = words.strip()
    return _find(conn, scope, wanted, at, limit) if wanted else []


def first_places(conn: Connection, scope: Scope, at: date, *, limit: int = 12) -> list[FoundPlace]:
    """Where a choice of areas starts: divisions from the city down, then grids."""
    # Every page with a choice of areas asks for them.
    key = ("first_places", scope.places_key, at, limit)
    return while_unchanged(conn, ("grid", "division"), key, lambda: _find(conn, scope, "", at, limit))


def named_place(conn: Connection, scope: Scope, code: str, at: date) -> FoundPlace:
    """The division or grid in force with a code; a code that is neither stands for itself."""
    key = ("named_place", scope.places_key, code, at)
    found = while_unchanged(conn, ("grid", "division"), key, lambda: find_places(conn, scope, code, at, limit=1))
    return found[0] if found and found[0].code == code else FoundPlace("grid", code, code, None, None)


def _find(conn: Connection, scope: Scope, wanted: str, at: date, limit: int) -> list[FoundPlace]:
    rows = conn.execute(statement("find_places"), {**like_parts(wanted), "at": at, "limit": limit, **scope.sql_areas()})
    return [
        FoundPlace(
            row.kind,
            row.code,
            row.name,
            row.name_en,
            None if row.west is None else (row.south, row.west, row.north, row.east),
        )
        for row in rows
    ]


def like_parts(words: str) -> dict[str, str]:
    """Parameters of a search by LIKE: ``pattern`` holds the words, ``prefix`` starts with them, ``exact`` is them."""
    literal = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {"pattern": f"%{literal}%", "prefix": f"{literal}%", "exact": words}


def things_at(conn: Connection, lon: float, lat: float, *, reach_m: float = 0.0) -> Row[Any]:
    """Refs of the ``building`` and ``compound`` at a place in degrees and of the nearest ``service_point`` within reach; None where there is none."""
    return conn.execute(statement("things_at"), {"lon": lon, "lat": lat, "reach_m": reach_m}).one()


def things_known(conn: Connection) -> frozenset[str]:
    """What there is to draw: compound, building, gate, service_point, green, water, rail, and levels of division with a boundary."""
    layers = ("compound", "building", "gate", "service_point", "landcover", "division")
    return while_unchanged(conn, layers, "things_known", lambda: frozenset(conn.scalars(statement("things_known"))))


def extent_of_everything(conn: Connection) -> tuple[float, float, float, float] | None:
    """South, west, north, east of divisions, base map and reports, None when nothing has a place: the view before there are grids."""
    row = conn.execute(statement("extent_of_everything")).one()
    return None if row.west is None else (row.south, row.west, row.north, row.east)


def grid_contents(conn: Connection, grid_id: int) -> Row[Any]:
    """``buildings`` and ``households`` of a grid in numbers."""
    return conn.execute(statement("grid_contents"), {"grid_id": grid_id}).one()


def grid_facts(conn: Connection, grid_ids: list[int]) -> dict[int, Row[Any]]:
    """Grids by key, whether in force or not: ``code``, ``name``, ``name_en``, ``kind``, ``households``, ``area_m2``."""
    columns = (grid.c.id, grid.c.code, grid.c.name, grid.c.name_en, grid.c.kind, grid.c.households, grid.c.area_m2)
    rows: list[Row[Any]] = list(conn.execute(select(*columns).where(grid.c.id.in_(grid_ids))))
    return {row.id: row for row in rows}
