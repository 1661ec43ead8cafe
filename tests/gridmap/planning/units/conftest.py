"""A town to cut into units, drawn by hand: blocks of 100 m beside streets, houses of 10 m."""

from collections.abc import Callable
from typing import Any

import pytest
import shapely

from gridmap.planning.units import Ground, Rules, Units, make_units

Make = Callable[..., Units]
TOWN = shapely.box(0, 0, 300, 100)
STREETS = [shapely.LineString([(x, -10), (x, 110)]) for x in (100, 200)]


def house(x: float, y: float, side: float = 10) -> shapely.Polygon:
    """A house by its south-western corner."""
    return shapely.box(x, y, x + side, y + side)


HOUSES = [house(40, 40), house(140, 40), house(240, 40)]


@pytest.fixture
def make() -> Make:
    """Units of a town of three blocks with a house each, or of whatever is given instead."""

    def made(**given: Any) -> Units:
        rules = given.pop("rules", Rules())
        progress = given.pop("progress", None)
        layers = {"boundary": TOWN, "buildings": HOUSES, "households": [10, 20, 30], "roads": STREETS} | given
        return make_units(Ground.of(**layers), rules, progress)

    return made
