from datetime import date
from functools import cache

import pytest

from geodata.demo import City, make_city

#: Reports end the day before; far enough in the past that no clock is behind it.
UNTIL = date(2026, 6, 1)


@cache
def small_of(seed: int) -> City:
    """A small city of a seed, made once for all tests."""
    return make_city(seed, "small", UNTIL)


@pytest.fixture(scope="session")
def small() -> City:
    """The city that an empty installation shows."""
    return small_of(1)


@pytest.fixture(scope="session")
def tiny() -> City:
    """Three grids."""
    return make_city(1, "tiny", UNTIL)
