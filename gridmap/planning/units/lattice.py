"""The lattice of one centimetre that everything is noded on.

Inside, coordinates are whole centimetres from a corner of the community, which doubles hold exactly: shared corners are equal bit
by bit, and areas add up without rounding.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from gridmap.planning.units.ground import Floats, Shapes

#: Steps of the lattice in a metre.
STEPS = 100.0


@dataclass(frozen=True, slots=True)
class Lattice:
    """Between metres of the input and steps from ``corner``."""

    corner: Floats

    @classmethod
    def around(cls, boundary: shapely.Geometry) -> "Lattice":
        """With its corner at a whole metre south-west of the boundary."""
        return cls(np.floor(np.asarray(boundary.bounds[:2])))

    def steps(self, shapes: Shapes) -> Shapes:
        """Shapes in steps, not rounded to whole ones; to a hundredth of a micrometre, since GEOS trips over numbers next to zero."""
        found: Shapes = shapely.transform(shapes, lambda at: np.round((at - self.corner) * STEPS, 6))
        return found

    def metres(self, shapes: Shapes) -> Shapes:
        """Shapes in metres of the input."""
        found: Shapes = shapely.transform(shapes, self.metres_at)
        return found

    def metres_at(self, at: Floats) -> Floats:
        """Positions in metres of the input."""
        moved: Floats = at / STEPS + self.corner
        return moved


def rounded(at: Floats) -> Floats:
    """Positions in steps on the lattice, halves upwards as GEOS rounds them when it nodes."""
    found: Floats = np.floor(at + 0.5)
    return found
