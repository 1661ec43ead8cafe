"""The layers read into a gazetteer."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from sqlalchemy import ColumnElement, Connection, Select, Table, func, select

from geodata.indexes.city import CityIndex
from geodata.sql import statement
from geodata.tables import building, compound, compound_alias, division, landcover, service_point, stairwell
from gridmap.address import Building, Compound, Division, Gazetteer, Place, Road

#: What names and places of addresses are read from, and what it takes to say whose a place is: their versions are those of the answers.
LAYERS = (
    "division", "compound", "compound_alias", "building", "stairwell", "road", "landcover", "service_point", "grid",
)  # fmt: skip


class Spot(NamedTuple):
    """A place in degrees, and the public name of what stands there."""

    lon: float
    lat: float
    ref: UUID


Spots = dict[tuple[str, str], Spot]
Roads = dict[str, tuple[str, ...]]


def read_layers(conn: Connection, city: CityIndex) -> tuple[Gazetteer, Spots, Roads]:
    """Names of all layers, places of buildings and service points by kind and code, and the codes of each road's lines by its key."""
    spots: Spots = {}
    roads = conn.execute(statement("address_roads"), {"at": city.at}).all()
    gazetteer = Gazetteer(
        divisions=[Division(row.code, row.name) for row in conn.execute(_divisions())],
        roads=[Road(row.key, row.name, tuple(row.communities)) for row in roads],
        compounds=_compounds(conn, city),
        buildings=_buildings(conn, city, spots),
        places=[*_service_points(conn, city, spots), *_landmarks(conn, city)],
        crossings=_crossings(conn, {code: row.key for row in roads for code in row.codes}),
    )
    return gazetteer, spots, {row.key: tuple(row.codes) for row in roads}


def _divisions() -> Select[Any]:
    return select(division.c.code, division.c.name).where(division.c.retired_on.is_(None)).order_by(division.c.code)


def _compounds(conn: Connection, city: CityIndex) -> list[Compound]:
    taught = select(func.array_agg(compound_alias.c.name)).where(
        compound_alias.c.compound_id == compound.c.id, compound_alias.c.withdrawn_at.is_(None)
    )
    columns = (
        compound.c.code,
        compound.c.name,
        compound.c.community_code,
        compound.c.address,
        compound.c.aliases,
        taught.scalar_subquery().label("taught"),
        *_point(compound),
    )
    rows = conn.execute(select(*columns).where(compound.c.name != "").order_by(compound.c.code)).all()
    communities = _communities(city, rows)
    return [
        Compound(row.code, row.name, row.community_code or community, (*row.aliases, *(row.taught or ())), row.address)
        for row, community in zip(rows, communities, strict=True)
    ]


def _buildings(conn: Connection, city: CityIndex, spots: Spots) -> list[Building]:
    doors = {
        row.building_id: tuple(row.numbers)
        for row in conn.execute(
            select(stairwell.c.building_id, func.array_agg(stairwell.c.number).label("numbers")).group_by(
                stairwell.c.building_id
            )
        )
    }
    columns = (building.c.id, building.c.ref, building.c.code, building.c.name, building.c.address, building.c.floors)
    parent = (compound.c.code.label("compound"), compound.c.community_code)
    rows = conn.execute(
        select(*columns, *parent, *_point(building))
        .outerjoin(compound, compound.c.id == building.c.compound_id)
        .where((building.c.name != "") | (building.c.address != ""))
        .order_by(building.c.code)
    ).all()
    # Equal tuples are kept once: a city has a handful of them.
    same: dict[tuple[str, ...], tuple[str, ...]] = {}
    found = []
    for row, community in zip(rows, _communities(city, rows), strict=True):
        numbers = doors.get(row.id, ())
        numbers = same.setdefault(numbers, numbers)
        spots["building", row.code] = Spot(row.lon, row.lat, row.ref)
        # The ground decides, not the compound's entry: a building stands in the community of its grid.
        within = community or row.community_code
        found.append(Building(row.code, row.name, row.compound, within, row.address, numbers, row.floors))
    return found


def _service_points(conn: Connection, city: CityIndex, spots: Spots) -> list[Place]:
    columns = (service_point.c.ref, service_point.c.code, service_point.c.name, service_point.c.address)
    rows = conn.execute(
        select(*columns, *_point(service_point)).where(service_point.c.name != "").order_by(service_point.c.code)
    ).all()
    spots.update({("service_point", row.code): Spot(row.lon, row.lat, row.ref) for row in rows})
    return [
        Place(row.code, row.name, "service_point", community, row.address)
        for row, community in zip(rows, _communities(city, rows), strict=True)
    ]


def _landmarks(conn: Connection, city: CityIndex) -> list[Place]:
    """Parks and waters with a name."""
    columns = (landcover.c.code, landcover.c.name)
    rows = conn.execute(
        select(*columns, *_point(landcover)).where(landcover.c.name != "").order_by(landcover.c.code)
    ).all()
    return [
        Place(row.code, row.name, "landmark", community)
        for row, community in zip(rows, _communities(city, rows), strict=True)
    ]


def _crossings(conn: Connection, key_of: dict[str, str]) -> Iterator[tuple[str, str]]:
    for row in conn.execute(statement("address_crossings")):
        yield key_of[row.one], key_of[row.other]


def _point(table: Table) -> tuple[ColumnElement[float], ColumnElement[float]]:
    """Longitude and latitude of a point on the shape."""
    point = func.ST_PointOnSurface(table.c.geom)
    return func.ST_X(point).label("lon"), func.ST_Y(point).label("lat")


def _communities(city: CityIndex, rows: Sequence[Any]) -> list[str | None]:
    """Communities of the grids that hold the points of rows; None outside every grid."""
    if not rows:
        return []
    lon, lat = (np.array([getattr(row, name) for row in rows], dtype=float) for name in ("lon", "lat"))
    positions = city.index.locate(lon, lat)
    return [city.communities[position] if position >= 0 else None for position in positions.tolist()]
