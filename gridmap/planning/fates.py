"""What becomes of a grid, in one word, from the shares of its households."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridmap.errors import Language

#: A part counts from this share on: a grid is split when at least two parts of it do, and merged of what gives at least this share to it.
PART_SHARE: Final = 0.2


class Fate(StrEnum):
    """What becomes of a grid, or where a new one comes from."""

    KEPT = "kept"
    CHANGED = "changed"
    SPLIT = "split"
    MERGED = "merged"
    NEW = "new"
    ENDED = "ended"

    def text(self, language: Language = "zh") -> str:
        """The word for it.

        >>> Fate.SPLIT.text(), Fate.SPLIT.text("en")
        ('拆分', 'split')
        """
        return _WORDS[self][0 if language == "zh" else 1]


_WORDS: Final = {
    Fate.KEPT: ("不变", "kept"),
    Fate.CHANGED: ("调整", "changed"),
    Fate.SPLIT: ("拆分", "split"),
    Fate.MERGED: ("合并", "merged"),
    Fate.NEW: ("新设", "new"),
    Fate.ENDED: ("撤销", "ended"),
}


def fates(
    lineage: pd.DataFrame, old_codes: Sequence[str], new_codes: Sequence[str]
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """The fates of old grids and of new ones (`Fate`), from their lineage (`gridmap.lineage`) and codes.

    A code that goes on is kept, when nothing but inaccuracy of drawing went or came, else changed. An old grid whose code ends is split
    when two new ones or more got a part of it (``PART_SHARE``), merged when one did that has a part of another grid too or goes on under
    another's code, else ended. A new code is split off when all parts of it come from one old grid that is split or goes on, merged when they come from
    several, else new.

    >>> from gridmap.lineage import lineage_of_units
    >>> one = np.ones(2, dtype=np.int64)
    >>> rows = lineage_of_units(np.array([0, 0]), np.array([0, 1]), households=9 * one, buildings=one, area_m2=9.0 * one)
    >>> [list(map(str, side)) for side in fates(rows, ["1"], ["2", "3"])]
    [['split'], ['split', 'split']]
    """
    goes_on = {code: place for place, code in enumerate(new_codes)}
    went_on = {code: place for place, code in enumerate(old_codes)}
    pairs = {side: _by_grid(lineage, side) for side in ("old", "new")}
    successors = {grid: [to for to, share, _ in rows if share >= PART_SHARE] for grid, rows in pairs["old"].items()}
    origins = {grid: [of for of, _, share in rows if share >= PART_SHARE] for grid, rows in pairs["new"].items()}
    old_fates, new_fates = np.empty(len(old_codes), dtype=object), np.empty(len(new_codes), dtype=object)
    for grid, code in enumerate(old_codes):
        if code in goes_on:
            same = _is_same(pairs, grid, goes_on[code])
            old_fates[grid] = new_fates[goes_on[code]] = Fate.KEPT if same else Fate.CHANGED
            continue
        parts = successors.get(grid, [])
        if len(parts) > 1:
            old_fates[grid] = Fate.SPLIT
        elif parts and (new_codes[parts[0]] in went_on or len(origins.get(parts[0], [])) > 1):
            old_fates[grid] = Fate.MERGED
        else:
            old_fates[grid] = Fate.ENDED
    for grid, code in enumerate(new_codes):
        if code not in went_on:
            parts = origins.get(grid, [])
            if len(parts) > 1:
                new_fates[grid] = Fate.MERGED
            elif parts and old_fates[parts[0]] is not Fate.ENDED:
                new_fates[grid] = Fate.SPLIT
            else:
                new_fates[grid] = Fate.NEW
    return old_fates, new_fates


Pairs = dict[int, list[tuple[int, float, float]]]


def _by_grid(lineage: pd.DataFrame, side: str) -> Pairs:
    """For each grid of one side its partners on the other (-1 left out unless it is all) with both shares."""
    other = "new" if side == "old" else "old"
    found: Pairs = {}
    columns = [lineage[name].tolist() for name in (side, other, "share_of_old", "share_of_new")]
    for grid, partner, of_old, of_new in zip(*columns, strict=True):
        if grid >= 0:
            found.setdefault(grid, []).append(
                (partner, of_old if partner >= 0 else 0.0, of_new if partner >= 0 else 0.0)
            )
    return found


def _is_same(pairs: dict[str, Pairs], old: int, new: int) -> bool:
    """Whether two grids have nothing but each other."""
    return [row[0] for row in pairs["old"].get(old, [])] == [new] and [row[0] for row in pairs["new"].get(new, [])] == [
        old
    ]
