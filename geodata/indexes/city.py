"""The index of grids in force: one for each edition of the grids, shared by all processes, asked in every lookup.

An edition is the time between two days on which grids come into force or end: a midnight without such a change needs no new index.
"""

import threading
from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select, text

from geodata.days import today, valid_on
from geodata.indexes.file import Arrays, packed, unpacked
from geodata.indexes.store import Edition, kept_arrays
from geodata.settings import Settings
from geodata.tables import grid, layer_version
from gridmap.assignment import GridIndex

_KEPT = 6
_DATABASE = "gridmap database"
_OF_GRIDS = select(layer_version.c.version).where(layer_version.c.layer == "grid")
_VERSION = _OF_GRIDS.scalar_subquery()


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


_made: dict[Edition, CityIndex] = {}
_making = threading.Lock()
_calendars: dict[tuple[str, int], list[date]] = {}


def grid_index(conn: Connection, settings: Settings, at: date | None = None) -> CityIndex:
    """The index for a day (default: the city's today) at the version that this transaction sees.

    The version is read in the caller's transaction every time, so an answer can never be older than the last publication that
    the caller could see; an edition that begins today answers from midnight on.
    """
    day = at or today(settings.zone)
    edition = _edition(conn, day)
    if (found := _made.get(edition)) is None:
        with _making:
            if (found := _made.get(edition)) is None:
                edition, found = _open(conn, settings, edition, day)
                _made[edition] = found
                _forget_one(edition.database, today(settings.zone))
    return found if found.at == day else replace(found, at=day)


def hold_grids(conn: Connection) -> None:
    """Keep the grids as they are until the transaction ends: a change of them waits, and one under way is waited for.

    For work that derives owners by the thousand and must not write what a publication has just overruled.
    """
    conn.execute(_OF_GRIDS.with_for_update(read=True))


def change_days(conn: Connection) -> list[date]:
    """The days on which grids come into force or end, at the version that this transaction sees, in order."""
    return _calendar(conn, _database(conn))[1]


def _edition(conn: Connection, day: date) -> Edition:
    database = _database(conn)
    version, days = _calendar(conn, database)
    place = bisect_right(days, day)
    return Edition(database, version, days[place - 1].isoformat() if place else "")


def _database(conn: Connection) -> str:
    """Names the database itself: one that was made anew under the same address is another."""
    if _DATABASE not in conn.info:  # kept with the connection, which ends with its database
        conn.info[_DATABASE] = conn.scalar(
            text(
                "SELECT c.system_identifier || '-' || d.oid FROM pg_database d, pg_control_system() c "
                "WHERE d.datname = current_database()"
            )
        )
    return str(conn.info[_DATABASE])


def _calendar(conn: Connection, database: str) -> tuple[int, list[date]]:
    version = conn.scalar(_OF_GRIDS) or 0
    if (days := _calendars.get((database, version))) is None:
        version, days = _read_calendar(conn)
        _calendars[database, version] = days
        for key in [key for key in _calendars if key[0] == database and key[1] < version - _KEPT]:
            _calendars.pop(key, None)
    return version, days


def _read_calendar(conn: Connection) -> tuple[int, list[date]]:
    # One statement sees one snapshot: version and days belong together.
    bounds = select(func.lower(grid.c.valid).label("day")).union(select(func.upper(grid.c.valid))).subquery()
    days = select(func.array_agg(bounds.c.day)).where(bounds.c.day.is_not(None)).scalar_subquery()
    row = conn.execute(select(_VERSION.label("version"), days.label("days"))).one()
    return row.version or 0, sorted(row.days or ())


def _open(conn: Connection, settings: Settings, edition: Edition, day: date) -> tuple[Edition, CityIndex]:
    """The index from its file, or built and saved. Grids that change meanwhile are read as they are then."""

    def build() -> Arrays:
        arrays, version = _read(conn, day)
        if version != edition.version:
            raise _GridsChanged
        return arrays

    while True:
        try:
            # What this very transaction changed may never come to be: no file is made of it.
            arrays = build() if _changed_here(conn) else kept_arrays(settings.home, edition, build)
            return edition, _city_index(arrays, edition.version, day)
        except _GridsChanged:
            edition = _edition(conn, day)


def _changed_here(conn: Connection) -> bool:
    mine = text("SELECT xmin = CAST(pg_current_xact_id_if_assigned() AS xid) FROM layer_version WHERE layer = 'grid'")
    return bool(conn.scalar(mine))


class _GridsChanged(Exception):
    """The grids that were read are of a later version than the one asked for."""


def _city_index(arrays: Arrays, version: int, day: date) -> CityIndex:
    codes = unpacked("code", arrays)
    return CityIndex(
        index=GridIndex.from_arrays(
            {name.removeprefix("index_"): arrays[name] for name in arrays if name[:6] == "index_"}
        ),
        version=version,
        at=day,
        grid_ids=np.asarray(arrays["grid_ids"], dtype=np.int64),
        codes=codes,
        names=unpacked("name", arrays),
        communities=tuple(code or None for code in unpacked("community", arrays)),
    )


def _read(conn: Connection, day: date) -> tuple[Arrays, int]:
    """The index of a day as arrays, and the version of the grids that it was made from."""
    # One statement sees one snapshot: version and grids belong together.
    rows: list[Any] = list(
        conn.execute(
            select(
                grid.c.id,
                grid.c.code,
                grid.c.name,
                grid.c.community_code,
                func.ST_AsBinary(grid.c.geom).label("wkb"),
                _VERSION.label("version"),
            )
            .where(valid_on(grid, day))
            .order_by(grid.c.code)
        )
    )
    codes = [row.code for row in rows]
    polygons = shapely.from_wkb([bytes(row.wkb) for row in rows])
    arrays: Arrays = {f"index_{name}": values for name, values in GridIndex(polygons, codes=codes).to_arrays().items()}
    arrays["grid_ids"] = np.array([row.id for row in rows], dtype=np.int64)
    arrays |= packed("code", codes)
    arrays |= packed("name", [row.name for row in rows])
    arrays |= packed("community", [row.community_code or "" for row in rows])
    return arrays, rows[0].version if rows else conn.scalar(_OF_GRIDS) or 0


def _forget_one(database: str, present: date) -> None:
    """Forget the oldest of too many; today's newest is kept longest, so that asking for odd days slows nobody else down."""
    if len(_made) <= _KEPT:
        return
    begun = [key for key in _made if key.database == database and key.first_day <= present.isoformat()]
    newest = max(begun, key=lambda key: (key.version, key.first_day), default=None)
    _made.pop(next(key for key in _made if key != newest))
