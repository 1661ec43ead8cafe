"""Were the layers of an area loaded in one datum? What was loaded under a wrong name lies some 600 m off, and no plan made of it means anything."""

from typing import Final

import numpy as np
import shapely
from sqlalchemy import Connection, func, select

from geodata.plans.layers import HAS_GROUND, AreaLayers, within
from geodata.tables import building, division, road
from gridmap.errors import GridmapError
from gridmap.planning.units.shift import Shift, likely_shift

#: How far beyond an area its own buildings may have gone: the two Chinese datums are at most 1,400 m off at Hohhot.
_FAR_DEGREES: Final = 0.017
_MOST_BUILDINGS: Final = 2_000
_REFUSED_BELOW: Final = 0.5


class LayersShifted(GridmapError):
    """Buildings in another datum than the boundaries."""

    code = "plan_layers_shifted"
    zh = (
        "“{area}”的楼栋与社区边界坐标基准不一致：按现有坐标，附近只有 {share}% 的楼栋在社区内；若楼栋是 {datum}、社区边界是 {other}，则为 {better}%。"
        "请按正确的坐标基准重新导入有误的图层。"
    )
    en = (
        "Buildings and boundaries of “{area}” are in different datums: as loaded {share} % of the buildings near it lie in a community, "
        "{better} % if buildings are {datum} and boundaries {other}. Load the wrong layer again under its own datum."
    )


def doubtful_datum(conn: Connection, layers: AreaLayers) -> Shift | None:
    """The shift that likely lies between buildings, boundaries and roads in and around an area, None where they fit.

    Errors: ``LayersShifted`` where most buildings are outside every community for it.
    """
    box = shapely.box(*shapely.total_bounds(layers.outlines)).buffer(_FAR_DEGREES, join_style="mitre")
    here = building.c.geom.op("&&")(func.ST_GeomFromText(box.wkt, 4326))
    keys = conn.scalars(select(building.c.id).where(here).order_by(building.c.id)).all()
    chosen = keys[:: max(1, -(-len(keys) // _MOST_BUILDINGS))]
    houses = within(conn, select(building.c.id).where(building.c.id.in_(chosen)), building, box).shapes
    communities = within(conn, select(division.c.id).where(HAS_GROUND), division, box).shapes
    roads = within(conn, select(road.c.id), road, box).shapes
    found = likely_shift(houses, communities, roads)
    if found is not None and found.inside[0] < _REFUSED_BELOW <= found.inside[1]:
        share, better = (f"{100 * each:.0f}" for each in found.inside)
        raise LayersShifted(
            field="area", area=layers.area, share=share, better=better, datum=found.buildings, other=found.others
        )
    return found


def crossed_buildings(layers: AreaLayers) -> np.ndarray:
    """How many buildings of each community a road runs over."""
    house, _ = shapely.STRtree(layers.roads.shapes).query(layers.buildings.shapes, predicate="intersects")
    return np.bincount(layers.community[np.unique(house)], minlength=len(layers.communities))
