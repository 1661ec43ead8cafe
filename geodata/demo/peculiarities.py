"""What is wrong with some reports, as it is in real data: planted, so that later work can be held against it."""

from dataclasses import dataclass
from datetime import date, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.demo.places import Places
from geodata.demo.staff import SHIQI
from geodata.demo.states import CITY_ZONE
from gridmap.datum import from_wgs84

#: The weeks in which an app of couriers labelled GCJ-02 as WGS84, in days before the end.
WRONG_DATUM_DAYS = (110, 75)
#: Until so many days before the end, what other programs handed over was rounded.
ROUNDED_DAYS = 180
_AT_HALL_SHARE, _GEOCODER_SHARE = 0.05, 0.1


@dataclass(frozen=True, slots=True)
class Peculiarity:
    """Something planted: its name, what it is, the keys of its reports; pairs where reports belong together."""

    name: str
    what: str
    keys: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...] = ()


def plant_peculiarities(
    frame: pd.DataFrame, places: Places, service_points: gpd.GeoDataFrame, until: date, rng: np.random.Generator
) -> tuple[Peculiarity, ...]:
    """Change some reports in place, and tell which. ``frame`` has ``pair`` and ``again`` besides the reports' columns."""
    return (
        _wrong_datum(frame, until),
        _at_hall(frame, service_points, rng),
        _at_centroid(frame, places, rng),
        _rounded(frame, until),
        _pairs(frame),
    )


def _wrong_datum(frame: pd.DataFrame, until: date) -> Peculiarity:
    start, end = (pd.Timestamp(until - timedelta(days=days), tz=CITY_ZONE) for days in WRONG_DATUM_DAYS)
    chosen = (frame["source"] == "courier") & frame["reported_at"].between(start, end, inclusive="left")
    frame.loc[chosen, "datum"] = "wgs84"
    return _told(frame, "wrong_datum", "couriers' coordinates are GCJ-02 but labelled wgs84", chosen)


def _at_hall(frame: pd.DataFrame, service_points: gpd.GeoDataFrame, rng: np.random.Generator) -> Peculiarity:
    halls = service_points[service_points["kind"] == "service_hall"]
    own = halls[halls["code"].str.startswith(SHIQI)]
    hall = (own if len(own) else halls)["geom"].iloc[0]
    alone = frame["source"].isin(["chat", "building_head"]) & (frame["pair"] < 0)
    chosen = alone & (rng.random(len(frame)) < _AT_HALL_SHARE)
    _put(frame, chosen, hall.x, hall.y, "gcj02", 30.0)
    return _told(frame, "at_hall", "registered at the service hall, with the hall's coordinates", chosen)


def _at_centroid(frame: pd.DataFrame, places: Places, rng: np.random.Generator) -> Peculiarity:
    middle = (places.corners.min(axis=0) + places.corners.max(axis=0)) / 2
    hotline = (frame["source"] == "hotline") & frame["lon"].notna()
    chosen = hotline & (rng.random(len(frame)) < _GEOCODER_SHARE)
    _put(frame, chosen, float(middle[0]), float(middle[1]), "bd09", 500.0)
    return _told(frame, "at_centroid", "addresses that the geocoder put in the middle of the street", chosen)


def _rounded(frame: pd.DataFrame, until: date) -> Peculiarity:
    before = pd.Timestamp(until - timedelta(days=ROUNDED_DAYS), tz=CITY_ZONE)
    chosen = (frame["source"] == "other") & (frame["reported_at"] < before)
    frame.loc[chosen, ["lon", "lat"]] = frame.loc[chosen, ["lon", "lat"]].round(3)
    return _told(frame, "rounded", "coordinates with three decimals", chosen)


def _pairs(frame: pd.DataFrame) -> Peculiarity:
    told = frame.loc[frame["pair"] >= 0, ["pair", "again", "key"]].sort_values(["pair", "again"])
    keys = told["key"].tolist()
    pairs = tuple(zip(keys[::2], keys[1::2], strict=True))
    return Peculiarity("told_twice", "one problem told by two channels within hours and metres", tuple(keys), pairs)


def _put(frame: pd.DataFrame, chosen: pd.Series, lon: float, lat: float, datum: str, accuracy_m: float) -> None:
    """Give the chosen reports one identical coordinate (``lon``, ``lat`` in WGS84) in a datum."""
    x, y = from_wgs84(lon, lat, datum)
    frame.loc[chosen, ["lon", "lat", "accuracy_m"]] = round(x, 6), round(y, 6), accuracy_m
    frame.loc[chosen, "datum"] = datum


def _told(frame: pd.DataFrame, name: str, what: str, chosen: pd.Series) -> Peculiarity:
    return Peculiarity(name, what, tuple(frame.loc[chosen, "key"]))
