"""Editions of grids: the days on which boundaries changed, and the time of each grid."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import insert

from geodata.scope import Scope
from geodata.tables import grid, grid_lineage, publication


@dataclass(frozen=True, slots=True)
class EditionDay:
    """A day from which other grids are in force.

    ``begun`` and ``ended`` count codes that are new and gone, ``changed`` those that go on within other boundaries. ``applied_at`` is None
    while reports still wait to be re-routed; ``planned`` is False where a day was never noted as a publication (grids of the beginning).
    """

    day: date
    begun: int
    ended: int
    changed: int
    planned: bool
    applied_at: datetime | None
    rerouted: int
    asked: int
    kept: int


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What changes hands on a day: homes, buildings and ground that come under another code (or under none)."""

    households: int
    buildings: int
    area_m2: float


def edition_days(conn: Connection, scope: Scope, *, day: date | None = None) -> list[EditionDay]:
    """The days on which grids inside the scope changed, the latest first; one of them, or all."""
    lower, upper = func.lower(grid.c.valid), func.upper(grid.c.valid)
    sides = []
    for bound, side in ((lower, "begun"), (upper, "ended")):
        query = select(bound.label("day"), grid.c.code, literal(side).label("side"))
        sides.append(query.where(bound.is_not(None) if day is None else bound == day, scope.grid_condition()))
    turns = union_all(*sides).subquery()
    by_code = (
        select(
            turns.c.day,
            turns.c.code,
            func.bool_or(turns.c.side == "begun").label("begun"),
            func.bool_or(turns.c.side == "ended").label("ended"),
        )
        .group_by(turns.c.day, turns.c.code)
        .subquery()
    )
    query = (
        select(
            by_code.c.day,
            func.count().filter(by_code.c.begun & ~by_code.c.ended).label("begun"),
            func.count().filter(by_code.c.ended & ~by_code.c.begun).label("ended"),
            func.count().filter(by_code.c.begun & by_code.c.ended).label("changed"),
            publication.c.id.is_not(None).label("planned"),
            publication.c.applied_at,
            func.coalesce(publication.c.rerouted, 0).label("rerouted"),
            func.coalesce(publication.c.asked, 0).label("asked"),
            func.coalesce(publication.c.kept, 0).label("kept"),
        )
        .outerjoin(publication, publication.c.day == by_code.c.day)
        .group_by(by_code.c.day, publication.c.id)
        .order_by(by_code.c.day.desc())
    )
    return [EditionDay(**row._mapping) for row in conn.execute(query)]


def editions_of(conn: Connection, scope: Scope, code: str) -> list[Row[Any]]:
    """Editions of a grid that lie inside the scope, the latest first: ``id``, ``code``, ``name``, ``name_en``, ``community_code``,
    ``valid_from``, ``valid_to``, ``area_m2``, ``households``."""
    query = (
        select(
            grid.c.id,
            grid.c.name,
            grid.c.name_en,
            grid.c.code,
            grid.c.community_code,
            grid.c.area_m2,
            grid.c.households,
            func.lower(grid.c.valid).label("valid_from"),
            func.upper(grid.c.valid).label("valid_to"),
        )
        .where(grid.c.code == code, scope.grid_condition())
        .order_by(func.lower(grid.c.valid).desc().nulls_last())
    )
    return list(conn.execute(query))


def grids_of_day(conn: Connection, scope: Scope, day: date) -> list[Row[Any]]:
    """Grids that begin or end on a day inside the scope, by code: ``code``, ``name``, ``name_en``, ``begins``, ``ends``."""
    begins, ends = (func.bool_or(bound(grid.c.valid) == day) for bound in (func.lower, func.upper))
    query = (
        select(
            grid.c.code,
            func.max(grid.c.name).label("name"),
            func.max(grid.c.name_en).label("name_en"),
            begins.label("begins"),
            ends.label("ends"),
        )
        .where(or_(func.lower(grid.c.valid) == day, func.upper(grid.c.valid) == day), scope.grid_condition())
        .group_by(grid.c.code)
        .order_by(grid.c.code)
    )
    return list(conn.execute(query))


def handed_over(conn: Connection, day: date) -> HandedOver:
    """What comes under another code on a day, in the whole city."""
    old, new = grid.alias(), grid.alias()
    query = (
        select(
            func.coalesce(func.sum(grid_lineage.c.households), 0),
            func.coalesce(func.sum(grid_lineage.c.buildings), 0),
            func.coalesce(func.sum(grid_lineage.c.area_m2), 0.0),
        )
        .outerjoin(old, old.c.id == grid_lineage.c.old_grid_id)
        .outerjoin(new, new.c.id == grid_lineage.c.new_grid_id)
        .where(grid_lineage.c.day == day, old.c.code.is_distinct_from(new.c.code))
    )
    return HandedOver(*conn.execute(query).one())


def note_publication(conn: Connection, day: date, account_id: int | None = None) -> None:
    """Note that other grids come into force on a day; one that was applied has to be applied again."""
    values = insert(publication).values(day=day, account_id=account_id)
    again = {"applied_at": None, "account_id": func.coalesce(values.excluded.account_id, publication.c.account_id)}
    conn.execute(values.on_conflict_do_update(index_elements=["day"], set_=again))


def due_days(conn: Connection, today: date) -> list[date]:
    """Days that have come, and whose reports still wait, in order."""
    due = select(publication.c.day).where(publication.c.applied_at.is_(None), publication.c.day <= today)
    return list(conn.scalars(due.order_by(publication.c.day)))
