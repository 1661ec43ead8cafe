"""The scan against every window written out, its replicates against others made another way."""

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from gridmap.hotspot import Cluster, space_time_scan
from gridmap.hotspot.scan.chance import Chance, largest_by_chance
from gridmap.hotspot.scan.errors import BadScanInput, CasesWithoutPopulation, ScanTooLarge
from gridmap.hotspot.scan.expectation import expected
from gridmap.hotspot.scan.windows import RecentWindows, WindowsOfAnyTime
from gridmap.hotspot.scan.zones import zones

Window = tuple[float, frozenset[int], int, int]


def llr(count: float, mean: float, total: int | None) -> float:
    """Kulldorff's ratio given the total, and the expectation-based one without."""
    if count <= mean:
        return 0.0
    if total is None:
        return count * math.log(count / mean) + mean - count
    rest = (total - count) * math.log((total - count) / (total - mean)) if count < total else 0.0
    return count * math.log(count / mean) + rest


def every_zone(xy: np.ndarray, mass: np.ndarray, radius: float, places: int, share: float) -> list[frozenset[int]]:
    found = []
    for centre in range(len(xy)):
        distance = np.round(np.hypot(*(xy - xy[centre]).T), 6)
        for limit in np.unique(distance):
            members = np.flatnonzero(distance <= limit)
            if limit <= radius and len(members) <= places and mass[members].sum() <= share * mass.sum() * (1 + 1e-9):
                found.append(frozenset(members.tolist()))
    return found


def every_window(cases: np.ndarray, mean: np.ndarray, near: list[frozenset[int]], longest: int, *, total: int | None, prospective: bool) -> list[Window]:  # fmt: skip
    steps, found = len(cases), []
    for members, last in product(set(near), range(steps)):
        if prospective and last < steps - 1:
            continue
        for first in range(max(0, last - longest + 1), last + 1):
            inside = (slice(first, last + 1), sorted(members))
            found.append((llr(float(cases[inside].sum()), float(mean[inside].sum()), total), members, first, last))
    return found


def some_cases(model: str, seed: int) -> tuple[np.ndarray, np.ndarray, Any, np.ndarray]:
    """Cases, places, the population that the model asks for, and what it expects, computed here."""
    rng = np.random.default_rng(seed)
    steps, places = 7, 9
    xy = rng.integers(0, 4, (places, 2)).astype(float)
    cases = rng.poisson(1.2, (steps, places))
    cases[-2:, :2] += rng.poisson(2, (2, 2))
    if model == "permutation":
        return cases, xy, None, np.outer(cases.sum(axis=1), cases.sum(axis=0)) / cases.sum()
    population = rng.uniform(0.5, 2.5, (steps, places))
    if model == "poisson":
        return cases, xy, population, population / population.sum() * cases.sum()
    return cases, xy, population, population


@pytest.mark.parametrize("prospective", [True, False])
@pytest.mark.parametrize("model", ["permutation", "poisson", "expectation"])
@pytest.mark.parametrize("seed", range(6))
def test_clusters_are_the_best_of_all_windows_that_share_no_place(model: str, seed: int, prospective: bool) -> None:
    cases, xy, population, mean = some_cases(model, seed)
    limits = {"max_radius": 2.5, "max_places": 5, "max_steps": 3}
    found = space_time_scan(cases, xy, model=model, population=population, prospective=prospective, replicates=9, rng=1, **limits)  # fmt: skip
    mass = (cases if population is None else population).sum(axis=0)
    total = None if model == "expectation" else int(cases.sum())
    near = every_zone(xy, mass, 2.5, 5, 0.5)
    windows = every_window(cases, mean, near, 3, total=total, prospective=prospective)
    used: set[int] = set()
    for cluster in found:
        best = max(ratio for ratio, members, _, _ in windows if not members & used)
        assert cluster.llr == pytest.approx(best, abs=1e-9)
        inside = (slice(cluster.first_step, cluster.last_step + 1), sorted(cluster.members))
        assert cluster.observed == cases[inside].sum()
        assert cluster.expected == pytest.approx(mean[inside].sum())
        assert cluster.llr == pytest.approx(llr(cluster.observed, cluster.expected, total), abs=1e-9)
        assert frozenset(cluster.members) in near
        used |= set(cluster.members)
    assert not [ratio for ratio, members, _, _ in windows if ratio > 1e-9 and not members & used]


@pytest.mark.parametrize("prospective", [True, False])
@pytest.mark.parametrize("model", ["permutation", "poisson", "expectation"])
@pytest.mark.parametrize("lowest", [0.0, 3.0])
def test_floors_leave_out_nothing_that_matters(model: str, prospective: bool, lowest: float) -> None:
    cases, xy, population, mean = some_cases(model, 3)
    under = expected(model, cases, population)
    near = zones(xy, under.mass, max_radius=None, max_places=6, max_share=0.6)
    windows = (RecentWindows if prospective else WindowsOfAnyTime)(near, under.mean, under.total, 3)
    chance = Chance.of(model, cases, under, windows.steps, 40, 5)
    largest = largest_by_chance(windows, chance, lowest, 2)
    sets = every_zone(xy, under.mass, math.inf, 6, 0.6)
    places = None if chance.place_of_case is None else chance.place_of_case.copy()
    for replicate in range(40):
        made = np.zeros((len(xy), windows.steps), dtype=np.int64)
        chance.fill(replicate, places, made)
        again = made.T[::-1]
        given = mean[-len(again) :]
        total = None if under.total < 0 else under.total
        best = max(w[0] for w in every_window(again, given, sets, 3, total=total, prospective=prospective))
        assert largest[replicate] == pytest.approx(best, abs=1e-9) or best < lowest
        if model == "permutation":
            assert again.sum(axis=1).tolist() == cases.sum(axis=1)[-len(again) :].tolist()


@pytest.mark.parametrize("model", ["permutation", "poisson", "expectation"])
def test_replicates_are_spread_as_others_made_without_this_code(model: str) -> None:
    cases, xy, population, mean = some_cases(model, 8)
    under = expected(model, cases, population)
    near = zones(xy, under.mass, max_radius=None, max_places=5, max_share=0.5)
    windows = RecentWindows(near, under.mean, under.total, 3)
    ours = largest_by_chance(windows, Chance.of(model, cases, under, 3, 600, 2), 0.0, 2)
    rng = np.random.default_rng(77)
    sets = every_zone(xy, under.mass, math.inf, 5, 0.5)
    theirs = []
    for _ in range(600):
        if model == "permutation":
            step, place = (np.repeat(axis.ravel(), cases.ravel()) for axis in np.indices(cases.shape))
            again = np.zeros_like(cases)
            np.add.at(again, (rng.permutation(step), place), 1)
        elif model == "poisson":
            again = rng.multinomial(cases.sum(), (mean / mean.sum()).ravel()).reshape(cases.shape)
        else:
            again = rng.poisson(mean)
        total = None if model == "expectation" else int(cases.sum())
        theirs.append(max(w[0] for w in every_window(again, mean, sets, 3, total=total, prospective=True)))
    assert ks_2samp(ours, theirs).pvalue > 0.01


def test_the_p_value_counts_replicates_as_high_and_the_seed_is_all_that_matters() -> None:
    cases, xy, _, _ = some_cases("permutation", 4)
    found = space_time_scan(cases, xy, max_steps=2, replicates=199, rng=6, threads=1)
    assert found == space_time_scan(cases, xy, max_steps=2, replicates=199, rng=6, threads=3)
    assert found != space_time_scan(cases, xy, max_steps=2, replicates=199, rng=7)
    under = expected("permutation", cases, None)
    near = zones(xy, under.mass, max_radius=None, max_places=None, max_share=0.5)
    windows = RecentWindows(near, under.mean, under.total, 2)
    largest = largest_by_chance(windows, Chance.of("permutation", cases, under, 2, 199, 6), 0.0, 1)
    for cluster in found:
        reached = int((largest >= cluster.llr * (1 - 1e-12)).sum())
        assert cluster.p_value == (1 + reached) / 200
        assert cluster.recurrence_interval == pytest.approx(200 / (1 + reached))
    assert [each.llr for each in found] == sorted((each.llr for each in found), reverse=True)


def test_a_planted_cluster_is_found_and_where_nothing_happened_nothing_is() -> None:
    rng = np.random.default_rng(12)
    xy = rng.uniform(0, 5000, (150, 2))
    cases = rng.poisson(0.3, (90, 150))
    quiet = space_time_scan(cases, xy, max_places=20, max_steps=7, rng=3)
    assert quiet[0].p_value > 0.05
    middle = np.hypot(*(xy - xy[40]).T).argsort()[:4]
    cases[-5:, middle] += rng.poisson(2.5, (5, 4))
    found = space_time_scan(cases, xy, max_places=20, max_steps=7, rng=3)[0]
    assert found.p_value == 0.001
    assert set(middle.tolist()) <= set(found.members)
    assert len(found.members) <= 6
    assert (found.last_step, found.first_step) == (89, 85)
    assert found.relative_risk == found.observed / found.expected


def test_risk_inside_over_outside() -> None:
    cases = np.array([[2, 2, 2, 2], [2, 2, 2, 9]])
    [best, *_] = space_time_scan(cases, [[0, 0], [9, 0], [0, 9], [9, 9]], model="poisson", population=[10, 10, 10, 10], rng=1)  # fmt: skip
    assert best == Cluster((3,), 1, 1, 9, pytest.approx(23 / 8), pytest.approx((9 / (23 / 8)) / (14 / (23 * 7 / 8))), best.llr, best.p_value)  # fmt: skip
    assert best.llr == pytest.approx(9 * math.log(9 / 2.875) + 14 * math.log(14 / 20.125))


@given(st.integers(0, 10_000), st.integers(1, 12), st.sampled_from([None, 1.0, 1.5, 3.0]))
def test_places_at_one_distance_enter_together(seed: int, most: int, radius: float | None) -> None:
    xy = np.random.default_rng(seed).integers(0, 4, (12, 2)) * 0.1 + 1000.3
    found = zones(xy, np.ones(12), max_radius=None if radius is None else radius / 10, max_places=most, max_share=1.0)
    made = [
        frozenset(found.order[centre, : k + 1].tolist())
        for centre in range(12)
        for k in range(int(found.reach[centre]))
        if found.whole[centre, k]
    ]
    wanted = every_zone(xy, np.ones(12), math.inf if radius is None else radius / 10 + 1e-9, most, 1.0)
    assert sorted(map(sorted, made)) == sorted(map(sorted, wanted))


def test_nothing_to_scan() -> None:
    assert space_time_scan(np.zeros((0, 0), dtype=int), np.zeros((0, 2))) == []
    assert space_time_scan(np.zeros((5, 3), dtype=int), np.zeros((3, 2))) == []
    assert space_time_scan([[0], [3]], [[0, 0]], max_population_share=1.0) == []
    assert space_time_scan([[1, 1], [1, 1]], [[0, 0], [1, 1]], rng=1) == []


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("cases", {"cases": [1, 2]}),
        ("cases", {"cases": [[1, -2]]}),
        ("cases", {"cases": [[1, 0.5]]}),
        ("xy", {"xy": [[0, 0]]}),
        ("xy", {"xy": [[0, 0], [0, math.nan]]}),
        ("model", {"model": "bernoulli"}),
        ("population", {"population": [1, 1]}),
        ("population", {"model": "poisson"}),
        ("population", {"model": "poisson", "population": [1, 2, 3]}),
        ("population", {"model": "poisson", "population": [1, -2]}),
        ("population", {"model": "expectation", "population": [1, math.nan]}),
        ("max_steps", {"max_steps": 0}),
        ("max_places", {"max_places": 0}),
        ("max_radius", {"max_radius": -1}),
        ("max_population_share", {"max_population_share": 0}),
        ("replicates", {"replicates": -1}),
        ("threads", {"threads": 0}),
    ],
)
def test_bad_input_is_named(name: str, changed: dict[str, Any]) -> None:
    given: dict[str, Any] = {"cases": [[1, 2], [3, 4]], "xy": [[0, 0], [1, 1]]} | changed
    with pytest.raises(BadScanInput) as raised:
        space_time_scan(given.pop("cases"), given.pop("xy"), **given)
    assert f" {name} " in raised.value.text("zh")


def test_cases_where_nobody_lives_and_too_many_windows() -> None:
    with pytest.raises(CasesWithoutPopulation) as raised:
        space_time_scan([[1, 2], [0, 4]], [[0, 0], [1, 1]], model="poisson", population=[5, 0])
    assert "1" in raised.value.text("en")
    rng = np.random.default_rng(1)
    with pytest.raises(ScanTooLarge):
        space_time_scan(rng.poisson(1, (400, 900)), rng.uniform(0, 1, (900, 2)), max_steps=400)
