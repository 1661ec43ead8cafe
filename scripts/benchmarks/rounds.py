"""Interleaved timing: every engine once a round, so that a busy moment of the machine meets them all."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping

Clock = Callable[[], float]


def compare(
    engines: Mapping[str, Callable[[], object]],
    rounds: int = 5,
    *,
    clocks: Mapping[str, Clock] | None = None,
    before: Mapping[str, Callable[[], object]] | None = None,
) -> dict[str, list[float]]:
    """Time engines against the first one and print a table; returns CPU seconds by engine and round.

    Each engine runs once unmeasured, then `rounds` times in turns. CPU seconds of the process count, all threads
    together: on a shared machine they waver less than the clock on the wall. An engine whose work is done elsewhere has a
    clock of its own in `clocks`; what is in `before` runs before each of its runs, unmeasured. The ratio is an engine's
    time over that of the first in the same round: its median, and the smallest and largest of the rounds.
    """
    cpu: dict[str, list[float]] = {name: [] for name in engines}
    wall: dict[str, list[float]] = {name: [] for name in engines}
    for turn in range(rounds + 1):
        for name, run in engines.items():
            (before or {}).get(name, gc.collect)()
            clock = (clocks or {}).get(name, time.process_time)
            started, started_wall = clock(), time.perf_counter()
            run()
            if turn > 0:
                wall[name].append(time.perf_counter() - started_wall)
                cpu[name].append(clock() - started)
    first = next(iter(engines))
    print(f"  {'engine':48} {'CPU s':>8} {'wall s':>8}  {'CPU over ' + first:>28}  {'wall':>24}   ({rounds} rounds)")
    for name in engines:
        seconds = f"{statistics.median(cpu[name]):8.3f} {statistics.median(wall[name]):8.3f}"
        print(f"  {name:48} {seconds}  {spread(cpu[name], cpu[first]):>28}  {spread(wall[name], wall[first]):>24}")
    return cpu


def spread(times: list[float], others: list[float]) -> str:
    """Median, smallest and largest of the ratios of two engines round by round."""
    ratios = [time_s / other_s for time_s, other_s in zip(times, others, strict=True)]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
