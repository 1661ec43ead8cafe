"""Classes of emerging hot spots, by series made by hand; the trend against published values and every pair counted."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.hotspot import PLAIN_WORDS, Emergence, emerging, mann_kendall
from gridmap.hotspot.emerging import SeriesDoNotFit

#: Ten steps, the oldest first: H hot, C cold, . neither; "up" and "down" are trends of z beneath.
SERIES = {
    ".........H": "new",
    "CC.......H": "new",
    "CCCCCCCCCH": "new",
    ".......HHH": "consecutive",
    "C......HHH": "consecutive",
    "HHHHHHHHHH up": "intensifying",
    ".HHHHHHHHH up": "intensifying",
    "HHHHHHHHHH": "persistent",
    "HHHH.HHHHH": "persistent",
    "HHHHHHHHHH down": "diminishing",
    "HHHHHHHHH.": "historical",
    "HHHHHHHHHC": "historical",
    "HH.H...H.H": "sporadic",
    ".H......HH": "sporadic",
    "HC.H...H.H": "oscillating",
    "HHHHHHHH..": "none",
    "..........": "none",
    "HHCC..HH..": "none",
    "?HHHHHHHHH up": "intensifying",
    "HHHHHHHHH?": "unknown",
}


def made(series: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """z and findings [steps, places] of such words."""
    z, found = np.zeros((10, len(series))), np.zeros((10, len(series)), dtype=bool)
    for place, words in enumerate(series):
        letters, _, trend = words.partition(" ")
        slope = {"up": 0.3, "down": -0.3, "": 0.0}[trend]
        for step, letter in enumerate(letters):
            wiggle = 0.05 * (-1) ** step * ((step * 7) % 5) if not trend else 0.0
            base = {"H": 5.0, "C": -5.0, ".": 0.1, "?": math.nan}[letter]
            z[step, place] = base + slope * (step - 5) + wiggle
            found[step, place] = letter in "HC"
    return z, found


def test_each_class_by_hand() -> None:
    z, found = made(list(SERIES))
    assert {words: each.value for words, each in zip(SERIES, emerging(z, found), strict=True)} == SERIES


def test_cold_mirrors_hot() -> None:
    hot_first = {"HHHHHHHHHC", "CCCCCCCCCH"}
    names = [words for words in SERIES if words not in hot_first]
    z, found = made(names)
    mirrored = [each.value for each in emerging(-z, found)]
    assert mirrored == [
        SERIES[name] if SERIES[name] in ("none", "unknown") else f"cold_{SERIES[name]}" for name in names
    ]


def test_a_hot_place_always_has_a_plain_word() -> None:
    hot = {each for each in Emergence if each not in ("none", "unknown") and not each.startswith("cold_")}
    assert set(PLAIN_WORDS) == hot
    assert len(set(PLAIN_WORDS.values())) == 5


@given(st.text("HC.", min_size=1, max_size=12))
def test_what_is_hot_now_is_told_as_hot(words: str) -> None:
    z = np.array([[{"H": 5.0, "C": -5.0, ".": 0.0}[letter]] for letter in words])
    [found] = emerging(z, z != 0)
    if words[-1] == "H":
        assert found in PLAIN_WORDS
    elif words[-1] == "." and words.count("H") < 0.9 * len(words) and words.count("C") < 0.9 * len(words):
        assert found is Emergence.NONE


def test_no_step_no_place_and_shapes_that_differ() -> None:
    assert emerging(np.zeros((0, 2)), np.zeros((0, 2), dtype=bool)) == [Emergence.UNKNOWN] * 2
    assert emerging(np.zeros((3, 0)), np.zeros((3, 0), dtype=bool)) == []
    with pytest.raises(SeriesDoNotFit):
        emerging(np.zeros((3, 2)), np.zeros((2, 3), dtype=bool))


@pytest.mark.parametrize(("swaps", "s", "p"), [(14, 17, 0.152), (6, 33, 0.00421)])
def test_published_values_of_the_trend(swaps: int, s: int, p: float) -> None:
    """Ten different values have variance 125; each swap of neighbours takes 2 from s = 45."""
    series, left = list(range(10)), swaps
    while left:
        for k in range(9):
            if left and series[k] < series[k + 1]:
                series[k], series[k + 1] = series[k + 1], series[k]
                left -= 1
    found = mann_kendall(series)
    assert (found.s[0], found.variance[0]) == (s, 125)
    assert found.p[0] == pytest.approx(p, rel=5e-3)


@given(st.lists(st.integers(0, 4) | st.just(None), min_size=1, max_size=12))
def test_every_pair_counted(series: list[int | None]) -> None:
    known = [value for value in series if value is not None]
    pairs = [(a, b) for place, a in enumerate(known) for b in known[place + 1 :]]
    s = sum((b > a) - (b < a) for a, b in pairs)
    n, groups = len(known), [known.count(value) for value in set(known)]
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in groups)) / 18
    found = mann_kendall([math.nan if value is None else value for value in series])
    assert found.s[0] == s
    assert found.variance[0] == pytest.approx(max(variance, 0))
