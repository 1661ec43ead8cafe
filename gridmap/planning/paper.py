"""A piece of ground on a sheet of paper: which scale it is drawn in, and where a place lies in millimetres."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.coverage.measures import metres_per_degree

Shapes = NDArray[np.object_]

#: Scales that a ruler reads: one metre of paper is so many metres of ground.
SCALES: Final = tuple(
    int(step * power) for power in (100, 1_000, 10_000, 100_000) for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
)
#: Ground around what is drawn, as a share of the paper.
MARGIN: Final = 0.06


@dataclass(frozen=True, slots=True)
class Paper:
    """A frame of ``width`` by ``height`` millimetres, north up, around the middle ``lon``, ``lat`` (degrees) in 1:``scale``."""

    width: float
    height: float
    lon: float
    lat: float
    scale: int

    @classmethod
    def around(cls, shape: shapely.Geometry, width: float, height: float) -> "Paper":
        """The largest of ``SCALES`` in which a shape in degrees fits, with a margin.

        >>> Paper.around(shapely.box(111.700, 40.800, 111.705, 40.803), 190, 120).scale
        4000
        """
        west, south, east, north = shape.bounds
        lon, lat = (west + east) / 2, (south + north) / 2
        per_lon, per_lat = _metres_per_degree(lat)
        room = 1 - 2 * MARGIN
        least = max((east - west) * per_lon / (width * room), (north - south) * per_lat / (height * room)) * 1000
        return cls(width, height, lon, lat, next((each for each in SCALES if each >= least), SCALES[-1]))

    def place(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        """Millimetres from the upper left corner, x to the right and y down, of places in degrees: (n, 2) both."""
        factor = np.array(_metres_per_degree(self.lat)) * 1000 / self.scale
        found: NDArray[np.float64] = (at - (self.lon, self.lat)) * factor * (1, -1) + (self.width / 2, self.height / 2)
        return found

    def drawn(self, shapes: Shapes) -> Shapes:
        """Shapes in millimetres, cut at the frame; what lies outside is empty, what is not valid is mended."""
        placed = shapely.make_valid(shapely.transform(shapes, self.place))
        found: Shapes = shapely.intersection(placed, shapely.box(0, 0, self.width, self.height))
        return found

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the frame in degrees."""
        per_lon, per_lat = _metres_per_degree(self.lat)
        x, y = (
            length * self.scale / 2000 / metres for length, metres in ((self.width, per_lon), (self.height, per_lat))
        )
        return self.lon - x, self.lat - y, self.lon + x, self.lat + y

    def bar(self, most: float) -> tuple[int, float]:
        """The longest round length in metres that is at most ``most`` millimetres long here, and its length in millimetres.

        >>> Paper(190, 120, 111.7, 40.8, 2500).bar(40)
        (100, 40.0)
        """
        lengths = [step * power for power in (1, 10, 100, 1_000, 10_000) for step in (1, 2, 5)]
        found = max((each for each in lengths if each * 1000 / self.scale <= most), default=lengths[0])
        return found, found * 1000 / self.scale


def _metres_per_degree(lat: float) -> tuple[float, float]:
    east, north = metres_per_degree(lat)
    return float(east), float(north)
