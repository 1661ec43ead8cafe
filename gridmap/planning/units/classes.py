"""Classes of borders: what runs along each side of a border."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely

from gridmap.planning.units.ground import Floats, Ints, Shapes
from gridmap.planning.units.lattice import STEPS
from gridmap.planning.units.streets import Lines

#: Classes of roads of OpenStreetMap from strong to weak; others count as a plain road, below them.
ROADS: Final = (
    "motorway", "trunk", "primary", "motorway_link", "trunk_link", "secondary", "primary_link", "tertiary",
    "secondary_link", "tertiary_link", "unclassified", "residential", "living_street", "pedestrian",
)  # fmt: skip
#: A border has a class when so much of it runs along lines of any class.
_LEAST_SHARE: Final = 0.5


def strength(kind: str) -> int:
    """How strong a barrier of a class is: water, rail, roads from great to small, nothing.

    >>> strength("water") > strength("rail") > strength("primary") > strength("residential") > strength("road") > strength("")
    True
    """
    order = ("", "road", *reversed(ROADS), "rail", "water")
    return order.index(kind) if kind in order else 1


class ClassedLines:
    """Lines with classes (those of ``names``, from weak to strong), asked which runs at a place."""

    def __init__(self, lines: Lines, along_m: float) -> None:
        self.names = ["", *sorted({str(kind) for kind in lines.kind}, key=lambda kind: (strength(kind), kind))]
        rank = {name: place for place, name in enumerate(self.names)}
        sides, owner = _sides(lines.shapes)
        self._rank = np.array([rank[str(kind)] for kind in lines.kind], dtype=np.int64)[owner]
        self._tree = shapely.STRtree(sides)
        self._along = along_m * STEPS

    def at(self, ends: Floats) -> Ints:
        """The position in ``names`` of the strongest class at the middle of each side (s, 2, 2), 0 for none."""
        found = np.zeros(len(ends), dtype=np.int64)
        side, line = self._tree.query(shapely.points(ends.mean(axis=1)), predicate="dwithin", distance=self._along)
        np.maximum.at(found, side, self._rank[line])
        return found


def classes_of_pairs(place: Ints, classes: Ints, length: Floats, names: Sequence[str], count: int) -> list[str]:
    """The class of each of ``count`` borders from its sides: the longest one, where half of the border at least has any.

    ``place`` (s): the border of each side; ``classes`` (s) positions in ``names``, weak to strong: of equal lengths the stronger wins.
    """
    table = np.zeros((count, len(names)))
    np.add.at(table, (place, classes), length)
    classed = table[:, 1:].sum(axis=1)
    best = len(names) - 1 - np.argmax(np.round(table[:, :0:-1], 6), axis=1) if len(names) > 1 else np.zeros(count, int)
    has = classed >= _LEAST_SHARE * table.sum(axis=1)
    return [
        names[each] if any_line and each else "" for each, any_line in zip(best.tolist(), has.tolist(), strict=True)
    ]


def _sides(shapes: Shapes) -> tuple[Shapes, Ints]:
    at, line = shapely.get_coordinates(shapes, return_index=True)
    start = np.flatnonzero(line[1:] == line[:-1])
    return shapely.linestrings(np.stack([at[start], at[start + 1]], axis=1)), line[start]
