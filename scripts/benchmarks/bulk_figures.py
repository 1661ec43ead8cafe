"""Figures of parts that take minutes, within a time that the whole may take."""

import statistics
import time
from collections.abc import Callable

from scripts.benchmarks.rounds import Clock, spread


class OutOfTime(Exception):
    """The time of the whole run is over; a part of it was not finished, or not begun."""


class Deadline:
    """So many seconds from now."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left, 0 when it is over."""
        return max(0.0, self._end - time.monotonic())

    @property
    def over(self) -> bool:
        """Whether nothing is left."""
        return self.left == 0

    def check(self) -> None:
        """Errors: ``OutOfTime``."""
        if self.over:
            raise OutOfTime


class Figures:
    """CPU seconds and seconds on the wall by part and round."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.cpu: dict[str, list[float]] = {}
        self.wall: dict[str, list[float]] = {}

    def measure(self, name: str, work: Callable[[], object]) -> None:
        """Run and print; what does not come to its end leaves no figure. Errors: ``OutOfTime`` of the work."""
        started, cpu = time.perf_counter(), self._clock()
        try:
            work()
        except OutOfTime:
            print(f"  {name:48} not finished within its time, {time.perf_counter() - started:.0f} s", flush=True)
            raise
        self.cpu.setdefault(name, []).append(self._clock() - cpu)
        self.wall.setdefault(name, []).append(time.perf_counter() - started)
        print(f"  {name:48} {self.cpu[name][-1]:8.2f} CPU s {self.wall[name][-1]:8.2f} s", flush=True)

    def compare(self, *ours: str) -> None:
        """Print medians, and every part's time over each of ours in the same round: by CPU and by the wall."""
        known = [name for name in ours if name in self.cpu]
        print(
            f"  {'medians':48} {'CPU s':>8} {'wall s':>8}  over: " + "; ".join(f"{name} (CPU, wall)" for name in known)
        )
        for name in self.cpu:
            told = f"{statistics.median(self.cpu[name]):8.2f} {statistics.median(self.wall[name]):8.2f}"
            for other in known:
                told += f"  {self._over(self.cpu, name, other):>20} {self._over(self.wall, name, other):>20}"
            print(f"  {name:48} {told}")

    @staticmethod
    def _over(times: dict[str, list[float]], name: str, other: str) -> str:
        both = min(len(times[name]), len(times[other]))
        return spread(times[name][-both:], times[other][-both:])
