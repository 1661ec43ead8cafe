"""Which datum a batch is in, told from where it falls: blocks of houses between streets, drawn here."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.assignment import GridIndex
from gridmap.datum import HYPOTHESES, DatumGuess, Footprints, from_wgs84, guess_datum, judge_stream

#: A town of 20 x 20 grids of 0.004 degrees, each with three rows of houses whose lengths differ.
WEST, SOUTH, SIDE, COUNT = 111.60, 40.75, 0.004, 20


def town() -> tuple[GridIndex, Footprints, np.ndarray]:
    rng = np.random.default_rng(5)
    corners = [(WEST + c * SIDE, SOUTH + r * SIDE) for r in range(COUNT) for c in range(COUNT)]
    grids = [shapely.box(x, y, x + SIDE, y + SIDE) for x, y in corners]
    houses = []
    for x, y in corners:
        for _ in range(9):
            at = (x + rng.uniform(0, 0.8) * SIDE, y + rng.uniform(0, 0.9) * SIDE)
            houses.append(shapely.box(*at, at[0] + 0.0006, at[1] + 0.00015))
    return GridIndex(grids), Footprints(houses), np.array([house.centroid.coords[0] for house in houses])


GRIDS, HOUSES, MIDDLES = town()


def at_homes(count: int, seed: int = 0, *, deep: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Positions as a telephone gives them: five metres around houses; ``deep``: none within 1.7 km of the town's edge."""
    rng = np.random.default_rng(seed)
    middle = (WEST + COUNT * SIDE / 2, SOUTH + COUNT * SIDE / 2)
    inner = np.abs(MIDDLES - middle).max(axis=1) < COUNT * SIDE / 2 - 0.02
    chosen = MIDDLES[inner] if deep else MIDDLES
    found = chosen[rng.integers(0, len(chosen), count)] + rng.normal(0, 5e-5, (count, 2))
    return found[:, 0], found[:, 1]


@pytest.mark.parametrize("datum", HYPOTHESES)
@pytest.mark.parametrize("deep", [False, True])
def test_homes_tell_every_datum_also_deep_inside_the_tiling(datum: str, deep: bool) -> None:
    lon, lat = from_wgs84(*at_homes(400, deep=deep), datum)
    found = guess_datum(lon, lat, grids=GRIDS, buildings=HOUSES, stated="wgs84")
    assert found.datum == datum
    assert found.confidence >= 0.999
    assert found.contradicts == (datum != "wgs84")
    assert found.points == 400
    assert found.shares[datum].grids > 0.97
    assert found.shares[datum].buildings is not None
    assert found.shares[datum].buildings > max(
        found.shares[other].buildings or 0.0 for other in HYPOTHESES if other != datum
    )


def test_without_buildings_the_edge_of_the_tiling_tells_and_its_middle_does_not() -> None:
    lon, lat = from_wgs84(*at_homes(2000), "bd09")
    assert guess_datum(lon, lat, grids=GRIDS).datum == "bd09"
    deep = guess_datum(*from_wgs84(*at_homes(2000, deep=True), "bd09"), grids=GRIDS)
    assert deep.datum is None
    assert deep.shares["wgs84"].grids == 1.0
    assert deep.shares["wgs84"].buildings is None


def test_cgcs2000_is_no_other_datum_than_wgs84() -> None:
    found = guess_datum(*at_homes(300), grids=GRIDS, buildings=HOUSES, stated="cgcs2000")
    assert found.datum == "wgs84"
    assert not found.contradicts


@pytest.mark.parametrize("count", [0, 1, 5, 9])
def test_a_few_points_say_nothing(count: int) -> None:
    found = guess_datum(*from_wgs84(*at_homes(count), "gcj02"), grids=GRIDS, buildings=HOUSES, stated="wgs84")
    assert found.datum is None
    assert not found.contradicts
    assert found.points == count


def test_nothing_is_said_of_nothing() -> None:
    nothing = np.array([np.nan, np.inf])
    assert guess_datum(nothing, nothing, grids=GRIDS, buildings=HOUSES).points == 0
    lon, lat = at_homes(500)
    assert guess_datum(lon, lat, grids=GridIndex([])).datum is None
    assert guess_datum(lon, lat, grids=GridIndex([]), buildings=Footprints([])).datum is None


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("margin", [-0.02, 0.05])
def test_uniform_points_are_of_no_datum(seed: int, margin: float) -> None:
    """Spread over far more than the tiling, or within its middle: no hypothesis is better than chance."""
    rng = np.random.default_rng(seed)
    low, high = -margin, COUNT * SIDE + margin
    lon, lat = WEST + rng.uniform(low, high, 1500), SOUTH + rng.uniform(low, high, 1500)
    assert guess_datum(lon, lat, grids=GRIDS, buildings=HOUSES, stated="gcj02").datum is None


def test_reports_about_roads_are_not_accused_because_a_shift_brings_them_to_houses() -> None:
    """Points between the houses: every wrong datum meets more houses than the right one, and so does any other shift."""
    rng = np.random.default_rng(1)
    lon, lat = WEST + rng.uniform(0.02, 0.06, 20_000), SOUTH + rng.uniform(0.02, 0.06, 20_000)
    off = ~HOUSES.near(lon, lat)
    found = guess_datum(lon[off], lat[off], grids=GRIDS, buildings=HOUSES, stated="wgs84")
    assert found.datum is None


def test_a_pile_has_one_vote() -> None:
    """Two thousand reports at a hall beside a house that a shift would put on another house."""
    lon, lat = np.full(2000, MIDDLES[200, 0]), np.full(2000, MIDDLES[200, 1])
    found = guess_datum(lon, lat, grids=GRIDS, buildings=HOUSES, stated="gcj02")
    assert (found.datum, found.places) == (None, 1)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(HYPOTHESES),
    st.integers(0, 300),
    st.integers(0, 10_000),
    st.sampled_from(["wgs84", "gcj02", "bd09"]),
)
def test_what_is_named_is_right_and_what_is_stated_changes_nothing(
    datum: str, count: int, seed: int, stated: str
) -> None:
    lon, lat = from_wgs84(*at_homes(count, seed), datum)
    found = guess_datum(lon, lat, grids=GRIDS, buildings=HOUSES, stated=stated)
    assert found.datum in (None, datum)
    assert 0.0 <= found.confidence <= 1.0
    assert replace(found, stated=None) == guess_datum(lon, lat, grids=GRIDS, buildings=HOUSES)
    order = np.random.default_rng(seed).permutation(count)
    assert guess_datum(lon[order], lat[order], grids=GRIDS, buildings=HOUSES).datum == found.datum


def test_footprints_know_their_metres() -> None:
    one = Footprints([shapely.box(111.70, 40.80, 111.701, 40.801), None, shapely.Polygon()], within_m=8.0)
    metre = 1 / 111_195
    lon = np.array([111.7005, 111.701 + 7 * metre / np.cos(np.radians(40.8)), 111.701 + 9 * metre / 0.757, np.nan])
    assert one.near(lon, np.full(4, 40.8005)).tolist() == [True, True, False, False]
    assert len(one) == 1


@pytest.mark.shared
def test_published_cities_are_told_apart_by_the_grids_around_them(shared_data: Path) -> None:
    """664 cities, a grid of 400 m around each: published GCJ-02 and BD-09 positions fall into them only once undone."""
    vectors = (shared_data / "gcj02_vectors" / "gcoord_china_cities_664.json").read_text()
    cities = [city["coords"] for city in json.loads(vectors)]
    middles = np.array([city["WGS84"] for city in cities])
    index = GridIndex([shapely.box(x - 0.0002, y - 0.0002, x + 0.0002, y + 0.0002) for x, y in middles])
    for name, datum in (("WGS84", "wgs84"), ("GCJ02", "gcj02"), ("BD09", "bd09")):
        lon, lat = np.array([city[name] for city in cities]).T
        found = guess_datum(lon, lat, grids=index, stated="wgs84")
        assert (found.datum, found.contradicts) == (datum, datum != "wgs84")
        assert found.shares[datum].grids > 0.98


def days_of(count: int, first: int, last: int) -> np.ndarray:
    return np.linspace(first, last, count).astype(np.int64)


def test_a_stream_that_changes_its_datum_is_cut_where_it_does() -> None:
    lon, lat = at_homes(900)
    shifted = from_wgs84(lon, lat, "gcj02")
    day = days_of(900, 0, 299)
    wrong = (day >= 100) & (day < 135)
    x, y = np.where(wrong, shifted[0], lon), np.where(wrong, shifted[1], lat)
    order = np.random.default_rng(3).permutation(900)
    runs = judge_stream(x[order], y[order], day[order], stated="wgs84", grids=GRIDS, buildings=HOUSES)
    assert [run.guess.contradicts for run in runs] == [False, True, False]
    assert (runs[1].first_day, runs[1].last_day) == pytest.approx((100, 134), abs=1)
    assert runs[1].guess.datum == "gcj02"
    assert sum(run.reports for run in runs) == 900


def test_a_stream_that_was_always_wrong_is_one_run() -> None:
    lon, lat = from_wgs84(*at_homes(200), "bd09")
    [run] = judge_stream(lon, lat, days_of(200, 5, 90), stated="gcj02", grids=GRIDS, buildings=HOUSES)
    assert (run.first_day, run.last_day, run.reports, run.guess.datum) == (5, 90, 200, "bd09")
    assert run.guess.contradicts


@pytest.mark.parametrize("seed", range(8))
def test_an_honest_stream_is_never_accused(seed: int) -> None:
    lon, lat = at_homes(600, seed)
    runs = judge_stream(lon, lat, days_of(600, 0, 365), stated="wgs84", grids=GRIDS, buildings=HOUSES)
    assert [run.guess.contradicts for run in runs] == [False]


def test_a_stream_without_reports_has_no_runs() -> None:
    nothing = np.array([])
    assert judge_stream(nothing, nothing, nothing.astype(np.int64), stated="wgs84", grids=GRIDS) == []


def test_a_guess_without_a_statement_contradicts_nothing() -> None:
    assert not DatumGuess("gcj02", 1.0, 500, 400, {}).contradicts
