"""The layers that a plan's ground is made of, community by community."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, FromClause, Row, Select, and_, func, select

from geodata.days import valid_on
from geodata.tables import building, compound, division, grid, household, landcover, report, road
from gridmap.coverage import hold_buildings
from gridmap.errors import GridmapError
from gridmap.planning.units import households_of_people

Shapes = NDArray[np.object_]

#: How far around a community lines are read: a road along its boundary lies a little outside.
REACH_DEGREES = 0.0005
#: Grids of these kinds are drawn by their nature, not by households: a plan leaves them as they are.
FIXED_KINDS = ("special", "rural", "pastoral")


class NoCommunities(GridmapError):
    """An area without communities that have a boundary."""

    code = "plan_no_communities"
    zh = "“{area}”内没有带边界的社区，无法划分网格。请先导入社区边界。"
    en = "No community of “{area}” has a boundary, so there is nothing to divide. Load the communities' boundaries first."


_HAS_GROUND = and_(division.c.level == "community", division.c.geom.is_not(None), division.c.retired_on.is_(None))


@dataclass(frozen=True, slots=True)
class CommunityLayers:
    """What lies in and around a community, shapes in degrees.

    ``buildings`` (those that stand in no other community with more of their ground) has the columns ``id``, ``compound_id``, ``households``,
    ``care``; ``roads`` ``name`` and ``class``; ``compounds`` ``id`` and
    ``name``; ``fixed`` (grids that stay as they are) ``code``, ``name``; each beside its shapes. ``counted`` says where households come from:
    ``households``, ``dwellings`` or ``people`` (an estimate).
    """

    code: str
    name: str
    boundary: Any
    buildings: pd.DataFrame
    building_shapes: Shapes
    counted: str
    roads: pd.DataFrame
    road_shapes: Shapes
    rail: Shapes
    water: Shapes
    compounds: pd.DataFrame
    compound_shapes: Shapes
    fixed: pd.DataFrame
    fixed_shapes: Shapes


def communities_of(conn: Connection, area: str) -> list[Row[Any]]:
    """Communities of an area with a boundary, by code: ``code``, ``name``, ``shape`` (WKB). Errors: ``NoCommunities``."""
    query = select(division.c.code, division.c.name, func.ST_AsBinary(division.c.geom).label("shape"))
    inside = query.where(_HAS_GROUND, division.c.code.startswith(area, autoescape=True))
    found: list[Row[Any]] = list(conn.execute(inside.order_by(division.c.code)))
    if not found:
        raise NoCommunities(field="area", area=area)
    return found


def layers_of(conn: Connection, community: Row[Any], day: date) -> CommunityLayers:
    """What lies in and around one of ``communities_of``, with the grids of a day."""
    boundary = shapely.from_wkb(bytes(community.shape))
    box = shapely.box(*boundary.bounds).buffer(REACH_DEGREES, join_style="mitre")
    buildings, building_shapes = _buildings(conn, community.code, boundary, box)
    roads, road_shapes = _within(conn, select(road.c.name, road.c["class"]), road, box)
    covers, cover_shapes = _within(conn, select(landcover.c.kind), landcover, box)
    compounds, compound_shapes = _within(conn, select(compound.c.id, compound.c.name), compound, box)
    fixed_grids = select(grid.c.code, grid.c.name).where(
        valid_on(grid, day), grid.c.community_code == community.code, grid.c.kind.in_(FIXED_KINDS)
    )
    fixed, fixed_shapes = _within(conn, fixed_grids, grid, box)
    counted = _counted(buildings)
    return CommunityLayers(
        community.code,
        community.name,
        boundary,
        buildings,
        building_shapes,
        counted,
        roads,
        road_shapes,
        cover_shapes[covers["kind"] == "rail"],
        cover_shapes[covers["kind"] == "water"],
        compounds,
        compound_shapes,
        fixed,
        fixed_shapes,
    )


def cases_within(conn: Connection, bounds: tuple[float, float, float, float], since: datetime) -> NDArray[np.float64]:
    """Longitude and latitude (n, 2) of the reports within a box that were reported since a time."""
    query = select(func.ST_X(report.c.geom), func.ST_Y(report.c.geom)).where(
        report.c.geom.op("&&")(func.ST_MakeEnvelope(*bounds, 4326)), report.c.reported_at >= since
    )
    return np.array(conn.execute(query).all(), dtype=np.float64).reshape(-1, 2)


def _buildings(conn: Connection, code: str, boundary: Any, box: Any) -> tuple[pd.DataFrame, Shapes]:
    care = func.count().filter(func.cardinality(household.c.care_groups) > 0)
    homes = (
        select(household.c.building_id, func.count().label("households"), care.label("care"))
        .group_by(household.c.building_id)
        .subquery()
    )
    query = select(
        building.c.id,
        building.c.compound_id,
        func.coalesce(homes.c.households, 0).label("households"),
        func.coalesce(homes.c.care, 0).label("care"),
        building.c.dwellings,
        building.c.people_estimate,
    ).outerjoin(homes, homes.c.building_id == building.c.id)
    rows, shapes = _within(conn, query, building, box)
    _, others = _within(conn, select(division.c.id).where(_HAS_GROUND, division.c.code != code), division, box)
    mine = hold_buildings(shapes, np.insert(others, 0, boundary)).grid == 0
    rows, shapes = rows[mine].reset_index(drop=True), shapes[mine]
    return rows.astype({"compound_id": "Int64", "households": np.int64, "care": np.int64}), shapes


def _counted(buildings: pd.DataFrame) -> str:
    """Fill in estimates where nobody counted households: dwellings, else people."""
    if buildings["households"].sum() > 0 or buildings.empty:
        return "households"
    dwellings = buildings["dwellings"].fillna(0).astype(np.int64)
    if dwellings.sum() > 0:
        buildings["households"] = dwellings
        return "dwellings"
    people = buildings["people_estimate"].fillna(0).astype(np.float64)
    buildings["households"] = households_of_people(people.to_numpy())
    return "people"


def _within(conn: Connection, query: Select[Any], layer: FromClause, box: Any) -> tuple[pd.DataFrame, Shapes]:
    """The rows of a layer that meet a box, by key, and their shapes."""
    shape = func.ST_AsBinary(layer.c.geom).label("shape")
    here = layer.c.geom.op("&&")(func.ST_GeomFromText(box.wkt, 4326))
    rows = conn.execute(query.add_columns(shape).where(here).order_by(layer.c.id))
    names = list(rows.keys())
    found = pd.DataFrame(rows.all(), columns=names)
    shapes = np.array([bytes(each) for each in found.pop("shape")], dtype=object)
    return found, shapely.from_wkb(shapes)
