"""A place as an address names it: coordinates, or a thing to open."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy import Connection

from geodata.buildings import UnknownBuilding, building_by_ref
from geodata.compounds import UnknownCompound, compound_by_ref
from geodata.grids import grid_by_code, grid_extent
from geodata.scope import Scope
from geodata.service_points import UnknownServicePoint, service_point_by_ref
from gridmap.errors import GridmapError
from gridmap.report import CoordinateOutOfRange

_REACH_MOST_M = 500.0
#: A place alone is shown with so many degrees around it.
_AROUND = 0.002
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Opened:
    """What an address opens: the card's address, and what the map shows (south, west, north, east)."""

    card: str
    bounds: Bounds


def asked_place(query: Mapping[str, str]) -> tuple[float, float]:
    """``lon`` and ``lat`` of a query. Errors: ``CoordinateOutOfRange`` when one is missing or no number."""
    found = []
    for name in ("lon", "lat"):
        raw = query.get(name, "")
        try:
            found.append(float(raw))
        except ValueError as error:
            raise CoordinateOutOfRange(field=name, value=raw) from error
    return found[0], found[1]


def asked_reach(query: Mapping[str, str]) -> float:
    """``reach_m``: within how many metres a service point counts as hit, 0 when it is missing or no number."""
    try:
        found = float(query.get("reach_m", "0"))
    except ValueError:
        return 0.0
    return min(max(found, 0.0), _REACH_MOST_M) if math.isfinite(found) else 0.0


def opened(conn: Connection, scope: Scope, query: Mapping[str, str], at: date) -> Opened | None:
    """What ``grid``, ``compound``, ``building``, ``service`` or ``lon`` and ``lat`` of a query open; None without any.

    Errors: those of the things' stores, ``CoordinateOutOfRange``.
    """
    if code := query.get("grid"):
        grid_by_code(conn, scope, code, at)
        extent = grid_extent(conn, scope, at, code)
        assert extent is not None
        return Opened(url_for("map_page.grid", code=code), (extent[1], extent[0], extent[3], extent[2]))
    if raw := query.get("compound"):
        found = compound_by_ref(conn, scope, _ref(raw, UnknownCompound), at)
        return Opened(url_for("map_page.compound", ref=found.ref), _bounds(found))
    if raw := query.get("building"):
        found = building_by_ref(conn, scope, _ref(raw, UnknownBuilding), at)
        return Opened(url_for("map_page.building", ref=found.ref), _bounds(found))
    if raw := query.get("service"):
        found = service_point_by_ref(conn, scope, _ref(raw, UnknownServicePoint), at)
        return Opened(url_for("map_page.service", ref=found.ref), _around(found.lon, found.lat))
    if "lon" in query or "lat" in query:
        lon, lat = asked_place(query)
        if not (abs(lon) <= 180 and abs(lat) <= 90):
            raise CoordinateOutOfRange(field="lon", value=lon)
        return Opened(url_for("map_page.card", lon=lon, lat=lat), _around(lon, lat))
    return None


def _ref(raw: str, unknown: type[GridmapError]) -> UUID:
    try:
        return UUID(raw)
    except ValueError as error:
        raise unknown from error


def _bounds(found: Any) -> Bounds:
    return found.south, found.west, found.north, found.east


def _around(lon: float, lat: float) -> Bounds:
    return lat - _AROUND, lon - _AROUND, lat + _AROUND, lon + _AROUND
