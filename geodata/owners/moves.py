"""Moves of reports from grid to grid, counted."""

from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from geodata.tables import grid

#: Code from, code to ("" for none), how many, most first.
Moves = list[tuple[str, str, int]]


def moves_by_key(old: NDArray[np.int64], new: NDArray[np.int64]) -> Counter[tuple[int, int]]:
    """How often a grid follows another: aligned keys of ``grid``, -1 for none; what stays is no move."""
    moved = old != new
    if not moved.any():
        return Counter()
    # Pairs as one number each: sorting rows of two takes ten times as long.
    width = int(new[moved].max()) + 2
    pairs, counts = np.unique((old[moved] + 1) * width + (new[moved] + 1), return_counts=True)
    starts, ends = np.divmod(pairs, width)
    return Counter(
        dict(zip(zip((starts - 1).tolist(), (ends - 1).tolist(), strict=True), counts.tolist(), strict=True))
    )


def moves_between(old: Iterable[str], new: Iterable[str]) -> Moves:
    """Aligned codes counted; another edition of the same grid is no move."""
    return largest_first(Counter(pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]))


def largest_first(counts: Counter[tuple[str, str]]) -> Moves:
    """As a list, in order of number, then of codes."""
    return [(*pair, count) for pair, count in sorted(counts.items(), key=lambda move: (-move[1], move[0]))]


def codes_of(conn: Connection, *keys: Iterable[int]) -> dict[int, str]:
    """Codes of grids by key; -1 has none: ""."""
    wanted = {int(key) for each in keys for key in each} - {-1}
    known = select(grid.c.id, grid.c.code).where(grid.c.id == func.any(sorted(wanted)))
    return {-1: "", **{row.id: row.code for row in conn.execute(known)}}
