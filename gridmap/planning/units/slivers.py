"""Slivers: strips between carriageways, triangles at slip roads, roundabouts, verges. Ground without households that is no unit."""

import heapq
from dataclasses import dataclass
from typing import Final

import numpy as np

from gridmap.planning.units.borders import Borders, pairs_of
from gridmap.planning.units.ground import Bools, Floats, Ints, Rules
from gridmap.planning.units.lattice import STEPS
from gridmap.planning.units.patchwork import Patchwork

#: Smaller than this is rounding of the lattice, whatever stands on it, in square metres.
_ROUNDING_M2: Final = 1.0
#: A border along no line counts more than one along a road, that more than one along a rail or a river: a verge goes to its block.
_WEIGHTS: Final = {"": 3.0, "rail": 0.2, "water": 0.2}
#: Land goes to a barrier only where nothing else is near.
_TO_BARRIER: Final = 0.05


@dataclass(frozen=True, slots=True)
class Faces:
    """What is known of faces (n): area in m2, outline in m, buildings, households, compound (-1 none), whether it is water or rail."""

    area_m2: Floats
    outline_m: Floats
    buildings: Ints
    households: Ints
    compound: Ints
    barrier: Bools


def rail_land(faces: Faces, borders: Borders, kinds: Ints, names: list[str], rules: Rules) -> Bools:
    """Faces between rails: no buildings, no compound, narrower than ``rail_width_m``, more than half of the outline along rails."""
    if "rail" not in names:
        return np.zeros(len(faces.area_m2), dtype=bool)
    along = np.where(kinds == names.index("rail"), borders.length, 0.0) / STEPS
    inner = ~borders.outer
    sums = np.bincount(borders.face, along, minlength=len(faces.area_m2))
    sums += np.bincount(borders.beyond[inner], along[inner], minlength=len(faces.area_m2))
    width = 2 * faces.area_m2 / faces.outline_m
    found: Bools = (
        (faces.buildings == 0)
        & (faces.compound < 0)
        & ~faces.barrier
        & (width < rules.rail_width_m)
        & (sums > faces.outline_m / 2)
    )
    return found


def merged_slivers(
    faces: Faces, borders: Borders, kinds: Ints, names: list[str], same: Ints, rules: Rules
) -> tuple[Ints, list[int]]:
    """The block of each face, named by one of its faces, and the faces that went into another.

    Faces of equal ``same`` (n, -1 for none) that touch are joined first: they are no slivers together if they are none as a whole.
    A sliver has no households and is narrower than ``sliver_width_m`` (twice the area by the outline), or has no building and is
    smaller than ``sliver_area_m2``. The smallest goes first, to the neighbour with the longest border as weighed above.
    """
    inner = ~borders.outer
    one, other = borders.face[inner], borders.beyond[inner]
    weight = np.array([_WEIGHTS.get(name, 1.0) for name in names])[kinds[inner]]
    pairs, (length, weighed) = pairs_of(
        one, other, borders.length[inner] / STEPS, weight * borders.length[inner] / STEPS
    )
    work = _Slivers(
        faces, Patchwork(len(faces.area_m2), pairs, length), Patchwork(len(faces.area_m2), pairs, weighed), rules
    )
    for first, second in pairs[(same[pairs[:, 0]] >= 0) & (same[pairs[:, 0]] == same[pairs[:, 1]])].tolist():
        work.join(first, second)
    gone = work.merge_all()
    return np.array([work.patches.of(face) for face in range(len(faces.area_m2))], dtype=np.int64), gone


class _Slivers:
    """Patches with sums that follow every merge; borders as long as they are, and as they are weighed."""

    def __init__(self, faces: Faces, patches: Patchwork, weighed: Patchwork, rules: Rules) -> None:
        self.patches, self.weighed, self.rules = patches, weighed, rules
        self.area, self.outline = faces.area_m2.tolist(), faces.outline_m.tolist()
        self.buildings, self.barrier = faces.buildings.tolist(), faces.barrier.tolist()
        self.households = faces.households.tolist()
        self.compound = faces.compound.tolist()

    def join(self, one: int, other: int) -> None:
        one, other = self.patches.of(one), self.patches.of(other)
        if one != other:
            self._into(max(one, other), min(one, other))

    def merge_all(self) -> list[int]:
        heap = [(self.area[patch], patch) for patch in self.patches.alive() if self._is_sliver(patch)]
        heapq.heapify(heap)
        gone = []
        while heap:
            area, patch = heapq.heappop(heap)
            if area != self.area[patch] or self.patches.of(patch) != patch or not self.patches.beside[patch]:
                continue
            target = min(self.patches.beside[patch], key=lambda other: (-self._pull(patch, other), other))
            self._into(patch, target)
            gone.append(patch)
            if self._is_sliver(target):
                heapq.heappush(heap, (self.area[target], target))
        return gone

    def _pull(self, patch: int, other: int) -> float:
        to_barrier = self.barrier[other] and not self.barrier[patch]
        return round(self.weighed.beside[patch][other] * (_TO_BARRIER if to_barrier else 1.0), 6)

    def _is_sliver(self, patch: int) -> bool:
        area = self.area[patch]
        if area < _ROUNDING_M2:
            return True
        if self.households[patch] or self.compound[patch] >= 0:
            return False
        small = area < self.rules.sliver_area_m2 and not self.buildings[patch]
        narrow = 2 * area < self.rules.sliver_width_m * self.outline[patch] and not self.barrier[patch]
        return bool(small or narrow)

    def _into(self, patch: int, target: int) -> None:
        self.area[target] += self.area[patch]
        self.outline[target] += self.outline[patch] - 2 * self.patches.beside[patch].get(target, 0.0)
        self.buildings[target] += self.buildings[patch]
        self.households[target] += self.households[patch]
        if self.compound[target] < 0 and self.barrier[target] == self.barrier[patch]:
            self.compound[target] = self.compound[patch]
        self.patches.merge(patch, target)
        self.weighed.merge(patch, target)
