"""The windows of a scan: zones over steps, ending with the last one or with any."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gridmap.hotspot.scan import _kernel
from gridmap.hotspot.scan.errors import ScanTooLarge
from gridmap.hotspot.scan.zones import Zones

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

#: Windows whose thresholds are kept at hand: 10 bytes each.
MOST_WINDOWS = 100_000_000


@dataclass(frozen=True, slots=True)
class Best:
    """The best window of each zone, each [n, k]: its ``ratio`` (0 for none), how many steps before the last one it ``ends``, its
    ``length``."""

    ratio: Floats
    ends: Counts
    length: Counts


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a count must reach for a ratio to reach a floor: ``least`` by window, ``limit`` the largest expectation by count."""

    least: Any
    limit: Floats


class Windows(Protocol):
    """What scans ask of their windows. ``steps``: how many of the last steps they look at."""

    zones: Zones
    steps: int

    @property
    def count(self) -> int:
        """How many windows there are at most."""

    def best(self, recent: Any) -> Best:
        """The best window of each zone. ``recent`` [n, steps]: cases of a place in the last 1, 2, ... steps."""

    def thresholds(self, floor: float, most: int) -> Thresholds:
        """For a floor of the ratio, where no window holds more than ``most`` cases."""

    def largest(self, recents: Any, thresholds: Thresholds) -> Floats:
        """The largest ratio of each replicate ``recents`` [n, steps, replicates]; 0 where it stays below the floor."""


class RecentWindows:
    """Windows that end with the last step."""

    def __init__(self, zones: Zones, mean: Floats, total: int, longest: int) -> None:
        """``mean`` [all steps, n] is what is expected; ``total`` as in `Expected`."""
        self.zones, self.total, self.steps = zones, total, longest
        _check_size(self.count)
        self._expectation = _kernel.window_expectations(zones.order, zones.reach, _recent(mean, longest))

    @property
    def count(self) -> int:
        """How many windows there are at most."""
        return int(self.zones.order.size * self.steps)

    def best(self, recent: Any) -> Best:
        """The best window of each zone."""
        zones = self.zones
        ratio, at = _kernel.best_windows(recent, zones.order, zones.whole, zones.reach, self._expectation, self.total)
        return Best(ratio, np.zeros_like(at), at + 1)

    def thresholds(self, floor: float, most: int) -> Thresholds:
        """For a floor of the ratio."""
        limit = _kernel.most_expected(floor, self.total, most + 2)
        least = np.empty(self._expectation.shape, dtype=count_type(most))
        _kernel.least_counts(self._expectation, self.zones.whole, self.zones.reach, limit, least)
        return Thresholds(least, limit)

    def largest(self, recents: Any, thresholds: Thresholds) -> Floats:
        """The largest ratio of each replicate."""
        best = np.zeros(recents.shape[2])
        zones = self.zones
        _kernel.largest_ratios(recents, zones.order, zones.reach, self._expectation, thresholds.least, self.total, best)
        return best


class WindowsOfAnyTime:
    """Windows that end with any step."""

    def __init__(self, zones: Zones, mean: Floats, total: int, longest: int) -> None:
        self.zones, self.total, self.steps, self._longest = zones, total, len(mean), longest
        _check_size(zones.order.size * longest)
        self._mean = _recent(mean, len(mean))

    @property
    def count(self) -> int:
        """How many windows there are at most."""
        return int(self.zones.order.size * self.steps * self._longest)

    def best(self, recent: Any) -> Best:
        """The best window of each zone."""
        zones = self.zones
        return Best(
            *_kernel.best_windows_of_any_time(
                recent, self._mean, zones.order, zones.whole, zones.reach, self._longest, self.total
            )
        )

    def thresholds(self, floor: float, most: int) -> Thresholds:
        """For a floor of the ratio."""
        zones = self.zones
        limit = _kernel.most_expected(floor, self.total, most + 2)
        least = np.empty((*zones.order.shape, self._longest), dtype=count_type(most))
        _kernel.least_of_any_time(self._mean, zones.order, zones.whole, zones.reach, limit, least)
        return Thresholds(least, limit)

    def largest(self, recents: Any, thresholds: Thresholds) -> Floats:
        """The largest ratio of each replicate."""
        zones = self.zones
        return np.array(
            [
                _kernel.largest_ratio_of_any_time(
                    np.ascontiguousarray(recents[:, :, at]),
                    self._mean,
                    zones.order,
                    zones.reach,
                    thresholds.limit,
                    thresholds.least,
                    self.total,
                )
                for at in range(recents.shape[2])
            ]
        )


def recent_counts(cases: Counts, steps: int) -> Counts:
    """Cases of each place in the last 1, 2, ... steps, int64[n, steps], of ``cases`` [all steps, n]."""
    return np.ascontiguousarray(np.cumsum(cases[::-1][:steps], axis=0).T)


def count_type(most: int) -> Any:
    """The smallest type that holds counts up to ``most`` and one that is never reached."""
    return np.int16 if most < np.iinfo(np.int16).max - 2 else np.int32


def _recent(mean: Floats, steps: int) -> Floats:
    return np.ascontiguousarray(np.cumsum(mean[::-1][:steps], axis=0).T)


def _check_size(windows: int) -> None:
    if windows > MOST_WINDOWS:
        raise ScanTooLarge(windows=windows, most=MOST_WINDOWS)
