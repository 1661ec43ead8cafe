"""What publishing a plan from a day would bring, as the page shows it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from sqlalchemy import Connection, Row, func, or_, select

from geodata.actions.planning.changing import GridChanges, GridFate, grid_changes
from geodata.actions.planning.checking import Finding
from geodata.actions.planning.drafting import Draft
from geodata.actions.planning.foreseeing import ForeseenReports, foreseen_reports
from geodata.actions.planning.publishing import preview_ground
from geodata.actions.planning.succeeding import predecessors, successors
from geodata.actions.rerouting import concerned_reports
from geodata.owners.moves import Moves, moves_between
from geodata.people import posts_of_areas
from geodata.plans.ground import PlanGround
from geodata.plans.versions import PRESENT, PlanVersion, version_of
from geodata.settings import Settings
from geodata.tables import grid
from web.scope import scope

_WORKERS = ("grid_worker", "deputy_worker")


@dataclass(frozen=True, slots=True)
class GridLine:
    """A grid of the draft: what it is to the present ones, its households, a place inside it (degrees)."""

    number: int
    code: str
    name: str
    kind: str
    fate: GridFate
    households: int
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class EndedGrid:
    """A grid that ends, and the draft's grid that takes on most of its households."""

    code: str
    name: str
    successor: GridLine | None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """``workers``: names of those who work in a present grid, by its code; ``takes_on``: ended grids by the code of their successor."""

    day: date
    grids: list[GridLine]
    ended: list[EndedGrid]
    workers: dict[str, list[str]]
    takes_on: dict[str, list[str]]
    findings: list[Finding]
    reports: ForeseenReports

    @property
    def moves(self) -> Moves:
        """How many cases would be re-routed from which grid to which."""
        return moves_of(self.reports)

    def of_fate(self, fate: str) -> list[GridLine]:
        """The draft's grids of a fate."""
        return [line for line in self.grids if line.fate == fate]


def foresee(conn: Connection, settings: Settings, row: Row[Any], ground: PlanGround, day: date) -> Foreseen:
    """Everything about publishing the latest version from a day; nothing is written, no row is held. Errors: those of ``drafted``."""
    seen = preview_ground(conn, row, ground, day)
    changes = grid_changes(conn, seen.draft, day)
    lines = grid_lines(seen.version, seen.draft, changes)
    place = {line.code: line for line in lines}
    follows = successors(ground, version_of(conn, row.id, PRESENT), seen.version, seen.draft)
    ended = [
        EndedGrid(code, changes.before[code].name or code, place.get(follows.get(code, ""))) for code in changes.ended
    ]
    return Foreseen(
        day,
        lines,
        ended,
        _workers(conn, list(changes.before), day),
        predecessors(follows, changes.ended),
        seen.findings,
        foreseen_reports(conn, settings, seen.draft, changes, day),
    )


def grid_lines(version: PlanVersion, draft: Draft, changes: GridChanges) -> list[GridLine]:
    """The grids of a version, aligned with it."""
    middle = shapely.get_coordinates(shapely.point_on_surface(draft.shapes)).tolist()
    return [
        GridLine(number, code, planned.name, planned.kind, fate, int(households), lon, lat)
        for number, (code, planned, fate, households, (lon, lat)) in enumerate(
            zip(draft.codes, version.grids, changes.fates, draft.households, middle, strict=True)
        )
    ]


def moves_of(reports: ForeseenReports) -> Moves:
    """Moves of the cases that are re-routed, most first."""
    rows = reports.rows[reports.rows["fate"] == "rerouted"]
    return moves_between(rows["old_code"], rows["new_code"])


def published_reports(conn: Connection, settings: Settings, row: Row[Any]) -> ForeseenReports:
    """What a plan that is published, and whose day has not been applied, would bring to reports now."""
    bounds = or_(func.lower(grid.c.valid) == row.valid_from, func.upper(grid.c.valid) == row.valid_from)
    mine = select(grid.c.code).where(grid.c.community_code.startswith(row.area_code, autoescape=True), bounds)
    codes = set(conn.scalars(mine))
    rows = concerned_reports(conn, settings, row.valid_from)
    return ForeseenReports(rows[rows["old_code"].isin(codes) | rows["new_code"].isin(codes)], 0)


def _workers(conn: Connection, codes: list[str], day: date) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for post in posts_of_areas(conn, scope(), codes, day):
        if post.kind in _WORKERS:
            found.setdefault(post.area_code, []).append(post.name)
    return found
