"""Service points: halls, clinics, rest stations."""

import geopandas as gpd
import numpy as np
import shapely

from geodata.demo.houses import House
from geodata.demo.local_frame import LocalFrame
from geodata.demo.names import hohhot_names, short_name

#: Kind, name after the community's, opening hours, and whether every community has one.
_KINDS = (
    ("service_hall", "党群服务中心", "周一至周日 08:30-17:30", True),
    ("clinic", "卫生服务站", "周一至周六 08:00-18:00", True),
    ("rest_station", "户外劳动者驿站", "每日 00:00-24:00", True),
    ("canteen", "助老食堂", "每日 07:00-19:00", False),
    ("police", "警务室", "每日 00:00-24:00", False),
)


def service_point_frame(houses: list[House], frame: LocalFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Service points at the doors of shops, or of homes where a community has no shop."""
    names = hohhot_names()
    rows, places = [], []
    for community in sorted({house.community for house in houses}):
        own = [house for house in houses if house.community == community]
        shops = [house for house in own if house.footprint.use == "商业"] or own
        kinds = [kind for kind in _KINDS if kind[3] or rng.random() < 0.4]
        for serial, (pick, (kind, name, hours, _)) in enumerate(
            zip(rng.choice(len(shops), len(kinds), replace=len(shops) < len(kinds)), kinds, strict=True), start=1
        ):
            place = short_name(names[community])
            rows.append((f"{community}S{serial:02d}", kind, f"{place}{name}", hours, f"{place}{shops[pick].name}"))
            places.append(shops[pick].footprint.polygon.centroid)
    found = gpd.GeoDataFrame(
        rows,
        columns=["code", "kind", "name", "opening_hours", "address"],
        geometry=gpd.GeoSeries(frame.on_earth(np.array(places)), crs="EPSG:4326"),
        crs="EPSG:4326",
    )
    assert shapely.is_valid(found.geometry.values).all()
    return found.rename_geometry("geom")
