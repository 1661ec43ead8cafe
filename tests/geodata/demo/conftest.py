from datetime import date

import pytest

from geodata.demo import City, make_city

#: Reports end the day before; far enough in the past that no clock is behind it.
UNTIL = date(2026, 6, 1)


@pytest.fixture(scope="session")
def small() -> City:
    """The city that an empty installation shows; made once for all tests."""
    return make_city(1, "small", UNTIL)


@pytest.fixture(scope="session")
def tiny() -> City:
    """Three grids."""
    return make_city(1, "tiny", UNTIL)
