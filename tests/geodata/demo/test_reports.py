"""A year of reports: channels, rhythms, datums, and the planted hotspots."""

import numpy as np
import pandas as pd
import pytest

from geodata.demo import City
from gridmap.datum import to_wgs84
from gridmap.report import SOURCES, STATES
from tests.geodata.demo.conftest import UNTIL

ZONE = "Asia/Shanghai"


def wgs84(reports: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Positions without their datum's shift."""
    lon, lat = reports["lon"].to_numpy(), reports["lat"].to_numpy()
    found = np.full((2, len(reports)), np.nan)
    for datum in reports["datum"].unique():
        own = (reports["datum"] == datum).to_numpy()
        found[:, own] = to_wgs84(lon[own], lat[own], datum)
    return found[0], found[1]


def test_counts_channels_and_states(small: City) -> None:
    reports = small.reports
    assert len(reports) == 20_000
    assert set(reports["source"]) == set(SOURCES)
    assert set(reports["status"]) <= set(STATES)
    assert reports["key"].is_unique
    assert reports["category"].nunique() == 23
    assert reports["source"].value_counts(normalize=True)["patrol"] == pytest.approx(0.3, abs=0.04)


def test_only_the_hotline_has_places_in_words_alone(small: City) -> None:
    unplaced = small.reports[small.reports["lon"].isna()]
    assert set(unplaced["source"]) == {"hotline"}
    assert (unplaced["address_text"] != "").all()
    assert unplaced["accuracy_m"].isna().all()
    hotline = (small.reports["source"] == "hotline").sum()
    assert len(unplaced) / hotline == pytest.approx(0.7, abs=0.05)


def test_times_lie_in_the_year_and_in_order(small: City) -> None:
    reports = small.reports
    occurred = reports["occurred_at"].dt.tz_convert(ZONE)
    assert occurred.min() >= pd.Timestamp(small.first_day, tz=ZONE)
    assert reports["reported_at"].max() < pd.Timestamp(UNTIL, tz=ZONE)
    assert (reports["occurred_at"] <= reports["reported_at"]).all()
    assert reports["reported_at"].is_monotonic_increasing


def test_seasons_weekdays_and_hours(small: City) -> None:
    occurred = small.reports["occurred_at"].dt.tz_convert(ZONE)
    cold = small.reports["category"] == "供暖不热"
    assert not occurred[cold].dt.month.isin([5, 6, 7, 8, 9]).any()
    assert occurred[cold].dt.month.isin([10, 11, 12, 1]).mean() > 0.6
    patrol = small.reports["source"] == "patrol"
    hotspot = small.reports["category"].isin([spot.kind.category for spot in small.hotspots])
    assert (occurred[patrol & ~hotspot].dt.day_of_week >= 5).mean() < 0.18
    noise = small.reports["category"] == "噪声扰民"
    assert (occurred[noise].dt.hour.isin([19, 20, 21, 22, 23, 0])).mean() > 0.5


def test_positions_lie_in_the_city_once_their_datum_is_undone(small: City) -> None:
    placed = small.reports[small.reports["lon"].notna()]
    assert {"wgs84", "gcj02", "bd09", "cgcs2000"} == set(placed["datum"])
    west, south, east, north = small.divisions["geom"].total_bounds
    lon, lat = wgs84(placed)
    inside = (lon > west) & (lon < east) & (lat > south) & (lat < north)
    assert inside.mean() > 0.98
    shifted = placed["datum"].isin(["gcj02", "bd09"]).to_numpy()
    raw_east = placed["lon"].to_numpy()[shifted] - lon[shifted]
    assert (raw_east > 0.004).all()


def test_three_hotspots_are_planted(small: City) -> None:
    assert [spot.name for spot in small.hotspots] == ["night_market", "river_bank", "dark_street"]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_each_hotspot_stands_out_from_its_category(small: City, number: int) -> None:
    spot = small.hotspots[number]
    reports = small.reports[(small.reports["category"] == spot.kind.category) & small.reports["lon"].notna()]
    lon, lat = wgs84(reports)
    away = np.hypot((lon - spot.lon) * 84_300, (lat - spot.lat) * 111_050)
    near = away <= spot.radius_m
    assert near.sum() >= 0.85 * spot.count
    west, south, east, north = small.divisions["geom"].total_bounds
    elsewhere = (~near).sum() / ((east - west) * 84_300 * (north - south) * 111_050)
    here = near.sum() / (np.pi * spot.radius_m**2)
    assert here > 15 * elsewhere
    if spot.first_day is not None:
        since = reports["occurred_at"].dt.tz_convert(ZONE) >= pd.Timestamp(spot.first_day, tz=ZONE)
        assert (near & ~since.to_numpy()).sum() < 0.1 * spot.count
