"""Decisions of a person about an owner, and how long they stand."""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from geodata.days import day_number, today
from geodata.settings import Settings
from geodata.tables import grid
from gridmap.assignment import REASONS, Reason

if TYPE_CHECKING:
    from geodata.owners.held import HeldOwners

_DECIDED = REASONS.index(Reason.DECIDED)
_EVER = np.iinfo(np.int64)


def standing_decisions(conn: Connection, settings: Settings, held: "HeldOwners") -> NDArray[np.bool_]:
    """Whether a person decided the owner, and its grid was in force on the day that decides or is so today."""
    kept = np.zeros(len(held), dtype=bool)
    rows = np.flatnonzero(held.reason == _DECIDED)
    if not len(rows):
        return kept
    keys, place = np.unique(held.grid_id[rows], return_inverse=True)
    bounds = select(grid.c.id, func.lower(grid.c.valid), func.upper(grid.c.valid)).where(
        grid.c.id == func.any(keys.tolist())
    )
    known = {key: (begun, ended) for key, begun, ended in conn.execute(bounds)}
    begun = np.array([_number(known[key][0], _EVER.min) for key in keys.tolist()])[place]
    ended = np.array([_number(known[key][1], _EVER.max) for key in keys.tolist()])[place]
    now, day = day_number(today(settings.zone)), held.day[rows]
    kept[rows] = ((begun <= day) & (day < ended)) | ((begun <= now) & (now < ended))
    return kept


def _number(day: date | None, otherwise: int) -> int:
    return otherwise if day is None else day_number(day)
