"""Streams of positions: reports of one source and device that state one datum. When did such a stream start, or cease, to mean another?

Days are cut into runs by the datum that fits best: the cut that explains most, where each change costs as much as a dozen
reports that fit another datum. Each run is then judged by itself (``gridmap.datum.guess``); runs of which
nothing can be said against the stated datum are told as one.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gridmap.datum.conversion import Floats, to_wgs84
from gridmap.datum.guess import HYPOTHESES, DatumGuess, Footprints, Locates, cell_keys, fit, guess_datum

_CHANGE_COST: Final = 6.0
_MOST_POINTS: Final = 20_000
_SAME: Final = 1e-7  # degrees: 1 cm

Days = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class StreamRun:
    """The part of a stream from ``first_day`` to ``last_day`` (as given, both included): so many reports, and what they are in."""

    first_day: int
    last_day: int
    reports: int
    guess: DatumGuess


def judge_stream(
    lon: Floats, lat: Floats, day: Days, *, stated: str, grids: Locates, buildings: Footprints | None = None
) -> list[StreamRun]:
    """Runs of a stream in order of time.

    ``lon``, ``lat``: degrees as received, without NaN; ``day`` numbers their days; arrays of one length in any order. Of more
    than 20,000 different positions every so manyeth is looked at.
    """
    order = np.argsort(day, kind="stable")
    lon, lat, day = lon[order], lat[order], day[order]
    # A position that comes again and again is one witness, not many.
    _, firsts = np.unique(cell_keys(lon, lat, _SAME), return_index=True)
    seen = np.sort(firsts)
    seen = seen[:: max(1, -(-len(seen) // _MOST_POINTS))]
    spans = _spans(lon[seen], lat[seen], day[seen], grids, buildings)
    runs = [_run(lon, lat, day, span, stated, grids, buildings) for span in spans]
    # What says nothing against the stated datum belongs together, and is judged anew as a whole.
    joined: list[StreamRun] = []
    for run in runs:
        if joined and not run.guess.contradicts and not joined[-1].guess.contradicts:
            span = (joined[-1].first_day, run.last_day)
            joined[-1] = _run(lon, lat, day, span, stated, grids, buildings)
        else:
            joined.append(run)
    return joined


def _run(
    lon: Floats,
    lat: Floats,
    day: Days,
    span: tuple[int, int],
    stated: str,
    grids: Locates,
    buildings: Footprints | None,
) -> StreamRun:
    rows = slice(int(np.searchsorted(day, span[0])), int(np.searchsorted(day, span[1], side="right")))
    guess = guess_datum(lon[rows], lat[rows], grids=grids, buildings=buildings, stated=stated)
    return StreamRun(span[0], span[1], rows.stop - rows.start, guess)


def _spans(lon: Floats, lat: Floats, day: Days, grids: Locates, buildings: Footprints | None) -> list[tuple[int, int]]:
    """First and last day of each run of the best cut."""
    if len(day) == 0:
        return []
    days, which = np.unique(day, return_inverse=True)
    fits = [fit(*to_wgs84(lon, lat, name), grids, buildings) for name in HYPOTHESES]
    scores = np.column_stack([np.bincount(which, each.score, len(days)).astype(np.float64) for each in fits])
    chosen = _best_path(scores)
    starts = [0, *(np.flatnonzero(np.diff(chosen)) + 1).tolist(), len(days)]
    return [(int(days[start]), int(days[end - 1])) for start, end in pairwise(starts)]


def _best_path(scores: Floats) -> NDArray[np.intp]:
    """The column of each row whose sum is largest, less the cost of each change (Viterbi)."""
    rows, columns = scores.shape
    came = np.zeros((rows, columns), dtype=np.intp)
    best = scores[0].copy()
    for row in range(1, rows):
        other = int(best.argmax())
        change = best[other] - _CHANGE_COST > best
        came[row] = np.where(change, other, np.arange(columns))
        best = np.where(change, best[other] - _CHANGE_COST, best) + scores[row]
    path = np.empty(rows, dtype=np.intp)
    path[-1] = best.argmax()
    for row in range(rows - 1, 0, -1):
        path[row - 1] = came[row, path[row]]
    return path
