"""Put together what is drawn on a table and what somebody else saved meanwhile; nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geodata.actions.planning.describing import with_codes
from geodata.plans.ground import PlanGround
from geodata.plans.versions import PlannedGrid, PlanVersion
from gridmap.planning.merging import merge_labels, same_grids

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Merged:
    """Both in one, on top of ``made.base``, the saved one. Of ``conflicts``, units that both changed differently, the saved one stands;
    ``mine`` is for each of them the grid in ``made`` that the table has it in, -1 for none. ``both_changed``: grids to look at."""

    made: PlanVersion
    conflicts: Ints
    mine: Ints
    both_changed: Ints


def merged(
    ground: PlanGround, present: PlanVersion, base: PlanVersion, mine: PlanVersion, saved: PlanVersion
) -> Merged:
    """``mine`` was drawn from ``base``, from which somebody else came to ``saved``; ``present`` is the plan's first version."""
    of_saved = _numbers(ground, base, saved, len(base.grids))
    of_mine = _numbers(ground, base, mine, max([len(base.grids) - 1, *of_saved]) + 1)
    of_mine = _same_new_ones(ground, base, saved, of_saved, mine, of_mine)
    found = merge_labels(base.labels, _renumbered(mine, of_mine), _renumbered(saved, of_saved))
    versions = ({number: number for number in range(len(base.grids))}, _places(of_mine), _places(of_saved))
    order = [*of_saved.tolist(), *(number for number in of_mine.tolist() if number not in versions[2])]
    place = np.full(max(order, default=-1) + 2, -1, dtype=np.int64)
    place[order] = np.arange(len(order))
    grids = tuple(_grid(number, (base, mine, saved), versions) for number in order)
    made = PlanVersion(0, saved.version, place[found.labels].astype(np.int32), grids, "merged")
    return Merged(
        with_codes(ground, present, made),
        found.conflicts,
        place[found.mine[found.conflicts]],
        place[np.intersect1d(found.both_changed, order)],
    )


def _numbers(ground: PlanGround, base: PlanVersion, version: PlanVersion, free: int) -> Ints:
    """For each grid of a version its number among the grids of ``base``, or one from ``free`` on."""
    found = same_grids(
        base.labels, _names(base), version.labels, _names(version), ground.units["households"].to_numpy()
    )
    new = found < 0
    found[new] = free + np.arange(int(new.sum()))
    return found


def _same_new_ones(
    ground: PlanGround, base: PlanVersion, saved: PlanVersion, of_saved: Ints, mine: PlanVersion, of_mine: Ints
) -> Ints:
    """Grids that both made alike, from one suggestion perhaps: new in both, of one name, with ground in common."""
    households = ground.units["households"].to_numpy()
    alike = same_grids(saved.labels, _names(saved), mine.labels, _names(mine), households)
    found = of_mine.copy()
    for at, other in enumerate(alike.tolist()):
        both_new = other >= 0 and min(of_mine[at], of_saved[other]) >= len(base.grids)
        if both_new and mine.grids[at].name == saved.grids[other].name:
            found[at] = of_saved[other]
    return found


def _names(version: PlanVersion) -> list[str]:
    return [grid.name for grid in version.grids]


def _renumbered(version: PlanVersion, numbers: Ints) -> Ints:
    return np.append(numbers, -1)[version.labels]


def _places(numbers: Ints) -> dict[int, int]:
    return {number: place for place, number in enumerate(numbers.tolist())}


def _grid(number: int, versions: Sequence[PlanVersion], places: Sequence[dict[int, int]]) -> PlannedGrid:
    """A grid as mine has it where I changed its name, kind or lock, else as the saved one has it."""
    before, mine, saved = (
        version.grids[place[number]] if number in place else None
        for version, place in zip(versions, places, strict=True)
    )
    if mine is None or (saved is not None and before is not None and _said(mine) == _said(before)):
        assert saved is not None
        return saved
    return mine


def _said(grid: PlannedGrid) -> tuple[str, str, bool]:
    return grid.name, grid.kind, grid.locked
