"""Frames of roads, water and green."""

import geopandas as gpd
import numpy as np
import shapely

from geodata.demo.blocks import GroundPlan
from geodata.demo.houses import Built
from geodata.demo.local_frame import LocalFrame
from geodata.demo.scenery import compound_lanes, named_roads, river_course, river_water
from geodata.demo.yards import Yard


def road_frame(plan: GroundPlan, yards: list[Yard], built: Built, frame: LocalFrame, street: str) -> gpd.GeoDataFrame:
    """Named roads, and the lanes inside compounds (class ``service``)."""
    rows = named_roads(plan)
    homes: dict[int, list[shapely.Polygon]] = {}
    for house in built.houses:
        if house.yard is not None:
            homes.setdefault(house.yard, []).append(house.footprint.polygon)
    for yard in yards:
        lanes = compound_lanes(yard, homes.get(yard.number, []))
        if lanes is not None:
            rows.append((f"{yard.name}内部路", "service", lanes))
    return gpd.GeoDataFrame(
        {
            "code": [f"{street}R{serial:04d}" for serial in range(1, len(rows) + 1)],
            "name": [name for name, _, _ in rows],
            "class": [kind for _, kind, _ in rows],
        },
        geometry=gpd.GeoSeries(frame.on_earth(np.array([line for _, _, line in rows])), crs="EPSG:4326"),
        crs="EPSG:4326",
    ).rename_geometry("geom")


def landcover_frame(plan: GroundPlan, built: Built, frame: LocalFrame, street: str) -> gpd.GeoDataFrame:
    """Parks, gardens, courtyards and water."""
    rows = list(built.cover)
    course = river_course(plan)
    if course is not None:
        rows.append(("water", "东河", river_water(course)))
    rows = [row for row in rows if row[2].area > 20.0]
    return gpd.GeoDataFrame(
        {
            "code": [f"{street}L{serial:04d}" for serial in range(1, len(rows) + 1)],
            "kind": [kind for kind, _, _ in rows],
            "name": [name for _, name, _ in rows],
        },
        geometry=gpd.GeoSeries(frame.on_earth(np.array([outline for _, _, outline in rows])), crs="EPSG:4326"),
        crs="EPSG:4326",
    ).rename_geometry("geom")
