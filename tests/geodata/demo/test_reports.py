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


def planted(city: City, name: str) -> pd.DataFrame:
    """The reports of a peculiarity."""
    (found,) = (each for each in city.peculiarities if each.name == name)
    reports = city.reports[city.reports["key"].isin(found.keys)]
    assert len(reports) == len(found.keys) > 0
    return reports


def metres(one: pd.DataFrame, other: pd.DataFrame) -> np.ndarray:
    """Distances of rows, once their datums are undone."""
    (x, y), (lon, lat) = wgs84(one), wgs84(other)
    away: np.ndarray = np.hypot((x - lon) * 84_300, (y - lat) * 111_050)
    return away


def test_for_some_weeks_couriers_coordinates_bear_the_wrong_label(small: City) -> None:
    wrong = planted(small, "wrong_datum")
    couriers = small.reports[small.reports["source"] == "courier"]
    days = (UNTIL - wrong["reported_at"].dt.tz_convert(ZONE).dt.date).map(lambda each: each.days)
    assert days.between(75, 110).all()
    assert set(couriers.loc[~couriers["key"].isin(wrong["key"]), "datum"]) == {"gcj02"}
    # Believed, they lie 604 m from where they were.
    assert metres(wrong, wrong.assign(datum="gcj02")) == pytest.approx(604, abs=20)


@pytest.mark.parametrize(("name", "least"), [("at_hall", 100), ("at_centroid", 80)])
def test_piles_have_one_identical_coordinate(small: City, name: str, least: int) -> None:
    pile = planted(small, name)
    assert len(pile) >= least
    assert pile[["lon", "lat", "datum"]].drop_duplicates().shape[0] == 1
    if name == "at_hall":
        hall = small.service_points.loc[small.service_points["code"] == "150105001018S01"].iloc[0]
        lon, lat = wgs84(pile.head(1))
        assert (lon[0], lat[0]) == pytest.approx((hall["geom"].x, hall["geom"].y), abs=1e-6)


def test_what_other_programs_handed_over_first_is_rounded(small: City) -> None:
    rounded = planted(small, "rounded")
    assert (rounded[["lon", "lat"]] == rounded[["lon", "lat"]].round(3)).all(axis=None)
    later = small.reports[(small.reports["source"] == "other") & ~small.reports["key"].isin(rounded["key"])]
    assert not (later["lon"] == later["lon"].round(3)).any()


def test_some_problems_are_told_twice_within_hours_and_metres(small: City) -> None:
    (told,) = (each for each in small.peculiarities if each.name == "told_twice")
    by_key = small.reports.set_index("key")
    first, second = (by_key.loc[list(keys)] for keys in zip(*told.pairs, strict=True))
    assert len(told.pairs) == 300
    assert first["category"].to_list() == second["category"].to_list()
    assert (first["source"].to_numpy() != second["source"].to_numpy()).all()
    later = (
        second["occurred_at"].reset_index(drop=True) - first["occurred_at"].reset_index(drop=True)
    ).dt.total_seconds()
    assert later.between(1, 9 * 3600).all()
    assert np.percentile(metres(first, second), 90) < 60
    assert (second["status"] == "merged").mean() > 0.4
