"""Interleaved timing: every engine once a round, so that a busy moment of the machine meets them all."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping


def compare(engines: Mapping[str, Callable[[], object]], rounds: int = 5) -> dict[str, list[float]]:
    """Time engines against the first one and print a table; returns CPU seconds by engine and round.

    Each engine runs once unmeasured, then `rounds` times in turns. CPU seconds of the process count, all threads
    together: on a shared machine they waver less than the clock on the wall. The ratio is an engine's time over that of
    the first in the same round: its median, and the smallest and largest of the rounds.
    """
    for run in engines.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(rounds):
        for name, run in engines.items():
            gc.collect()
            started = time.process_time()
            run()
            seconds[name].append(time.process_time() - started)
    first = next(iter(engines))
    print(f"  {'engine':48} {'CPU s':>8}  {'time over ' + first:>24}   ({rounds} rounds)")
    for name, times in seconds.items():
        ratios = [time_s / first_s for time_s, first_s in zip(times, seconds[first], strict=True)]
        spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
        print(f"  {name:48} {statistics.median(times):8.3f}  {spread:>24}")
    return seconds
