"""Piles and rounded coordinates, and what only looks like them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.positions import LEAST_REPORTS, decimals, find_piles, find_rounded

LON, LAT = 111.7066931, 40.8266631


def scattered(count: int, metres: float, seed: int = 0, digits: int = 7) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    east, north = rng.normal(0, metres, (2, count)) / 111_195
    return np.round(LON + east / 0.757, digits), np.round(LAT + north, digits)


def told(count: int, categories: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """A day and a category for each."""
    return np.arange(count, dtype=np.int64), np.arange(count, dtype=np.int64) % categories


def test_a_pile_is_found_among_reports_around_it() -> None:
    lon, lat = scattered(300, 400)
    lon[:40], lat[:40] = LON, LAT
    [pile] = find_piles(lon, lat, *told(300))
    assert sorted(pile.rows) == list(range(40))
    assert (pile.lon, pile.lat) == (round(LON, 6), round(LAT, 6))


@pytest.mark.parametrize("metres", [3, 10, 50])
@pytest.mark.parametrize("digits", [5, 6, 7])
def test_a_hotspot_scatters_and_is_none(metres: float, digits: int) -> None:
    """Four hundred reports about one night market."""
    assert find_piles(*scattered(400, metres, digits=digits), *told(400)) == []


def test_coordinates_of_four_decimals_meet_by_chance() -> None:
    """Three hundred reports within twenty metres on a lattice of ten metres."""
    assert find_piles(*scattered(300, 20, digits=4), *told(300)) == []


def test_a_thing_that_is_known_by_its_number_is_none() -> None:
    lon, lat = np.full(50, LON), np.full(50, LAT)
    day, _ = told(50)
    assert find_piles(lon, lat, day, np.zeros(50, dtype=np.int64)) == []


def test_many_reports_of_one_day_are_none() -> None:
    lon, lat = np.full(50, LON), np.full(50, LAT)
    assert find_piles(lon, lat, np.zeros(50, dtype=np.int64), told(50)[1]) == []


def test_few_are_none_and_nothing_is_nothing() -> None:
    few = LEAST_REPORTS - 1
    assert find_piles(np.full(few, LON), np.full(few, LAT), *told(few)) == []
    nothing = np.array([])
    assert find_piles(nothing, nothing, nothing.astype(np.int64), nothing.astype(np.int64)) == []


def test_the_largest_comes_first() -> None:
    lon = np.repeat([LON, LON + 0.01], [20, 60])
    found = find_piles(lon, np.full(80, LAT), *told(80))
    assert [len(pile.rows) for pile in found] == [60, 20]


def test_decimals_are_those_of_the_finer_axis() -> None:
    assert decimals([111.0, 111.7, 111.7001, 111.123456789], [40.0, 40.812, 40.8, 40.8]).tolist() == [0, 3, 4, 8]


def test_rounded_ones_are_found_among_exact_ones() -> None:
    lon, lat = scattered(500, 2000)
    lon[:60], lat[:60] = np.round(lon[:60], 3), np.round(lat[:60], 3)
    found = find_rounded(lon, lat)
    assert np.flatnonzero(found).tolist() == list(range(60))


def test_one_of_three_decimals_among_seven_is_rounded() -> None:
    lon, lat = scattered(500, 2000)
    lon[7], lat[7] = np.round(lon[7], 3), np.round(lat[7], 3)
    assert np.flatnonzero(find_rounded(lon, lat)).tolist() == [7]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([5, 6, 7]))
def test_zeros_that_come_by_chance_are_not_rounded(seed: int, digits: int) -> None:
    """One of a million positions with six decimals ends with three zeros twice and is taken for rounded; two of 3,000 never do."""
    lon, lat = scattered(3000, 5000, seed, digits)
    assert find_rounded(lon, lat).sum() <= 1


def test_four_decimals_are_good_enough() -> None:
    assert not find_rounded(*scattered(300, 5000, digits=4)).any()


def test_a_source_that_knows_no_better_is_rounded_as_a_whole() -> None:
    assert find_rounded(*scattered(50, 5000, digits=3)).all()
    assert find_rounded(np.array([]), np.array([])).tolist() == []
