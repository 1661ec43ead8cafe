"""Two versions of a plan in one: nobody's work is lost, and what they disagree on is told."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.planning.labels import UnequalLabels
from gridmap.planning.merging import merge_labels, same_grids


def test_changes_in_different_places_go_together() -> None:
    merge = merge_labels([0, 0, 1, 1, -1], [0, 1, 1, 1, -1], [0, 0, 1, 1, 0])
    assert merge.labels.tolist() == [0, 1, 1, 1, 0]
    assert merge.conflicts.tolist() == []
    assert merge.both_changed.tolist() == [0]  # mine took a unit from it, they gave it one


def test_the_same_change_on_both_sides_is_no_conflict() -> None:
    assert merge_labels([0, 0], [1, 0], [1, 0]).conflicts.tolist() == []


def test_a_conflict_is_told_and_resolved_either_way() -> None:
    merge = merge_labels([0, 0, 0], [1, 0, 0], [2, 0, -1])
    assert merge.conflicts.tolist() == [0]
    assert merge.labels.tolist() == [2, 0, -1]
    assert merge.resolved("mine").tolist() == [1, 0, -1]
    assert merge.resolved("base").tolist() == [0, 0, -1]


def test_two_new_grids_under_one_label_stay_two() -> None:
    merge = merge_labels([0, 0, 0, 0], [0, 0, 0, 1], [1, 0, 0, 0])
    assert merge.renumbered == {1: 2}
    assert merge.labels.tolist() == [1, 0, 0, 2]
    same = merge_labels([0, 0, 0, 0], [0, 0, 1, 1], [0, 1, 1, 0])
    assert (same.renumbered, same.labels.tolist()) == ({}, [0, 1, 1, 1])


def test_versions_of_other_units_are_refused() -> None:
    with pytest.raises(UnequalLabels):
        merge_labels([0, 0], [0, 0], [0])
    assert merge_labels([], [], []).labels.tolist() == []


versions = st.integers(0, 12).flatmap(
    lambda count: st.tuples(*[st.lists(st.integers(-1, 3), min_size=count, max_size=count)] * 3)
)


@given(versions)
def test_what_one_side_changed_is_as_that_side_has_it(labels: tuple[list[int], list[int], list[int]]) -> None:
    base, mine, theirs = (np.array(each, dtype=np.int64) for each in labels)
    merge = merge_labels(base, mine, theirs)
    quiet = mine == base
    assert (merge.labels[quiet] == theirs[quiet]).all()
    alone = theirs == base
    assert (merge.labels[alone] == merge.mine[alone]).all()
    assert set(merge.conflicts.tolist()) <= set(np.flatnonzero(~quiet & ~alone).tolist())
    # The partition that mine made is the same under its new labels.
    assert len({*zip(mine.tolist(), merge.mine.tolist(), strict=True)}) == len(set(mine.tolist()))


@given(versions)
def test_a_side_that_did_nothing_takes_the_other(labels: tuple[list[int], list[int], list[int]]) -> None:
    base, version, _ = labels
    for merge in (merge_labels(base, base, version), merge_labels(base, version, base)):
        assert merge.labels.tolist() == version
        assert merge.conflicts.tolist() == []


def test_a_grid_is_known_by_its_name_before_its_households() -> None:
    one = [0, 0, 0, 1]
    other = [1, 0, 0, 1]  # what was taken from the first is more than what is left of it
    assert same_grids(one, ["东", "西"], other, ["新", "东"], [1, 400, 400, 1]).tolist() == [-1, 0]


def test_a_grid_of_another_name_is_known_by_most_of_its_households() -> None:
    found = same_grids([0, 0, 1, 1], ["东", "西"], [0, 0, 0, 1], ["甲", "乙"], [5, 5, 100, 1])
    assert found.tolist() == [1, -1]


def test_units_without_a_grid_make_no_grids_the_same() -> None:
    assert same_grids([-1, -1], ["东"], [0, -1], ["东"], [3, 3]).tolist() == [-1]
    assert same_grids([], [], [], [], []).tolist() == []
