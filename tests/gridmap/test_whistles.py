"""Whistle against hotline: every pair looked at, and silence where it was planted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gridmap.hotspot.plane import metres_per_degree
from gridmap.hotspot.whistles import Events, lead_times, silent_grids
from gridmap.hotspot.whistles.leading import UnequalEvents

CENTRE = (111.7, 40.8)


def some_events(rng: np.random.Generator, count: int) -> tuple[Events, np.ndarray]:
    metres = rng.integers(0, 12, (count, 2)) * 149.0
    east, north = metres_per_degree(*CENTRE)
    grid, kind = rng.integers(-1, 4, count), rng.integers(0, 3, count)
    day = rng.integers(0, 60, count) / 2
    lon = np.where(rng.random(count) < 0.1, np.nan, CENTRE[0] + metres[:, 0] / east)
    return Events.of(lon, CENTRE[1] + metres[:, 1] / north, grid, kind, day), np.where(np.isnan(lon)[:, None], np.nan, metres)  # fmt: skip


@given(st.integers(0, 10_000), st.integers(0, 40), st.integers(0, 40))
def test_every_pair_looked_at(seed: int, whistles: int, complaints: int) -> None:
    rng = np.random.default_rng(seed)
    (first, of_first), (then, of_then) = some_events(rng, whistles), some_events(rng, complaints)
    expected = []
    for c in range(complaints):
        leads = [
            then.day[c] - first.day[w]
            for w in range(whistles)
            if first.kind[w] == then.kind[c]
            and 0 <= then.day[c] - first.day[w] <= 14
            and (0 <= first.grid[w] == then.grid[c] or np.hypot(*(of_first[w] - of_then[c])) <= 300)
        ]
        expected.append(max(leads, default=np.nan))
    np.testing.assert_array_equal(lead_times(first, then), expected)


def test_columns_of_other_lengths_are_refused() -> None:
    with pytest.raises(UnequalEvents):
        Events.of([111.7], [40.8, 40.9], [1], [1], [1])
    with pytest.raises(UnequalEvents):
        silent_grids([1, 2], [1])


def test_without_a_difference_between_grids_the_tail_is_poissons() -> None:
    heard, asked = np.array([10, 11, 9, 10, 10, 6]), np.array([10, 10, 10, 10, 10, 10])
    found = silent_grids(heard, asked)
    assert found.dispersion == 0
    for grid in range(6):
        mean = asked[grid] * (heard.sum() - heard[grid]) / (asked.sum() - asked[grid])
        assert found.expected[grid] == pytest.approx(mean)
        assert found.p[grid] == pytest.approx(sum(stats.poisson.pmf(k, mean) for k in range(heard[grid] + 1)))


def test_silent_grids_are_found_among_grids_that_differ_and_others_are_rarely_blamed() -> None:
    rng = np.random.default_rng(3)
    asked = rng.poisson(20, 400)
    heard = rng.poisson(asked * rng.gamma(8, 1 / 8, 400))
    assert silent_grids(heard, asked).silent.sum() <= 2
    heard[:20] = rng.poisson(0.4, 20)
    found = silent_grids(heard, asked)
    assert found.dispersion == pytest.approx(1 / 8, rel=0.6)
    assert found.silent[:20].sum() >= 15
    assert found.silent[20:].sum() <= 5


def test_few_complaints_say_nothing() -> None:
    found = silent_grids([0, 50, 50], [4, 40, 40])
    assert np.isnan(found.p[0])
    assert not found.silent[0]
    assert not silent_grids([], []).silent.any()
    assert not silent_grids([3], [9]).silent.any()
    assert not silent_grids([0, 0], [9, 9]).silent.any()
