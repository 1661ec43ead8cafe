"""Last year on a draft: owners, loads, bad days and walks against what one works out by hand or by trying everything."""

from itertools import pairwise, permutations
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.assignment import GridIndex
from gridmap.coverage.measures import metres_per_degree
from gridmap.planning.replay import (
    DayOutOfPeriod,
    Events,
    UnequalEvents,
    UnknownKind,
    beside,
    replay,
    starts_in,
    walking_m,
)

WEST, EAST = shapely.box(111.70, 40.80, 111.71, 40.81), shapely.box(111.71, 40.80, 111.72, 40.81)
GRIDS = np.array([WEST, EAST])
JANUARY = np.datetime64("2026-01-01", "D")


def events(rows: list[tuple[float, float, int, int]], **options: Any) -> Events:
    """Events by longitude, latitude, day of January from 0, channel."""
    lon, lat, day, channel = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    options.setdefault("first", JANUARY)
    options.setdefault("last", JANUARY + 30)
    return Events(lon, lat, JANUARY + day.astype(np.int64), channel.astype(np.int64), **options)


def played(found: Events, shapes: Any = GRIDS, codes: Any = ("A", "B"), **options: Any) -> Any:
    return replay(found, GridIndex(shapes), codes, starts_in(shapes), **options)


def test_owners_channels_and_days() -> None:
    rows = [
        (111.705, 40.805, 3, 0),
        (111.706, 40.805, 3, 2),
        (111.715, 40.805, 4, 1),
        (111.705, 40.805, 9, 2),
        (112, 41, 1, 0),
    ]
    found = played(events(rows))
    assert found.owner.tolist() == [0, 0, 1, 0, -1]
    assert found.without_grid == 1
    table = found.grids.set_index("code")
    assert table[["events", "case", "hotline", "visit"]].values.tolist() == [[3, 1, 0, 2], [1, 0, 1, 0]]
    assert table["mean_day"].tolist() == pytest.approx([3 / 31, 1 / 31])
    assert table["peak_work"].tolist() == [2, 1]
    assert table["peak_day"].dt.strftime("%m-%d").tolist() == ["01-04", "01-05"]
    assert table["bad_day_work"].tolist() == [1, 0]  # 30 of 31 days: one day may be worse
    assert (found.gini, found.max_to_mean) == (pytest.approx(0.25), pytest.approx(1.5))


def test_work_weights_and_workers() -> None:
    rows = [(111.705, 40.805, 0, 0), (111.705, 40.805, 0, 0), (111.715, 40.805, 0, 0)]
    found = played(events(rows, work=np.array([30.0, 30.0, 60.0])), workers=[2, 1])
    assert found.grids["work_per_worker"].tolist() == [30, 60]
    assert found.gini == pytest.approx(1 / 6)  # of 30, 30, 60
    nobody = played(events(rows), workers=[0, 1]).grids
    assert np.isnan(nobody["work_per_worker"][0])


def test_categories() -> None:
    rows = [(111.705, 40.805, 0, 0), (111.705, 40.805, 1, 0), (111.715, 40.805, 0, 0), (0, 0, 0, 0)]
    found = played(events(rows, category=np.array([1, 1, 0, 0]), categories=("井盖", "噪声")))
    assert found.categories.values.tolist() == [["A", "噪声", 2], ["B", "井盖", 1]]


def test_nothing_happened_and_no_grids() -> None:
    found = played(events([]))
    assert found.grids["events"].tolist() == [0, 0]
    assert found.grids["peak_day"].isna().all()
    assert np.isnan(found.gini)
    nowhere = np.empty(0, dtype=object)
    assert played(events([(111.7, 40.8, 0, 0)]), nowhere, ()).without_grid == 1
    unplaced = played(events([(np.nan, np.nan, 0, 0), (111.705, 40.805, 0, 0)]))
    assert (unplaced.without_grid, unplaced.grids["events"].tolist()) == (1, [1, 0])


def test_bad_input() -> None:
    with pytest.raises(UnequalEvents):
        Events(np.zeros(2), np.zeros(1), np.array([JANUARY] * 2), np.zeros(2, dtype=np.int64))
    with pytest.raises(DayOutOfPeriod) as late:
        events([(111.7, 40.8, 0, 0), (111.7, 40.8, 31, 0)])
    assert late.value.row == 1
    with pytest.raises(UnknownKind):
        events([(111.7, 40.8, 0, 3)])
    with pytest.raises(UnknownKind):
        events([(111.7, 40.8, 0, 0)], category=np.array([0]))
    for options in ({"codes": ("A",)}, {"workers": [1]}):
        with pytest.raises(UnequalEvents):
            played(events([]), **options)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 30), st.integers(1, 9)), max_size=60))
def test_days_as_pandas_counts_them(rows: list[tuple[int, int, int]]) -> None:
    places = [(111.705 + 0.01 * grid, 40.805, day, 0) for grid, day, _ in rows]
    found = played(events(places, work=np.array([float(work) for *_, work in rows]))).grids
    each = pd.DataFrame(rows, columns=["grid", "day", "work"]).groupby(["grid", "day"])["work"].sum()
    for grid in (0, 1):
        days = np.zeros(31)
        if grid in each.index.get_level_values(0):
            of_grid = each.loc[grid]
            days[of_grid.index.to_numpy()] = of_grid.to_numpy()
        row = found.iloc[grid]
        assert row["work"] == days.sum()
        assert row["peak_work"] == days.max()
        assert row["bad_day_work"] == np.quantile(days, 0.95, method="inverted_cdf")
        if days.any():
            assert row["peak_day"] == JANUARY + int(np.argmax(days))


def shortest(x: Any, y: Any) -> float:
    """The shortest round from the origin over all places, by trying every order."""
    best = np.inf
    for order in permutations(range(len(x))):
        at = np.array([(0.0, 0.0), *((x[place], y[place]) for place in order), (0.0, 0.0)])
        best = min(best, float(np.hypot(*np.diff(at, axis=0).T).sum()))
    return best


def test_rounds_against_every_order() -> None:
    rng = np.random.default_rng(5)
    east, north = (float(scale) for scale in metres_per_degree(40.8))
    ratios = []
    for _ in range(60):
        x, y = rng.uniform(-300, 300, (2, rng.integers(1, 8)))
        one = np.zeros(len(x), dtype=np.int64)
        _, _, found = walking_m(111.7 + x / east, 40.8 + y / north, one, one, np.array([111.7]), np.array([40.8]))
        ratios.append(found[0] / shortest(x, y))
    assert min(ratios) > 1 - 1e-6
    assert np.mean(ratios) < 1.01
    assert max(ratios) < 1.15


def test_rounds_of_grids_and_days_are_apart() -> None:
    east, north = (float(scale) for scale in metres_per_degree(40.8))
    lon = 111.7 + np.array([100, 100, 100, -50, 100]) / east
    lat = 40.8 + np.array([0, 0, 0, 0, 10_000]) / north
    grid, day = np.array([0, 0, 0, 0, 1]), np.array([7, 7, 8, 8, 7])
    of_grid, days, metres = walking_m(lon, lat, grid, day, np.array([111.7, 111.7]), np.array([40.8, 40.8]), threads=2)
    assert list(zip(of_grid.tolist(), days.tolist(), strict=True)) == [(0, 7), (0, 8), (1, 7)]
    # There and back, twice at one place being one stop; to both sides.
    assert metres[:2].tolist() == pytest.approx([200, 300], rel=1e-6)
    assert walking_m(lon[:0], lat[:0], grid[:0], day[:0], lon[:1], lat[:1])[2].tolist() == []


def test_long_rounds_are_near_what_theory_says() -> None:
    """Beardwood, Halton and Hammersley 1959: about 0.7124 times the root of number times area."""
    rng = np.random.default_rng(6)
    east, north = (float(scale) for scale in metres_per_degree(40.8))
    for count, most in ((1000, 1.12), (5000, 1.35)):
        x, y = rng.uniform(0, 1000, (2, count))
        one = np.zeros(count, dtype=np.int64)
        _, _, found = walking_m(111.7 + x / east, 40.8 + y / north, one, one, np.array([111.7]), np.array([40.8]))
        expected = 0.7124 * np.sqrt(count * 1e6)
        assert 0.95 < found[0] / expected < most


def test_the_walk_counts_only_what_one_walks_to() -> None:
    rows = [(111.705, 40.805, 0, 0), (111.7051, 40.805, 0, 1)]
    both = played(events(rows)).grids["walking_km"][0]
    one = played(events(rows, walked=np.array([True, False]))).grids["walking_km"][0]
    assert 0 <= one < both


def test_a_draft_beside_the_present_grids() -> None:
    rows = [(111.701 + 0.001 * step, 40.805, step, 0) for step in range(18)]
    before = played(events(rows))
    halves = np.array([shapely.box(111.70, 40.80, 111.72, 40.805), shapely.box(111.70, 40.805, 111.72, 40.81)])
    after = played(events(rows), halves, ("B", "C"))
    found = beside(before, after)
    table = found.grids.set_index("code")
    assert table.index.tolist() == ["A", "B", "C"]
    assert table.loc["B", ["events_before", "events_after", "events_change"]].tolist() == [
        before.grids["events"][1],
        after.grids["events"][0],
        after.grids["events"][0] - before.grids["events"][1],
    ]
    assert np.isnan(table.loc["A", "events_after"])
    totals = found.totals.set_index("what")
    assert totals.loc["events", "change"] == 0
    assert totals.loc["gini", "after"] == after.gini
    assert totals.loc["walking_km", "before"] == pytest.approx(before.grids["walking_km"].sum())


def test_the_order_of_events_does_not_matter() -> None:
    rng = np.random.default_rng(7)
    rows = [
        (*place, int(day), 0)
        for place, day in zip(
            rng.uniform((111.7, 40.8), (111.72, 40.81), (300, 2)), rng.integers(0, 9, 300), strict=True
        )
    ]
    one, other = played(events(rows)), played(events(rows[::-1]))
    pd.testing.assert_frame_equal(one.grids, other.grids)


def test_a_year_of_a_city_loses_nothing() -> None:
    rng = np.random.default_rng(8)
    east, north = np.linspace(111.5, 111.9, 31), np.linspace(40.7, 41.0, 31)
    shapes = np.array([shapely.box(a, c, b, d) for a, b in pairwise(east) for c, d in pairwise(north)])
    count = 100_000
    channel = rng.integers(0, 3, count)
    lon, lat = rng.uniform((111.5, 40.7), (111.9, 41.0), (count, 2)).T
    year = Events(lon, lat, JANUARY + rng.integers(0, 365, count), channel)
    found = played(year, shapes, [f"{number:015d}" for number in range(len(shapes))], threads=2)
    assert found.grids["events"].sum() == count
    assert [found.grids[name].sum() for name in year.channels] == np.bincount(channel).tolist()
    assert found.grids["mean_day"].sum() == pytest.approx(count / 365)
