"""What a correction would do, before it is done."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sqlalchemy import Connection, func, select

from geodata.owners.deriving import derive_held
from geodata.owners.held import WORDS, held_owners
from geodata.owners.moves import moves_by_key
from geodata.positions.stream_reports import Stream, StreamUnusable, stream_places
from geodata.settings import Settings
from geodata.tables import grid, report
from gridmap.assignment import Reason

_MOVES_TOLD = 20
_METRES_A_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True)
class Move:
    """Reports that go from one grid to another; codes and names are None for none."""

    from_code: str | None
    from_name: str | None
    to_code: str | None
    to_name: str | None
    reports: int


@dataclass(frozen=True, slots=True)
class Preview:
    """Reports that would be placed anew, how far (median, metres), how many change their grid with the largest moves; those in no grid
    before and after; those whose grid a person decided (they are derived anew); those of the stream that an address or a person placed
    since (they stay)."""

    reports: int
    metres: float
    moved: int
    moves: list[Move]
    none_before: int
    none_after: int
    decided: int
    left_alone: int


def preview_correction(conn: Connection, settings: Settings, stream: Stream, to_datum: str) -> Preview:
    """Derive what a correction would write, and write nothing. Errors: ``StreamUnusable``."""
    places = stream_places(conn, settings, stream, to_datum)
    if len(places) == 0 or to_datum == stream.datum:
        raise StreamUnusable(field="datum")
    held = held_owners(conn, settings, places["report_id"].to_numpy())
    lon, lat = places["new_lon"].to_numpy(), places["new_lat"].to_numpy()
    derived = derive_held(conn, settings, replace(held, lon=lon, lat=lat))
    moves = moves_by_key(held.grid_id, derived.grid_id)
    east = (lon - places["lon"]) * np.cos(np.radians(lat))
    metres = np.hypot(east, lat - places["lat"]) * _METRES_A_DEGREE
    return Preview(
        reports=len(places),
        metres=float(np.median(metres)),
        moved=moves.total(),
        moves=_named(conn, moves.most_common(_MOVES_TOLD)),
        none_before=int((held.grid_id < 0).sum()),
        none_after=int((derived.grid_id < 0).sum()),
        decided=int((WORDS[held.reason] == str(Reason.DECIDED)).sum()),
        left_alone=_left_alone(conn, settings, stream),
    )


def _named(conn: Connection, moves: list[tuple[tuple[int, int], int]]) -> list[Move]:
    keys = {key for pair, _ in moves for key in pair}
    rows: list[Any] = list(conn.execute(select(grid.c.id, grid.c.code, grid.c.name).where(grid.c.id.in_(keys))))
    names = {row.id: (row.code, row.name) for row in rows}
    nothing = (None, None)
    return [Move(*names.get(before, nothing), *names.get(after, nothing), count) for (before, after), count in moves]


def _left_alone(conn: Connection, settings: Settings, stream: Stream) -> int:
    placed_since = report.c.placed_by != "received"
    query = select(func.count()).select_from(report).where(*stream.stated(settings), placed_since)
    return conn.scalar(query) or 0
