"""Why a report belongs to its grid, and since when: the edition that decided, the edge that is nearest, every owner before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import Connection, Row, func, select

from geodata.case_details import owners_of
from geodata.days import today
from geodata.owners.days import deciding_day_of
from geodata.points import point
from geodata.settings import Settings
from geodata.tables import grid, publication

#: Kinds of events that bring a report to another grid, or may do so.
BRINGING = (
    "moved", "owner_confirmed", "owner_transferred", "decision_taken_back", "address_matched", "address_placed", "datum_corrected", "datum_restored",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edition:
    """The edition of a grid that owns a report: the days it is in force (None: open), whether it is so today, whether a publication made
    it, and the point of its edge nearest to the place (lon, lat in degrees)."""

    valid_from: date | None
    valid_to: date | None
    in_force: bool
    published: bool
    edge: tuple[float, float]


@dataclass(frozen=True, slots=True)
class PastOwner:
    """An owner that a report had or has: a row of ``owners_of``, when the next one followed (None: it is the present one), and the event
    that brought it (a row of ``events_of``), where one is noted."""

    row: Row[Any]
    until: datetime | None
    event: Row[Any] | None = None


@dataclass(frozen=True, slots=True)
class Ownership:
    """``day`` is the one whose grids decided, ``since`` when the report came to its grid (by code: a new edition of the same grid does
    not count), with the row of the history that brought it there."""

    day: date
    edition: Edition | None
    owners: list[PastOwner]
    came: PastOwner | None

    @property
    def since(self) -> datetime | None:
        """When the report came to its grid."""
        return self.came.row.at if self.came else None


def ownership_of(conn: Connection, settings: Settings, row: Row[Any], events: Sequence[Row[Any]]) -> Ownership:
    """Why a listed report belongs to its grid; ``events`` are its own, as from ``events_of``."""
    day = deciding_day_of(conn, settings, row.id)
    rows = owners_of(conn, row.id)
    ends: list[datetime | None] = [each.at for each in rows[1:]] + [None]
    # Written in one transaction, both have its time; what only led to another state brings no owner.
    brought = {each.at: each for each in events if each.kind in BRINGING}
    owners = [PastOwner(each, until, brought.get(each.at)) for each, until in zip(rows, ends, strict=False)]
    came = None
    for each in reversed(owners):
        if each.row.code != row.grid_code:
            break
        came = each
    return Ownership(day, _edition(conn, settings, row), owners, came)


def _edition(conn: Connection, settings: Settings, row: Row[Any]) -> Edition | None:
    if row.grid_id is None or row.lon is None:
        return None
    nearest = func.ST_ClosestPoint(
        func.ST_Boundary(grid.c.geom), point(row.lon, row.lat), type_=Geometry("POINT", 4326)
    )
    made = select(publication.c.id).where(publication.c.day == func.lower(grid.c.valid)).exists()
    found = conn.execute(
        select(
            func.lower(grid.c.valid).label("valid_from"),
            func.upper(grid.c.valid).label("valid_to"),
            made.label("published"),
            func.ST_X(nearest).label("lon"),
            func.ST_Y(nearest).label("lat"),
        ).where(grid.c.id == row.grid_id)
    ).one()
    at = today(settings.zone)
    in_force = (found.valid_from is None or found.valid_from <= at) and (found.valid_to is None or at < found.valid_to)
    return Edition(found.valid_from, found.valid_to, in_force, found.published, (found.lon, found.lat))
