"""Rates drawn to their mean: Marshall's estimate as esda computes it, and what it says of small places."""

import numpy as np
import pytest
from esda.smoothing import Empirical_Bayes

from gridmap.rates import shrunken_rates


def test_esda_says_the_same() -> None:
    rng = np.random.default_rng(4)
    homes = rng.integers(20, 900, 300)
    cases = rng.poisson(homes * rng.gamma(3, 0.01, 300))
    theirs = Empirical_Bayes(cases.astype(float), homes.astype(float)).r.ravel() * 1000
    np.testing.assert_allclose(shrunken_rates(cases, homes), theirs, rtol=1e-10)


def test_few_households_are_believed_less() -> None:
    homes = np.array([10, *[400] * 50])
    cases = np.array([2, *[4, 12] * 25])
    rates = shrunken_rates(cases, homes)
    assert abs(rates[0] - rates[1:].mean()) < 0.2 * (200 - 20)
    assert rates[2] - rates[1] > 0.5 * 20


def test_what_is_unknown_stays_unknown() -> None:
    found = shrunken_rates([3, 5, np.nan, 1], [100, 0, 100, np.nan])
    assert found[0] == pytest.approx(30)
    assert np.isnan(found[1:]).all()
    assert np.isnan(shrunken_rates([1], [0])).all()
    assert shrunken_rates([0, 0], [10, 20]).tolist() == [0.0, 0.0]
    assert shrunken_rates([], []).shape == (0,)
