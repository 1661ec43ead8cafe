"""Two people changed one plan: what both did, put together, and where they disagree (a three-way merge by unit)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridmap.planning.labels import UNLABELLED, checked_labels

Ints = NDArray[np.int64]
Side = Literal["base", "mine", "theirs"]


@dataclass(frozen=True, slots=True)
class Merge:
    """Both versions in one.

    ``labels``: what one side changed is as that side has it, what both changed alike is so, and of ``conflicts`` (positions of units that both
    changed, and not alike) the other's stands, which is saved already. ``mine``, ``theirs``, ``base`` are the three versions, with ``renumbered`` grids of
    mine: a label that both sides gave to a new grid of their own has another one there, from -> to. ``both_changed`` are grids
    that both sides gave or took units, conflict or not: whether they still hang together and are within bounds is to be looked at.
    """

    labels: Ints
    conflicts: Ints
    both_changed: Ints
    renumbered: dict[int, int]
    base: Ints
    mine: Ints
    theirs: Ints

    def resolved(self, side: Side) -> Ints:
        """The merged labels with all conflicts as one side has them."""
        labels = self.labels.copy()
        labels[self.conflicts] = getattr(self, side)[self.conflicts]
        return labels


def merge_labels(base: ArrayLike, mine: ArrayLike, theirs: ArrayLike) -> Merge:
    """Merge two versions of a plan that both began as ``base``: labels of the same units, -1 for none.

    Errors: ``UnequalLabels`` when the units are not the same, ``NotALabel``.

    >>> merge_labels([0, 0, 1, 1], [0, 0, 0, 1], [2, 0, 1, 1]).labels.tolist()
    [2, 0, 0, 1]
    """
    units = np.asarray(base).size
    old, ours, others = (checked_labels(labels, units) for labels in (base, mine, theirs))
    renumbered = _own_grids(old, ours, others)
    if renumbered:
        ours = np.array([renumbered.get(label, label) for label in ours.tolist()], dtype=np.int64)
    one, other = ours != old, others != old
    conflicts = np.flatnonzero(one & other & (ours != others))
    return Merge(
        labels=np.where(other, others, ours),
        conflicts=conflicts,
        both_changed=np.intersect1d(_touched(old, ours), _touched(old, others)),
        renumbered=renumbered,
        base=old,
        mine=ours,
        theirs=others,
    )


def same_grids(
    one: ArrayLike, one_names: Sequence[str], other: ArrayLike, other_names: Sequence[str], households: ArrayLike
) -> Ints:
    """For each grid of ``other`` the grid of ``one`` that it goes on as, -1 for a new one: versions number their grids anew.

    Labels of the same units, -1 for none, places in the names. Grids that share a unit and have the same name are the same, whatever was
    taken from them; of the others those that share most households, then units. Each grid goes on as one at most.

    >>> same_grids([0, 0, 1, 1], ["东", "西"], [1, 0, 0, 0], ["西", "新"], [9, 9, 9, 9]).tolist()
    [1, 0]
    """
    before, after, weight = np.asarray(one), np.asarray(other), np.asarray(households, dtype=np.float64)
    both = (before >= 0) & (after >= 0)
    pairs, which, units = np.unique(
        np.column_stack([before, after])[both], axis=0, return_inverse=True, return_counts=True
    )
    shared = np.bincount(which.reshape(-1), weight[both], len(pairs))
    alike = np.array([one_names[a] == other_names[b] for a, b in pairs.tolist()], dtype=bool)
    found = np.full(len(other_names), UNLABELLED, dtype=np.int64)
    free = np.ones(len(one_names), dtype=bool)
    for a, b in pairs[np.lexsort((-units, -shared, ~alike))].tolist():
        if free[a] and found[b] == UNLABELLED:
            found[b], free[a] = a, False
    return found


def _own_grids(base: Ints, mine: Ints, theirs: Ints) -> dict[int, int]:
    """Labels that both sides gave to grids which have no unit in common, with a free label for mine."""
    free = int(max(labels.max(initial=UNLABELLED) for labels in (base, mine, theirs))) + 1
    renumbered: dict[int, int] = {}
    for label in np.setdiff1d(np.intersect1d(mine, theirs), np.append(base, UNLABELLED)).tolist():
        if not ((mine == label) & (theirs == label)).any():
            renumbered[label] = free + len(renumbered)
    return renumbered


def _touched(base: Ints, version: Ints) -> Ints:
    """Grids that gained or lost a unit."""
    changed = base != version
    grids = np.unique(np.concatenate([base[changed], version[changed]]))
    found: Ints = grids[grids != UNLABELLED]
    return found
