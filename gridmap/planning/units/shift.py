"""Do buildings, boundary and roads speak of the same places? A datum that nobody named moves them by 600 m against each other."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from gridmap.datum import from_wgs84, to_wgs84
from gridmap.planning.units.ground import Floats, Shapes

_MOST_BUILDINGS: Final = 2_000
#: Datums of the buildings and of the other layers that are tried beside those that were stated.
_TRIED: Final = (("gcj02", "wgs84"), ("wgs84", "gcj02"), ("bd09", "wgs84"), ("wgs84", "bd09"))
_INSIDE_LEAD, _INSIDE_MOST = 0.1, 0.9
_CROSSED_LEAST, _CROSSED_FALL = 15, 3


@dataclass(frozen=True, slots=True)
class Shift:
    """Datums under which buildings fit far better than as stated. ``inside``: share of buildings in a community as stated and then;
    ``crossed``: share of them that roads cross, as stated and then.
    """

    buildings: str
    others: str
    inside: tuple[float, float]
    crossed: tuple[float, float]


def likely_shift(buildings: Shapes, communities: Shapes, roads: Shapes) -> Shift | None:
    """The shift that most likely lies between the layers, None where they fit. All in degrees, as if WGS84.

    Two things tell: a tenth more of the buildings, nine of ten at least, lie in a community; or a third at most of the buildings that
    roads cross are crossed then. Fewer than 15 crossed buildings tell nothing.
    """
    houses = buildings[~(shapely.is_missing(buildings) | shapely.is_empty(buildings))]
    houses = houses[:: max(1, -(-len(houses) // _MOST_BUILDINGS))]
    whole = shapely.STRtree(communities[shapely.is_valid(communities)])
    streets = shapely.STRtree(roads)
    if not len(houses) or not len(whole):
        return None
    stated = _fit(houses, whole, streets)
    found, best = None, stated
    for of_buildings, of_others in _TRIED:
        moved = _moved(houses, of_buildings, of_others)
        fit = _fit(moved, whole, streets)
        if _better(fit, stated, len(houses)) and (fit[0] - fit[1]) > (best[0] - best[1]):
            best = fit
            found = Shift(of_buildings, of_others, (stated[0], fit[0]), (stated[1], fit[1]))
    return found


def _fit(houses: Shapes, communities: shapely.STRtree, roads: shapely.STRtree) -> tuple[float, float]:
    """The shares of houses in a community, and crossed by a road."""
    places = shapely.centroid(houses)
    inside = np.unique(communities.query(places, predicate="intersects")[0])
    crossed = np.unique(roads.query(houses, predicate="intersects")[0])
    return len(inside) / len(houses), len(crossed) / len(houses)


def _better(fit: tuple[float, float], stated: tuple[float, float], count: int) -> bool:
    fills = fit[0] >= _INSIDE_MOST and fit[0] >= stated[0] + _INSIDE_LEAD
    clears = (
        stated[1] * count >= _CROSSED_LEAST and fit[1] * _CROSSED_FALL < stated[1] and fit[0] > stated[0] - _INSIDE_LEAD
    )
    return fills or clears


def _moved(shapes: Shapes, of_buildings: str, of_others: str) -> Shapes:
    """Where shapes lie to the other layers if these datums hold instead."""

    def move(at: Floats) -> Any:
        lon, lat = to_wgs84(at[:, 0], at[:, 1], of_buildings)
        return np.column_stack(from_wgs84(lon, lat, of_others))

    found: Shapes = shapely.transform(shapes, move)
    return found
