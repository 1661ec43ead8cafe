"""Metres in the street grid's own directions, and degrees."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

#: A step of stored coordinates in degrees, about one centimetre. Shared borders are exact because everything lies on these steps.
STEP_DEG = 1e-7


@dataclass(frozen=True, slots=True)
class LocalFrame:
    """An affine frame: x along the streets that run east, y along those that run north, metres from a centre.

    ``turn_deg`` turns the whole street grid counter-clockwise. Metres per degree are those of the WGS84 ellipsoid at the centre's
    latitude; over the few kilometres of a street that is within 0.1 %.
    """

    lon: float
    lat: float
    turn_deg: float

    def _metres_per_degree(self) -> tuple[float, float]:
        phi = math.radians(self.lat)
        east = 111412.84 * math.cos(phi) - 93.5 * math.cos(3 * phi)
        north = 111132.92 - 559.82 * math.cos(2 * phi) + 1.175 * math.cos(4 * phi)
        return east, north

    def degrees(self, xy: np.ndarray) -> np.ndarray:
        """Metres [n, 2] to longitude and latitude [n, 2], unrounded."""
        turn = math.radians(self.turn_deg)
        east = xy[:, 0] * math.cos(turn) - xy[:, 1] * math.sin(turn)
        north = xy[:, 0] * math.sin(turn) + xy[:, 1] * math.cos(turn)
        per_east, per_north = self._metres_per_degree()
        return np.column_stack([self.lon + east / per_east, self.lat + north / per_north])

    def metres(self, lonlat: np.ndarray) -> np.ndarray:
        """The inverse of ``degrees``."""
        per_east, per_north = self._metres_per_degree()
        east, north = (lonlat[:, 0] - self.lon) * per_east, (lonlat[:, 1] - self.lat) * per_north
        turn = math.radians(self.turn_deg)
        return np.column_stack(
            [east * math.cos(turn) + north * math.sin(turn), north * math.cos(turn) - east * math.sin(turn)]
        )

    def on_earth(self, geometry: Any) -> Any:
        """A geometry or an array of them in degrees, on steps of ``STEP_DEG``."""
        return shapely.transform(geometry, lambda xy: np.round(self.degrees(xy), 7))
