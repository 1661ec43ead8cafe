"""New grids are matched to old ones as well as can be, and keep codes only where they are the same grids."""

from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridmap.codes import BEIJING, FREE, DuplicateGridCode, SerialsExhausted, number_plan
from gridmap.coverage.measures import square_metres_per_square_degree
from gridmap.lineage import Layer, lineage_of_units, lineage_shares
from gridmap.planning.matching import InvalidKeepShare, matched_grids, unchanged_grids

HERE, THERE = "150105001018", "150105001019"


def lineage(old: Any, new: Any, homes: Any) -> pd.DataFrame:
    """Lineage of units of one building each on ground of 100 square metres."""
    count = len(homes)
    return lineage_of_units(
        np.array(old),
        np.array(new),
        households=np.array(homes),
        buildings=np.ones(count, dtype=np.int64),
        area_m2=np.full(count, 100.0),
    )


def test_lineage_of_units_is_that_of_their_ground() -> None:
    cells = np.array([shapely.box(x, y, x + 1, y + 1) for y in range(4) for x in range(5)])
    cells = shapely.transform(cells, lambda at: at * 0.001 + (111.7, 40.8))
    rng = np.random.default_rng(2)
    old, new, homes = rng.integers(0, 3, 20), rng.integers(0, 4, 20), rng.integers(0, 50, 20)
    layers = [
        Layer(np.array([shapely.union_all(cells[held == grid]) for grid in range(held.max() + 1)]), held)
        for held in (old, new)
    ]
    area = shapely.area(cells) * square_metres_per_square_degree(40.802)
    by_units = lineage_of_units(old, new, households=homes, buildings=np.ones(20, dtype=np.int64), area_m2=area)
    by_ground = lineage_shares(layers[0], layers[1], homes)
    pd.testing.assert_frame_equal(by_units, by_ground, rtol=1e-4)


def test_a_grid_follows_its_households() -> None:
    found = matched_grids(lineage([0, 0, 1, 1], [1, 1, 0, 1], [50, 50, 80, 20]), 2, 2)
    assert found.tolist() == [1, 0]


def test_the_best_for_all_and_not_for_each() -> None:
    # New grid 0 has most of both old ones; the other new one can only succeed old 1.
    found = matched_grids(lineage([0, 1, 1], [0, 0, 1], [60, 70, 40]), 2, 2)
    assert found.tolist() == [0, 1]


def test_split_and_merge_leave_somebody_over() -> None:
    assert matched_grids(lineage([0, 0, 0], [0, 1, 2], [10, 30, 20]), 1, 3).tolist() == [-1, 0, -1]
    assert matched_grids(lineage([0, 1, 2], [0, 0, 0], [10, 30, 20]), 3, 1).tolist() == [1]


def test_without_households_buildings_decide_and_then_ground() -> None:
    assert matched_grids(lineage([0, 1, 1], [0, 0, 0], [0, 0, 0]), 2, 1).tolist() == [1]
    ground = lineage_shares(
        Layer(np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 3, 1)]), np.array([], dtype=np.int64)),
        Layer(np.array([shapely.box(0, 0, 3, 1)]), np.array([], dtype=np.int64)),
        np.array([], dtype=np.int64),
    )
    assert matched_grids(ground, 2, 1).tolist() == [1]


def test_nothing_to_match() -> None:
    assert matched_grids(lineage([-1, 0], [0, -1], [5, 5]), 1, 1).tolist() == [-1]
    assert matched_grids(lineage([], [], []), 0, 2).tolist() == [-1, -1]


units = st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 3), st.integers(0, 40)), min_size=1, max_size=16)


@given(units)
def test_no_matching_shares_more_households(rows: list[tuple[int, int, int]]) -> None:
    old, new, homes = (list(each) for each in zip(*rows, strict=True))
    found = matched_grids(lineage(old, new, homes), 4, 4)
    succeeded = [each for each in found.tolist() if each >= 0]
    assert len(succeeded) == len(set(succeeded))
    shared = np.zeros((5, 5))
    np.add.at(shared, (old, new), homes)
    best = max(sum(shared[one, other] for other, one in enumerate(order)) for order in permutations(range(4)))
    assert sum(shared[one, other] for other, one in enumerate(found.tolist()) if one >= 0) == best


@given(units, st.randoms(use_true_random=False))
def test_the_order_of_units_does_not_matter(rows: list[tuple[int, int, int]], random: Any) -> None:
    mixed = list(rows)
    random.shuffle(mixed)
    one, other = (matched_grids(lineage(*zip(*each, strict=True)), 4, 4).tolist() for each in (rows, mixed))
    assert one == other


def test_unchanged_by_share_both_ways_or_by_the_same_buildings() -> None:
    # Old 0 gives 5 of 100 households to new 1, which has 10 of its own: 0 is the same grid, 1 is not.
    rows = lineage([0, 0, 1], [0, 1, 1], [95, 5, 10])
    found = matched_grids(rows, 2, 2)
    assert found.tolist() == [0, 1]
    assert unchanged_grids(rows, found).tolist() == [True, False]
    assert unchanged_grids(rows, found, keep_share=0.96).tolist() == [False, False]
    # The same buildings, without a household, on other ground.
    moved = lineage_shares(
        Layer(np.array([shapely.box(0, 0, 1, 1)]), np.array([0])),
        Layer(np.array([shapely.box(0, 0, 3, 1)]), np.array([0])),
        np.array([0]),
    )
    assert unchanged_grids(moved, matched_grids(moved, 1, 1)).tolist() == [True]


@pytest.mark.parametrize("share", [0.5, 0.0, 1.1, np.nan])
def test_a_share_that_cannot_decide(share: float) -> None:
    with pytest.raises(InvalidKeepShare):
        unchanged_grids(lineage([0], [0], [5]), np.array([0]), keep_share=share)


def test_codes_of_a_plan() -> None:
    codes = number_plan(
        [HERE, HERE, THERE, THERE],
        [111.70, 111.71, 111.72, 111.73],
        [40.8] * 4,
        [f"{HERE}002", None, None, None],
        used=[f"{HERE}001", f"{HERE}002", f"{THERE}002"],
    )
    assert codes == [f"{HERE}002", f"{HERE}003", f"{THERE}001", f"{THERE}003"]


def test_a_code_is_never_given_twice_also_when_its_grid_came_to_another_community() -> None:
    assert number_plan([THERE, HERE], [111.7, 111.8], [40.8, 40.8], [f"{HERE}001", None]) == [
        f"{THERE}001",
        f"{HERE}002",
    ]


def test_a_kept_code_may_be_older_than_the_scheme() -> None:
    assert number_plan([HERE], [111.7], [40.8], ["A-7"], scheme=BEIJING) == ["A-7"]
    assert number_plan([HERE, HERE], [1, 2], [1, 1], ["A-7", None], scheme=FREE) == ["A-7", f"{HERE}-001"]


def test_codes_run_out_and_twins_are_told() -> None:
    every = [BEIJING.compose(HERE, serial) for serial in range(1, 1000)]
    with pytest.raises(SerialsExhausted) as out:
        number_plan([HERE], [111.7], [40.8], [None], used=every)
    assert out.value.values["community"] == HERE
    assert number_plan([HERE], [111.7], [40.8], [None], used=every[:-1]) == every[-1:]
    with pytest.raises(DuplicateGridCode):
        number_plan([HERE, HERE], [1, 2], [1, 1], [f"{HERE}001"] * 2)


@given(st.lists(st.tuples(st.sampled_from([HERE, THERE]), st.booleans()), min_size=1, max_size=30), st.integers(0, 40))
def test_codes_are_new_and_unique(grids: list[tuple[str, bool]], ended: int) -> None:
    used = {f"{HERE}{serial:03d}" for serial in range(1, ended + 1)}
    communities = [community for community, _ in grids]
    keep = [f"{home}{500 + place}" if stays else None for place, (home, stays) in enumerate(grids)]
    places = np.linspace(111.0, 111.5, len(grids))
    codes = number_plan(communities, places, np.full(len(grids), 40.8), keep, used=used)
    assert len(set(codes)) == len(codes)
    for code, community, kept in zip(codes, communities, keep, strict=True):
        assert code.startswith(community)
        assert code == kept or (kept is None and code not in used)
