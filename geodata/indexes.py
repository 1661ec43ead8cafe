"""The index of grids in force: made once a process for each version and day, asked in every lookup."""

import threading
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from geodata.days import today, valid_on
from geodata.settings import Settings
from geodata.tables import grid, layer_version
from gridmap.assignment import GridIndex

_KEPT = 6


@dataclass(frozen=True, slots=True)
class CityIndex:
    """Grids in force on a day, with the version of the layer that they were read from.

    ``grid_ids``, ``codes``, ``names`` and ``communities`` are aligned with positions in ``index``.
    """

    index: GridIndex
    version: int
    at: date
    grid_ids: NDArray[np.int64]
    codes: tuple[str, ...]
    names: tuple[str, ...]
    communities: tuple[str | None, ...]


_made: dict[tuple[str, int, date], CityIndex] = {}
_making = threading.Lock()


def grid_index(conn: Connection, settings: Settings, at: date | None = None) -> CityIndex:
    """The index for a day (default: the city's today) at the version that this transaction sees.

    The version is read in the caller's transaction every time, so an answer can never be older than the last publication that
    the caller could see.
    """
    day = at or today(settings.zone)
    version = conn.scalar(select(layer_version.c.version).where(layer_version.c.layer == "grid")) or 0
    key = (str(conn.engine.url), version, day)
    if (found := _made.get(key)) is None:
        with _making:
            if (found := _made.get(key)) is None:
                found = _read(conn, day)
                _made[(key[0], found.version, day)] = found
                _forget_one(key[0], today(settings.zone))
    return found


def _forget_one(database: str, present: date) -> None:
    """Forget the oldest of too many; today's newest is kept longest, so that asking for odd days slows nobody else down."""
    if len(_made) <= _KEPT:
        return
    newest = max((key[1] for key in _made if key[0] == database and key[2] == present), default=None)
    _made.pop(next(key for key in _made if key != (database, newest, present)))


def _read(conn: Connection, day: date) -> CityIndex:
    # One statement sees one snapshot: version and grids belong together.
    version = select(layer_version.c.version).where(layer_version.c.layer == "grid").scalar_subquery()
    rows: list[Any] = list(
        conn.execute(
            select(
                grid.c.id,
                grid.c.code,
                grid.c.name,
                grid.c.community_code,
                func.ST_AsBinary(grid.c.geom).label("wkb"),
                version.label("version"),
            )
            .where(valid_on(grid, day))
            .order_by(grid.c.code)
        )
    )
    codes = tuple(row.code for row in rows)
    polygons = shapely.from_wkb([bytes(row.wkb) for row in rows])
    return CityIndex(
        index=GridIndex(polygons, codes=codes),
        version=rows[0].version if rows else conn.scalar(select(version)) or 0,
        at=day,
        grid_ids=np.array([row.id for row in rows], dtype=np.int64),
        codes=codes,
        names=tuple(row.name for row in rows),
        communities=tuple(row.community_code for row in rows),
    )
