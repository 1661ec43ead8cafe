"""What chance alone would bring: replicates of the cases under a model, and their largest ratios."""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridmap.hotspot.scan import _kernel
from gridmap.hotspot.scan.expectation import Expected
from gridmap.hotspot.scan.windows import Thresholds, Windows, count_type

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

#: Replicates whose windows are gone through together: their cases then stay in the processor's cache.
BATCH = 64
#: The first replicates tell where the others' largest ratios will lie.
PILOT = 16
#: Where the pilot begins, as a share of the logarithm of the number of windows; where the others do, as a share of the pilot's lowest.
#: What stays below is gone through again with a floor that is lower by the last factor.
_FIRST, _BELOW_PILOT, _SINKS = 0.3, 0.95, 0.7
#: From here it sinks to the lowest at once: few windows, or few cases.
_LOW = 1.0
#: Ratios below this are rounding.
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Chance:
    """How replicates are made: under permutation from the places of all cases (``place_of_case``, ``by_step`` the last step first), else
    from the ``numbers`` of cases of each replicate and a table of their cells."""

    seeds: NDArray[np.uint32]
    place_of_case: NDArray[np.int32] | None
    by_step: Counts
    numbers: Counts
    table: tuple[Floats, Counts] | None

    @classmethod
    def of(cls, model: str, cases: Counts, expected: Expected, steps: int, replicates: int, rng: Any) -> "Chance":
        """For windows that need the last ``steps`` of ``cases`` [all steps, n]."""
        made = np.random.default_rng(rng)
        seeds = made.integers(0, 2**32, replicates, dtype=np.uint32)
        by_step = cases.sum(axis=1)[::-1][:steps].astype(np.int64)
        if model == "permutation":
            places = np.repeat(np.arange(cases.shape[1], dtype=np.int32), cases.sum(axis=0))
            return cls(seeds, places, by_step, np.zeros(0, dtype=np.int64), None)
        cells = np.ascontiguousarray(expected.mean[::-1][:steps].T).ravel()
        mean = float(cells.sum())
        if expected.total < 0:
            numbers = made.poisson(mean, replicates)
        else:
            numbers = made.binomial(expected.total, min(1.0, mean / max(expected.total, 1)), replicates)
        return cls(seeds, None, by_step, numbers.astype(np.int64), _kernel.alias_table(cells))

    @property
    def most(self) -> int:
        """No window of a replicate holds more cases."""
        return int(self.by_step.sum() if self.table is None else self.numbers.max(initial=0))

    def fill(self, replicate: int, place_of_case: Any, recent: Any) -> None:
        """Make a replicate: add to ``recent`` [n, steps] the cases of each place in the last step, the one before it ..."""
        seed = self.seeds[replicate]
        if self.table is None:
            _kernel.permuted(seed, place_of_case, self.by_step, recent)
        else:
            _kernel.scattered(seed, *self.table, self.numbers[replicate], recent)


def largest_by_chance(windows: Windows, chance: Chance, lowest: float, threads: int) -> Floats:
    """The largest ratio over all windows of each replicate; 0 may stand for one below ``lowest``."""
    lowest = max(lowest, _NOTHING)
    found = np.zeros(len(chance.seeds))
    pilot, rest = np.arange(len(found))[:PILOT], np.arange(len(found))[PILOT:]
    _settle(windows, chance, pilot, _FIRST * math.log(max(windows.count, 2)), lowest, threads, found)
    reached = found[pilot][found[pilot] > 0]
    floor = _BELOW_PILOT * float(reached.min()) if len(reached) else lowest
    _settle(windows, chance, rest, floor, lowest, threads, found)
    return found


def _settle(
    windows: Windows, chance: Chance, which: Any, floor: float, lowest: float, threads: int, found: Floats
) -> None:
    """Write the largest ratio of some replicates, with one floor after another."""
    while len(which):
        floor = max(floor, lowest)
        thresholds = windows.thresholds(floor, chance.most)
        parts = [part for part in np.array_split(which, threads) if len(part)]
        one_part = partial(_largest, windows, chance, thresholds)
        with ThreadPoolExecutor(threads) as pool:
            found[which] = np.concatenate(list(pool.map(one_part, parts)))
        if floor <= lowest:
            return
        which, floor = which[found[which] == 0], floor * _SINKS if floor > _LOW else lowest


def _largest(windows: Windows, chance: Chance, thresholds: Thresholds, which: Any) -> Floats:
    """The largest ratios of some replicates, on one thread."""
    places = len(windows.zones.reach)
    place_of_case = None if chance.place_of_case is None else chance.place_of_case.copy()
    found = []
    for start in range(0, len(which), BATCH):
        batch = which[start : start + BATCH]
        recents = np.zeros((places, windows.steps, len(batch)), dtype=count_type(chance.most))
        for at, replicate in enumerate(batch.tolist()):
            chance.fill(replicate, place_of_case, recents[:, :, at])
        # In place: the cases of the last 1, 2, ... steps.
        np.cumsum(recents, axis=1, dtype=recents.dtype, out=recents)
        found.append(windows.largest(recents, thresholds))
    return np.concatenate(found)
