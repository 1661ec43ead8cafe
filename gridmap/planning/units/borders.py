"""Borders of faces that share their corners exactly: every side of a ring stands in two faces, or in one and the outside."""

from dataclasses import dataclass

import numpy as np
import shapely

from gridmap.planning.units.ground import Bools, Floats, Ints, Shapes


@dataclass(frozen=True, slots=True)
class Borders:
    """Sides (s): their ends (s, 2, 2), the two faces (``beyond`` is -1 outside all), their length in the faces' own unit."""

    ends: Floats
    face: Ints
    beyond: Ints
    length: Floats

    @property
    def outer(self) -> Bools:
        """Sides that only one face has."""
        found: Bools = self.beyond < 0
        return found

    def between(self, label: Ints) -> Bools:
        """Sides whose two faces have different labels, and outer ones."""
        found: Bools = self.outer | (label[self.face] != label[self.beyond])
        return found

    def lines(self, chosen: Bools) -> Shapes:
        """The chosen sides as lines."""
        found: Shapes = shapely.linestrings(self.ends[chosen])
        return found


def borders_of(faces: Shapes) -> Borders:
    """The sides of polygons or multipolygons (n) that meet corner to corner."""
    rings, face_of_ring = shapely.get_rings(faces, return_index=True)
    at, ring = shapely.get_coordinates(rings, return_index=True)
    joined = np.flatnonzero(ring[1:] == ring[:-1])
    one, other = at[joined], at[joined + 1]
    owner = face_of_ring[ring[joined]].astype(np.int64)
    swap = (one[:, 0] > other[:, 0]) | ((one[:, 0] == other[:, 0]) & (one[:, 1] > other[:, 1]))
    one, other = np.where(swap[:, None], other, one), np.where(swap[:, None], one, other)
    order = np.lexsort((owner, other[:, 1], other[:, 0], one[:, 1], one[:, 0]))
    one, other, owner = one[order], other[order], owner[order]
    same = (
        np.r_[((one[1:] == one[:-1]) & (other[1:] == other[:-1])).all(axis=1), False] if len(one) else np.zeros(0, bool)
    )
    second = np.r_[False, same[:-1]] if len(one) else same
    first = np.flatnonzero(~second)
    beyond = np.where(same[first], owner[np.minimum(first + 1, max(len(owner) - 1, 0))], -1)
    ends = np.stack([one[first], other[first]], axis=1)
    return Borders(ends, owner[first], beyond, np.hypot(*(ends[:, 1] - ends[:, 0]).T))


def pairs_of(one: Ints, other: Ints, *lengths: Floats) -> tuple[Ints, list[Floats]]:
    """Pairs (m, 2) with i < j, once each and sorted, and the sums of ``lengths`` over their sides."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    base = int(high.max()) + 1 if len(high) else 1
    keys, place = np.unique(low * base + high, return_inverse=True)
    sums = [np.bincount(place, length, minlength=len(keys)).astype(np.float64) for length in lengths]
    return np.column_stack([keys // base, keys % base]).astype(np.int64), sums
