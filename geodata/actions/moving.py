"""Correct a report's place (更正位置): the pin is moved, the coordinates as received stay, the owner is derived among the grids that decide."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pyproj import Geod
from sqlalchemy import Connection, Row, func, select, update

from geodata.actions.acting import Actor
from geodata.actions.locating import PlaceAnswer, locate_place
from geodata.actions.managing import ChangedMeanwhile
from geodata.days import today, valid_on
from geodata.notices import tell, workers_of
from geodata.owners.days import deciding_day_of
from geodata.owners.deriving import derive_reports
from geodata.owners.writing import write_owners
from geodata.points import point
from geodata.reports import report_by_ref
from geodata.scope import districts_of
from geodata.seen import seen_tag
from geodata.settings import Settings
from geodata.tables import doubt, event, grid, report
from gridmap.errors import GridmapError
from gridmap.report import OVER

_EARTH = Geod(ellps="WGS84")
#: A pin that stays within this is not moved.
LEAST_M = 0.5
WHY_MOST = 500


class PinNotMoved(GridmapError):
    """The new place is the old one."""

    code = "pin_not_moved"
    zh = "位置没有变化，请先在地图上移动标记。"
    en = "The place is the same; move the pin on the map first."


class NothingToMove(GridmapError):
    """A report that has no place yet: that is placed by its address."""

    code = "nothing_to_move"
    zh = "该案件还没有位置，请在“地址待定位”中确定。"
    en = "This report has no place yet; place it by its address."


@dataclass(frozen=True, slots=True)
class Move:
    """What moving a pin does: ``place`` answers for the new place on the day whose grids decide.

    ``moved_m`` is how far the pin goes, ``same_owner`` whether the grid stays, ``leaves`` whether the actor will not see the report any more.
    """

    place: PlaceAnswer
    moved_m: float
    same_owner: bool
    leaves: bool


def tag_of_place(row: Row[Any]) -> str:
    """Names where a page showed the report, and whose it was."""
    return seen_tag(row.id, row.lon, row.lat, row.grid_id, row.reason)


def preview_move(conn: Connection, settings: Settings, by: Actor, row: Row[Any], lon: float, lat: float) -> Move:
    """What moving a listed report to a place in WGS84 degrees would do.

    Errors: ``NothingToMove``, ``CoordinateOutOfRange``.
    """
    if row.lon is None:
        raise NothingToMove
    place = _place(conn, settings, row, lon, lat)
    # Reports in no grid are for whoever has the district: not for a grid, a community or a street.
    nowhere = place.grid is None and not by.scope.everywhere and not districts_of(by.scope.areas or ())
    return Move(
        place,
        _EARTH.inv(row.lon, row.lat, place.lon, place.lat)[2],
        place.codes[0] == row.grid_code,
        nowhere or not by.scope.holds(*place.codes),
    )


def move_pin(
    conn: Connection, settings: Settings, by: Actor, ref: UUID | str, seen: str, lon: float, lat: float, why: str
) -> Move:
    """Move a report's pin in the caller's transaction; ``seen`` is the tag of what the page showed.

    Errors: ``UnknownReport``, ``ChangedMeanwhile``, ``PinNotMoved``, those of ``preview_move``.
    """
    key = report_by_ref(conn, by.scope, ref).id
    conn.execute(select(report.c.id).where(report.c.id == key).with_for_update(key_share=True))
    row = report_by_ref(conn, by.scope, ref)
    if tag_of_place(row) != seen:
        raise ChangedMeanwhile
    move = preview_move(conn, settings, by, row, lon, lat)
    if move.moved_m < LEAST_M:
        raise PinNotMoved(field="lon")
    there = point(move.place.lon, move.place.lat)
    conn.execute(update(report).where(report.c.id == key).values(geom=there, placed_by="person"))
    as_of = None if move.place.at == deciding_day_of(conn, settings, key) else move.place.at
    derived = derive_reports(conn, settings, [key], at=as_of)
    write_owners(conn, settings, derived, cause="moved", account_id=by.account_id, overrule_decided=True)
    # What was asked about the old place is asked no more.
    asked = update(doubt).where(doubt.c.report_id == key, doubt.c.state == "open", doubt.c.kind != "accuracy")
    conn.execute(asked.values(state="withdrawn", decided_at=func.now(), decided_by=by.account_id))
    _note(conn, by, row, move, why.strip()[:WHY_MOST])
    _tell(conn, settings, by, row, move)
    return move


def _place(conn: Connection, settings: Settings, row: Row[Any], lon: float, lat: float) -> PlaceAnswer:
    """The owner of the new place by the grids of the day that decides.

    Open work needs somebody who works there now: where the grid of that day has ended, or there was none, those of today decide.
    """
    then = locate_place(conn, settings, lon, lat, at=deciding_day_of(conn, settings, row.id))
    if row.status in OVER or _goes_on(conn, settings, then.grid_id):
        return then
    return locate_place(conn, settings, lon, lat)


def _goes_on(conn: Connection, settings: Settings, grid_id: int | None) -> bool:
    there = select(grid.c.id).where(grid.c.id == grid_id, valid_on(grid, today(settings.zone)))
    return conn.scalar(there) is not None


def _note(conn: Connection, by: Actor, row: Row[Any], move: Move, why: str) -> None:
    detail = {
        "from": {"lon": row.lon, "lat": row.lat, "grid": row.grid_code},
        "to": {"lon": move.place.lon, "lat": move.place.lat, "grid": move.place.codes[0]},
        "metres": round(move.moved_m, 1),
        "why": why,
    }
    district = select(report.c.intake_district).where(report.c.id == row.id).scalar_subquery()
    values = {"report_id": row.id, "kind": "moved", "account_id": by.account_id, "detail": detail}
    conn.execute(event.insert().values(**values, intake_district=district))


def _tell(conn: Connection, settings: Settings, by: Actor, row: Row[Any], move: Move) -> None:
    if move.same_owner:
        return
    new = move.place.codes[0]
    workers = workers_of(conn, [code for code in (row.grid_code, new) if code], today(settings.zone))
    names = {"from_name": row.grid_name, "to_name": move.place.grid.name if move.place.grid else None}
    detail = {"number": str(row.ref)[:8], "category": row.category, "from": row.grid_code, "to": new, **names}
    for code, kind in ((row.grid_code, "moved_away"), (new, "moved_here")):
        tell(conn, workers.get(code or "", ()), kind, detail, report_id=row.id, but=by.account_id)
