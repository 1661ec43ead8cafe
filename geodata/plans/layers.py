"""The layers that a plan's ground is made of: read once for an area, then looked at community by community."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, FromClause, Row, Select, and_, func, select, true

from geodata.days import valid_on
from geodata.tables import building, compound, division, grid, household, landcover, report, road
from gridmap.coverage import hold_buildings
from gridmap.errors import GridmapError
from gridmap.planning.units import households_of_people

Shapes = NDArray[np.object_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: How far around a community lines are read: a road along its boundary lies a little outside.
REACH_DEGREES = 0.0005
#: Grids of these kinds are drawn by their nature, not by households: a plan leaves them as they are.
FIXED_KINDS = ("special", "rural", "pastoral")


class NoCommunities(GridmapError):
    """An area without communities that have a boundary."""

    code = "plan_no_communities"
    zh = "“{area}”内没有带边界的社区，无法划分网格。请先导入社区边界。"
    en = "No community of “{area}” has a boundary, so there is nothing to divide. Load the communities' boundaries first."


#: The condition that a division is a community of today with a boundary.
HAS_GROUND = and_(division.c.level == "community", division.c.geom.is_not(None), division.c.retired_on.is_(None))


@dataclass(frozen=True, slots=True)
class Layer:
    """Rows, each beside its shape in degrees."""

    rows: pd.DataFrame
    shapes: Shapes

    def taken(self, which: Any) -> "Layer":
        """Some of the rows, by positions or by true and false."""
        return Layer(self.rows[which] if np.asarray(which).dtype == bool else self.rows.iloc[which], self.shapes[which])


@dataclass(frozen=True, slots=True)
class CommunityLayers:
    """What lies in and around a community.

    ``buildings`` (those that stand in no other community with more of their ground) has the columns ``id``, ``compound_id``,
    ``households``, ``care``; ``roads`` ``name`` and ``class``; ``covers`` ``kind``; ``compounds`` ``id`` and ``name``; ``fixed`` (grids that
    stay as they are) ``code`` and ``name``. ``counted`` says where households come from: ``households``, ``dwellings`` or ``people`` (an
    estimate).
    """

    code: str
    name: str
    boundary: Any
    buildings: Layer
    counted: str
    roads: Layer
    covers: Layer
    compounds: Layer
    fixed: Layer


@dataclass(frozen=True, slots=True)
class AreaLayers:
    """All that the ground of an ``area`` is made of: ``communities`` with their ``outlines``, the layers around them, ``grids`` in force in them
    (``code``, ``name``, ``kind``, ``community_code``), longitude and latitude of the year's ``cases``."""

    area: str
    communities: list[Row[Any]]
    outlines: Shapes
    buildings: Layer
    community: Ints
    roads: Layer
    covers: Layer
    compounds: Layer
    grids: Layer
    cases: Floats

    def each(self) -> list[CommunityLayers]:
        """The layers of each community, in order of their codes."""
        boxes = shapely.buffer(shapely.envelope(self.outlines), REACH_DEGREES, join_style="mitre")
        near = {name: _near(getattr(self, name), boxes) for name in ("roads", "covers", "compounds")}
        fixed = self.grids.taken(self.grids.rows["kind"].isin(FIXED_KINDS).to_numpy())
        of_grid = fixed.rows["community_code"].to_numpy()
        found = []
        for place, (community, outline) in enumerate(zip(self.communities, self.outlines, strict=True)):
            buildings = self.buildings.taken(np.flatnonzero(self.community == place))
            rows, counted = _counted(buildings.rows.reset_index(drop=True))
            found.append(
                CommunityLayers(
                    community.code,
                    community.name,
                    outline,
                    Layer(rows, buildings.shapes),
                    counted,
                    roads=near["roads"][place],
                    covers=near["covers"][place],
                    compounds=near["compounds"][place],
                    fixed=fixed.taken(of_grid == community.code),
                )
            )
        return found


def communities_of(conn: Connection, area: str) -> list[Row[Any]]:
    """Communities of an area with a boundary, by code: ``code``, ``name``, ``shape`` (WKB). Errors: ``NoCommunities``."""
    query = select(division.c.code, division.c.name, func.ST_AsBinary(division.c.geom).label("shape"))
    inside = query.where(HAS_GROUND, division.c.code.startswith(area, autoescape=True))
    found: list[Row[Any]] = list(conn.execute(inside.order_by(division.c.code)))
    if not found:
        raise NoCommunities(field="area", area=area)
    return found


def read_layers(conn: Connection, area: str, day: date, since: datetime) -> AreaLayers:
    """What lies in and around the communities of an area: grids of a day, cases since a time. Errors: ``NoCommunities``."""
    communities = communities_of(conn, area)
    outlines = shapely.from_wkb([bytes(each.shape) for each in communities])
    box = shapely.box(*shapely.total_bounds(outlines)).buffer(REACH_DEGREES, join_style="mitre")
    buildings = _buildings(conn, box)
    codes = [each.code for each in communities]
    others = within(conn, select(division.c.id).where(HAS_GROUND, division.c.code.not_in(codes)), division, box)
    whose = hold_buildings(buildings.shapes, np.concatenate([outlines, others.shapes])).grid
    mine = (whose >= 0) & (whose < len(codes))
    grids = select(grid.c.code, grid.c.name, grid.c.kind, grid.c.community_code)
    return AreaLayers(
        area,
        communities,
        outlines,
        buildings.taken(mine),
        whose[mine],
        within(conn, select(road.c.name, road.c["class"]), road, box),
        within(conn, select(landcover.c.kind), landcover, box),
        within(conn, select(compound.c.id, compound.c.name), compound, box),
        _read(conn, grids.where(valid_on(grid, day), grid.c.community_code.in_(codes)).order_by(grid.c.code), grid),
        _cases(conn, box, since),
    )


def _buildings(conn: Connection, box: Any) -> Layer:
    """Buildings with their homes, counted building by building: a city has many more of both than a community."""
    care = func.count().filter(func.cardinality(household.c.care_groups) > 0)
    homes = (
        select(func.count().label("households"), care.label("care"))
        .where(household.c.building_id == building.c.id)
        .lateral()
    )
    query = select(
        building.c.id,
        building.c.compound_id,
        homes.c.households,
        homes.c.care,
        building.c.dwellings,
        building.c.people_estimate,
    ).join(homes, true())
    found = within(conn, query, building, box)
    return Layer(found.rows.astype({"compound_id": "Int64", "households": np.int64, "care": np.int64}), found.shapes)


def _counted(buildings: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """With estimates where nobody counted households: dwellings, else people."""
    if buildings["households"].sum() > 0 or buildings.empty:
        return buildings, "households"
    dwellings = buildings["dwellings"].fillna(0).astype(np.int64)
    if dwellings.sum() > 0:
        return buildings.assign(households=dwellings), "dwellings"
    people = buildings["people_estimate"].fillna(0).astype(np.float64)
    return buildings.assign(households=households_of_people(people.to_numpy())), "people"


def _cases(conn: Connection, box: Any, since: datetime) -> Floats:
    """Longitude and latitude (n, 2) of the reports within a box that were reported since a time."""
    query = select(func.ST_X(report.c.geom), func.ST_Y(report.c.geom)).where(
        report.c.geom.op("&&")(func.ST_MakeEnvelope(*box.bounds, 4326)), report.c.reported_at >= since
    )
    rows: Sequence[Any] = conn.execute(query).all()
    return np.array([tuple(row) for row in rows], dtype=np.float64).reshape(-1, 2)


def _near(layer: Layer, boxes: Shapes) -> list[Layer]:
    """The rows of a layer whose boxes meet each of some boxes, in their order."""
    box, row = shapely.STRtree(layer.shapes).query(boxes)
    order = np.lexsort((row, box))
    return [layer.taken(rows) for rows in np.split(row[order], np.cumsum(np.bincount(box, minlength=len(boxes)))[:-1])]


def within(conn: Connection, query: Select[Any], layer: FromClause, box: Any) -> Layer:
    """The rows of a layer whose boxes meet a box, by key."""
    here = layer.c.geom.op("&&")(func.ST_GeomFromText(box.wkt, 4326))
    return _read(conn, query.where(here).order_by(layer.c.id), layer)


def _read(conn: Connection, query: Select[Any], layer: FromClause) -> Layer:
    rows = conn.execute(query.add_columns(func.ST_AsBinary(layer.c.geom).label("shape")))
    names = list(rows.keys())
    found = pd.DataFrame(rows.all(), columns=names)
    return Layer(found, shapely.from_wkb(np.array([bytes(each) for each in found.pop("shape")], dtype=object)))
