"""Doubts are asked where owners are derived: by filing, by loaders, in bulk."""

import json
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, update

from geodata.indexes.city import CityIndex
from geodata.settings import Settings
from geodata.sql import statement
from geodata.tables import doubt
from gridmap.assignment import Located, Shares, owner_shares
from gridmap.report import OPEN

#: Codes of the grids that may hold a place, with their shares, the likeliest first.
Alternatives = Sequence[tuple[str, float]]
#: So many are kept: with an accuracy of half a kilometre dozens of grids have a share, and nobody chooses by it.
MOST_KEPT = 8


def shares_in(
    city: CityIndex,
    settings: Settings,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    accuracy_m: NDArray[np.float64],
    located: Located,
    *,
    threads: int = 2,
) -> Shares:
    """How sure the owners of points are among the grids of a day; ``accuracy_m`` NaN where it is not known or nobody wants to know."""
    return owner_shares(
        city.index,
        lon,
        lat,
        accuracy_m,
        located,
        gap_limit_m=settings.gap_limit_m,
        sure=settings.ambiguous_below,
        threads=threads,
    )


def named_alternatives(city: CityIndex, shares: Shares) -> dict[int, Alternatives]:
    """The grids that may hold each ambiguous point, by the point's place in the arrays."""
    return {
        point: [(city.codes[grid], share) for grid, share in shares.alternatives(point)]
        for point in np.flatnonzero(shares.ambiguous).tolist()
    }


def renew_doubts(
    conn: Connection, asked: Mapping[int, Alternatives], looked_at: Iterable[int] | NDArray[np.int64] = ()
) -> int:
    """Ask about the reports of ``asked`` (by key) and withdraw what was asked about the others of ``looked_at``; gives how many are asked.

    Call it when the owners, with their shares, have been written, in the same transaction. Reports that are over or whose owner a
    person decided are not asked about; a question that is open already is renewed.
    """
    sure = sorted({int(key) for key in looked_at} - asked.keys())
    if sure:
        withdrawn = update(doubt).where(
            doubt.c.report_id == func.any(sure), doubt.c.state == "open", doubt.c.kind == "accuracy"
        )
        conn.execute(withdrawn.values(state="withdrawn", decided_at=func.now()))
    if not asked:
        return 0
    ids = sorted(int(key) for key in asked)
    parameters = {
        "report_ids": ids,
        "alternatives": [json.dumps(_kept(asked[key]), ensure_ascii=False) for key in ids],
        "open_states": list(OPEN),
    }
    return len(conn.execute(statement("ask_doubts"), parameters).all())


def _kept(alternatives: Alternatives) -> list[tuple[str, float]]:
    return [(code, round(share, 4)) for code, share in alternatives[:MOST_KEPT]]
