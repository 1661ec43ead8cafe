"""What a case's page says of its owner: why, since when, every one before, and who has the place today."""

from typing import Any

from sqlalchemy import Connection, Row

from geodata.actions.locating import PlaceAnswer, locate_place
from geodata.owners.ownership import ownership_of
from gridmap.access import Permission
from web import db
from web.scope import holds_place, scope


def ownership_words(conn: Connection, row: Row[Any], events: list[Row[Any]]) -> dict[str, Any]:
    """The names of ``cases/ownership.html``: ``ownership``; ``present``, the place's answer of today where another grid holds it,
    else None, with ``present_inside``; ``may_move``."""
    found = ownership_of(conn, db.settings(), row, events)
    present = _present(conn, row)
    return {
        "ownership": found,
        "present": present,
        "present_inside": present is not None and holds_place(present),
        "may_move": scope().may(Permission.PLACE_REPORTS) and row.lon is not None,
    }


def _present(conn: Connection, row: Row[Any]) -> PlaceAnswer | None:
    if row.lon is None:
        return None
    place = locate_place(conn, db.settings(), row.lon, row.lat)
    return None if (place.grid.code if place.grid else None) == row.grid_code else place
