"""Frames of roads, water and green."""

import geopandas as gpd
import numpy as np

from geodata.demo.blocks import GroundPlan
from geodata.demo.houses import Built
from geodata.demo.local_frame import LocalFrame
from geodata.demo.scenery import named_roads, river_course, river_water


def road_frame(plan: GroundPlan, built: Built, frame: LocalFrame, street: str) -> gpd.GeoDataFrame:
    """Named roads, and the lanes inside compounds and villages (class ``service``)."""
    rows = [*named_roads(plan), *((name, "service", lanes) for name, lanes in built.lanes)]
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
