"""Units and the graph of their borders, with everything that was adjusted on the way."""

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from gridmap.planning.units.ground import Floats, Ints, Shapes

#: What a unit is: a compound or a part of one, a block or a part of one, ground without buildings, water, land between rails.
UnitKind = Literal["compound", "compound_part", "block", "block_part", "open", "water", "rail"]
#: Kinds that keep no households and are barriers.
BARRIERS: Final = ("water", "rail")
#: The class of an edge between pieces that share no border.
ISLAND: Final = "island"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Something that was not taken as it stood. ``kind`` is one of ``ADJUSTMENTS``.

    ``layer`` and ``row`` (position in it, -1 none) say what it concerns, ``unit`` the unit that came of it (-1 none), ``other`` the other
    row or unit where two are concerned. ``shape`` is the ground or the line in the plane of the input. ``community`` is its position.
    """

    kind: str
    layer: str = ""
    row: int = -1
    unit: int = -1
    area_m2: float = 0.0
    households: int = 0
    detail: str = ""
    shape: Any = None
    other: int = -1
    community: int = 0


@dataclass(frozen=True, slots=True)
class Units:
    """Units (n) that tile one community, in the plane of the input.

    ``compound`` is the position of the compound (-1 none). ``xy`` (n, 2) a point inside each. ``edges`` (m, 2) with i < j, once each;
    ``border_m`` (m) the shared border, ``barrier`` (m) the class of what runs along it ("" nothing, a class of road, "rail", "water",
    "island" where two pieces do not touch). ``building_unit``: the unit of each building, -1 for those outside.
    ``community`` the position of each unit's community.
    """

    shapes: Shapes
    households: Ints
    kind: NDArray[np.object_]
    compound: Ints
    area_m2: Floats
    perimeter_m: Floats
    xy: Floats
    edges: Ints
    border_m: Floats
    barrier: NDArray[np.object_]
    building_unit: Ints
    community: Ints
    adjustments: tuple[Adjustment, ...] = ()

    def __len__(self) -> int:
        return len(self.shapes)
