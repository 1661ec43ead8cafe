"""When two counts differ by more than chance."""

import numpy as np
import pytest

from gridmap.hotspot.change import FEWER, MORE, MUCH_FEWER, MUCH_MORE, SAME, TOO_FEW, change_classes


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (0, 0, TOO_FEW),
        (9, 0, TOO_FEW),  # 4.5 expected in each
        (10, 0, MUCH_MORE),
        (0, 10, MUCH_FEWER),
        (8, 4, SAME),  # twice as many, and yet nothing unusual
        (120, 100, SAME),
        (140, 100, MORE),
        (100, 140, FEWER),
        (200, 100, MUCH_MORE),
        (100, 200, MUCH_FEWER),
    ],
)
def test_classes(now: int, before: int, expected: int) -> None:
    assert change_classes([now], [before]).tolist() == [expected]


def test_turning_the_periods_around_turns_the_classes_around() -> None:
    rng = np.random.default_rng(5)
    now, before = rng.poisson(30, 2000), rng.poisson(40, 2000)
    there, back = change_classes(now, before), change_classes(before, now)
    known = there != TOO_FEW
    assert (there[known] + back[known] == MUCH_MORE).all()


def test_without_change_about_one_in_a_hundred_is_coloured() -> None:
    rng = np.random.default_rng(7)
    found = change_classes(rng.poisson(25, 50_000), rng.poisson(25, 50_000))
    coloured = np.mean((found != SAME) & (found != TOO_FEW))
    assert 0.005 < coloured < 0.015


def test_nothing_asked_nothing_said() -> None:
    assert change_classes([], []).tolist() == []
