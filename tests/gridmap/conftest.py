"""Helpers of the ground floor. Its tests alone (`pytest tests/gridmap`) start no database."""

from collections.abc import Callable

import pytest
import shapely

from gridmap.assignment import warm_up

Drawing = Callable[[str], dict[str, shapely.Geometry]]


@pytest.fixture(scope="session", autouse=True)
def compiled_kernels() -> None:
    warm_up()


@pytest.fixture(scope="session")
def draw() -> Drawing:
    """Grids drawn as text: each letter a square of one degree, equal letters one grid, a dot nothing.

    The lower left sign covers longitude 0 to 1 and latitude 0 to 1, so a point is read off the drawing by eye.
    """

    def drawn(text: str) -> dict[str, shapely.Geometry]:
        squares: dict[str, list[shapely.Geometry]] = {}
        for south, row in enumerate(reversed(text.split())):
            for west, sign in enumerate(row):
                if sign != ".":
                    squares.setdefault(sign, []).append(shapely.box(west, south, west + 1, south + 1))
        return {sign: shapely.union_all(parts) for sign, parts in sorted(squares.items())}

    return drawn
