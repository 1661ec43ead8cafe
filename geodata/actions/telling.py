"""What those who work in grids are told when boundaries move reports: one notice a grid and account, not one a report."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection

from geodata.grids import grid_names
from geodata.notices import tell, workers_of
from geodata.owners.moves import Moves


def tell_workers(
    conn: Connection, kind: str, on: date, moves: Moves, *, asked: Mapping[str, int] | None = None, **detail: Any
) -> None:
    """Tell who works there ``on`` a day how many reports came to their grid and left it, and with ``asked`` (by code) about how many a
    person decides; ``detail`` goes with every notice."""
    came, left = Counter[str](), Counter[str]()
    for old, new, count in moves:
        left[old] += count
        came[new] += count
    codes = sorted({*came, *left, *(asked or ())} - {""})
    workers, names = workers_of(conn, codes, on), grid_names(conn, codes)
    for code in codes:
        counts = {"came": came[code], "left": left[code]}
        if asked is not None:
            counts["asked"] = asked.get(code, 0)
        about = {"grid": code, "grid_name": names[code].name if code in names else None}
        tell(conn, workers.get(code, ()), kind, {**about, **counts, **detail})
