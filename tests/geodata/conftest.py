"""Small cities for tests."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection

from tests.geodata.cities import NINE, SIDE, SOUTH, WEST, insert_divisions, insert_grids


@pytest.fixture
def nine_grids(conn: Connection) -> Connection:
    """A connection that sees the nine grids and the divisions above them."""
    insert_divisions(conn)
    insert_grids(conn)
    return conn


@pytest.fixture
def middle() -> Callable[[str], tuple[float, float]]:
    """The middle of a grid of the drawing, by its code."""
    rows = [line.split() for line in NINE.strip().splitlines()]
    places = {code: (c, r) for r, row in enumerate(reversed(rows)) for c, code in enumerate(row)}

    def place(code: str) -> tuple[float, float]:
        column, row = places[code]
        return WEST + (column + 0.5) * SIDE, SOUTH + (row + 0.5) * SIDE

    return place
