"""Compounds (小区): what stands on their card, the bodies that look after them with their history, their gates."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, and_, func, select

from geodata.days import valid_on
from geodata.scope import Scope
from geodata.sql import statement
from geodata.tables import compound, compound_body, gate, grid, unit
from gridmap.errors import GridmapError


class UnknownCompound(GridmapError):
    """A compound that does not exist, or not for the caller."""

    code = "unknown_compound"
    zh = "没有这个小区，或它不在您的责任范围内。"
    en = "There is no such compound, or it lies outside your area."


def compound_by_ref(conn: Connection, scope: Scope, ref: UUID, at: date) -> Row[Any]:
    """A compound of which a part lies in a grid of the scope on a day, with ``buildings`` and ``households`` counted.

    ``grids`` lists its grids (code, name, name_en), the largest part first; ``shape`` is GeoJSON text. Errors: ``UnknownCompound``.
    """
    found = conn.execute(statement("compound"), {"ref": ref, "at": at, **scope.sql_areas()}).one_or_none()
    if found is None:
        raise UnknownCompound(field="compound")
    return found


def compounds_of_grid(conn: Connection, grid_id: int) -> list[Row[Any]]:
    """Compounds that share ground with a grid, by name: ``ref``, ``code``, ``name``, ``name_en``."""
    shares_ground = func.ST_Relate(grid.c.geom, compound.c.geom, "2********")
    return list(
        conn.execute(
            select(compound.c.ref, compound.c.code, compound.c.name, compound.c.name_en)
            .join(grid, and_(func.ST_Intersects(grid.c.geom, compound.c.geom), shares_ground))
            .where(grid.c.id == grid_id)
            .order_by(compound.c.name, compound.c.code)
        )
    )


def bodies_of(conn: Connection, compound_id: int, at: date) -> tuple[list[Row[Any]], list[Row[Any]]]:
    """Bodies of a compound that hold on a day, and those that ended before, newest first.

    Each has ``kind``, ``name``, ``contact``, ``phone`` (the unit's where the body has none), ``valid_from``, ``valid_to``.
    """
    phone = func.coalesce(func.nullif(compound_body.c.phone, ""), unit.c.phone, "")
    rows = (
        select(
            compound_body.c.kind,
            compound_body.c.name,
            compound_body.c.contact,
            phone.label("phone"),
            func.lower(compound_body.c.valid).label("valid_from"),
            func.upper(compound_body.c.valid).label("valid_to"),
        )
        .outerjoin(unit, unit.c.id == compound_body.c.unit_id)
        .where(compound_body.c.compound_id == compound_id)
    )
    ended = func.upper(compound_body.c.valid) <= at
    return (
        list(conn.execute(rows.where(valid_on(compound_body, at)).order_by(compound_body.c.kind))),
        list(conn.execute(rows.where(ended).order_by(func.upper(compound_body.c.valid).desc(), compound_body.c.kind))),
    )


def gates_of(conn: Connection, compound_id: int) -> list[Row[Any]]:
    """Gates of a compound, those for vehicles first: ``name``, ``name_en``, ``kind``, ``lon``, ``lat``."""
    place = gate.c.geom
    return list(
        conn.execute(
            select(
                gate.c.code,
                gate.c.name,
                gate.c.name_en,
                gate.c.kind,
                func.ST_X(place).label("lon"),
                func.ST_Y(place).label("lat"),
            )
            .where(gate.c.compound_id == compound_id)
            .order_by(gate.c.kind.desc(), gate.c.code)
        )
    )
