"""Hours of work: sums stay, and nobody reads care counts below five back from them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.planning.work import HOURS_PER_CARE_HOUSEHOLD, HOURS_PER_HOUSEHOLD, told_hours, work_hours
from gridmap.privacy import FEW

_EXTRA = HOURS_PER_CARE_HOUSEHOLD - HOURS_PER_HOUSEHOLD
#: Care households of units in two communities, each unit with fifty households.
TOWNS = st.lists(st.tuples(st.integers(0, 12), st.sampled_from("ab")), min_size=1, max_size=12)


def care_read_back(care: list[int], community: list[str]) -> np.ndarray:
    """What a reader who knows all but the care counts takes from the hours that are told."""
    homes, cases = np.full(len(care), 50), np.arange(len(care))
    told = told_hours(homes, care, cases, community)
    return (told - work_hours(homes, np.zeros(len(care)), cases)) / _EXTRA


def test_hours_add_up() -> None:
    assert work_hours([400, 0], [12, 0], [40, 3]).tolist() == [200 + 66 + 40, 3]
    assert work_hours([], [], []).tolist() == []


def test_a_unit_with_few_has_the_share_of_those_like_it() -> None:
    """3 would be known from the total of 18, so the 6 goes with it; 9 of 150 households in three units."""
    assert care_read_back([3, 6, 9, 0], ["a"] * 4).round(9).tolist() == [3, 3, 9, 3]


def test_one_unit_with_few_alone_tells_nothing() -> None:
    assert care_read_back([3], ["a"]).tolist() == [0]
    assert care_read_back([3, 0, 0], ["a"] * 3).tolist() == [0, 0, 0]


def test_communities_with_few_share_a_rate() -> None:
    assert care_read_back([3, 1, 4, 0], ["a", "a", "b", "b"]).tolist() == [2, 2, 2, 2]


@given(TOWNS)
def test_few_and_none_look_alike(town: list[tuple[int, str]]) -> None:
    care, community = [each for each, _ in town], [name for _, name in town]
    read = care_read_back(care, community)
    for name in set(community):
        here = [at for at, each in enumerate(community) if each == name]
        veiled = {round(read[at], 9) for at in here if care[at] < FEW}
        assert len(veiled) <= 1, "units with few or none in a community have the same share"


@given(TOWNS)
def test_a_sum_that_holds_a_few_is_of_several_and_not_few(town: list[tuple[int, str]]) -> None:
    """What a reader learns of a unit with few is the sum of all that have the same share: of two units with care, five households at least."""
    care = np.array([each for each, _ in town])
    read = care_read_back(care.tolist(), [name for _, name in town])
    for unit in np.flatnonzero((care > 0) & (care < FEW)).tolist():
        alike = np.isclose(read, read[unit])
        if np.isclose(read[alike].sum(), care[alike].sum()):
            assert care[alike].sum() >= FEW
            assert (care[alike] > 0).sum() >= 2


@given(TOWNS)
def test_the_sum_of_all_stays_unless_it_is_few(town: list[tuple[int, str]]) -> None:
    care = [each for each, _ in town]
    read = care_read_back(care, [name for _, name in town]).sum()
    assert read == pytest.approx(sum(care)) or sum(care) - read < FEW + 1e-9
