"""Moves counted: each pair of grids once, what stays left out; sums leave their parts alone."""

from collections import Counter

import numpy as np
import pytest

from geodata.actions.assign import AssignSummary
from geodata.owners.moves import moves_by_key


@pytest.mark.parametrize("highest", [3, 40, 2**31])
def test_moves_are_those_of_counting_one_by_one(highest: int) -> None:
    rng = np.random.default_rng(highest)
    keys = np.array([-1, *rng.integers(0, highest, 30)])
    old, new = rng.choice(keys, 2000), rng.choice(keys, 2000)
    one_by_one = Counter((a, b) for a, b in zip(old.tolist(), new.tolist(), strict=True) if a != b)
    assert moves_by_key(old, new) == one_by_one


def test_where_nothing_moves_there_are_no_moves() -> None:
    for keys in (np.array([], dtype=np.int64), np.array([7, -1])):
        assert moves_by_key(keys, keys) == Counter()


def test_a_sum_leaves_its_parts_as_they_were() -> None:
    one = AssignSummary(looked_at=2, pairs=Counter({("", "a"): 2}), reasons=Counter(inside=2))
    other = AssignSummary(looked_at=3, pairs=Counter({("", "a"): 1, ("a", "b"): 2}), same=Counter(b=1))
    both = one.plus(other)
    assert both == AssignSummary(
        5, pairs=Counter({("", "a"): 3, ("a", "b"): 2}), reasons=Counter(inside=2), same=Counter(b=1)
    )
    assert (one.pairs.total(), other.pairs.total()) == (2, 3)
