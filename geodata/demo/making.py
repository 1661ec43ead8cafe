"""Streets made one beside the other on all cores."""

import os
import signal
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from multiprocessing import get_context

from geodata.demo.layouts import Layout
from geodata.demo.street import Street, make_street

#: Gets how many streets are made, and how many there are.
Progress = Callable[[int, int], None]
_WORTH_PROCESSES = 6


def make_streets(
    layouts: Sequence[Layout],
    seed: int,
    size: str,
    first_day: date,
    until: date,
    workers: int | None,
    progress: Progress,
) -> list[Street]:
    """The streets in the order of their layouts; each depends on nothing but its layout and the seed.

    Ctrl-C ends the workers too.
    """
    make = partial(_make, seed=seed, size=size, first_day=first_day, until=until, alone=len(layouts) == 1)
    workers = workers or len(os.sched_getaffinity(0))
    if workers == 1 or len(layouts) < _WORTH_PROCESSES:
        return _told(map(make, layouts), len(layouts), progress)
    # A new interpreter each: a copy of this one would share its open connections.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_end_at_once) as pool:
        try:
            return _told(pool.map(make, layouts), len(layouts), progress)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _make(layout: Layout, *, seed: int, size: str, first_day: date, until: date, alone: bool) -> Street:
    return make_street(layout, seed, size if alone else f"{size}-{layout.street}", first_day, until)


def _told(streets: Iterable[Street], count: int, progress: Progress) -> list[Street]:
    found = []
    for street in streets:
        found.append(street)
        progress(len(found), count)
    return found


def _end_at_once() -> None:
    """Ctrl-C reaches every process of a terminal: workers have nothing to bring to an end, and no word to say about it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
