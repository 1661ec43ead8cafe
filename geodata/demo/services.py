"""Service points: halls, clinics, rest stations."""

import geopandas as gpd
import numpy as np
import shapely

from geodata.demo.houses import House
from geodata.demo.local_frame import LocalFrame
from geodata.demo.names import hohhot_names, short_name
from geodata.demo.people_names import landline

#: Kind, name after the community's, opening hours, and the share of communities that have one.
_KINDS = (
    ("service_hall", "党群服务中心", "周一至周日 08:30-17:30", 1.0),
    ("clinic", "卫生服务站", "周一至周六 08:00-18:00", 1.0),
    ("rest_station", "户外劳动者驿站", "每日 00:00-24:00", 1.0),
    ("canteen", "助老食堂", "每日 07:00-19:00", 0.5),
    ("day_care", "日间照料中心", "周一至周五 08:30-17:30", 0.4),
    ("culture", "文化活动室", "每日 09:00-21:00", 0.6),
    ("mediation", "人民调解室", "周一至周五 09:00-17:00", 0.4),
    ("police", "警务室", "每日 00:00-24:00", 0.6),
    ("parcel", "快递服务站", "每日 08:00-21:00", 0.7),
    ("charging", "电动自行车充电站", "每日 00:00-24:00", 0.6),
    ("recycling", "可回收物交投点", "每日 08:00-18:00", 0.5),
    ("toilet", "公共厕所", "每日 06:00-22:00", 0.7),
    ("shelter", "应急避难点", "每日 00:00-24:00", 0.3),
)


def service_point_frame(houses: list[House], frame: LocalFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Service points at the doors of shops, or of homes where a community has no shop; each community has its service hall first."""
    names = hohhot_names()
    rows, places = [], []
    for community in sorted({house.community for house in houses}):
        own = [house for house in houses if house.community == community]
        shops = [house for house in own if house.footprint.use == "商业"] or own
        kinds = [kind for kind in _KINDS if rng.random() < kind[3]]
        for serial, (pick, (kind, name, hours, _)) in enumerate(
            zip(rng.choice(len(shops), len(kinds), replace=len(shops) < len(kinds)), kinds, strict=True), start=1
        ):
            place = short_name(names[community])
            address, phone = f"{place}{shops[pick].name}", landline(int(community[-3:]) * 20 + serial)
            rows.append((f"{community}S{serial:02d}", kind, f"{place}{name}", hours, address, phone))
            places.append(shops[pick].footprint.polygon.centroid)
    found = gpd.GeoDataFrame(
        rows,
        columns=["code", "kind", "name", "opening_hours", "address", "phone"],
        geometry=gpd.GeoSeries(frame.on_earth(np.array(places)), crs="EPSG:4326"),
        crs="EPSG:4326",
    )
    assert shapely.is_valid(found.geometry.values).all()
    return found.rename_geometry("geom")
