"""Other names of compounds that people taught, each with the order that bore it."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update
from sqlalchemy.dialects.postgresql import insert

from geodata.points import point
from geodata.tables import building, compound, compound_alias

_COMPOUND = (compound.c.id, compound.c.code, compound.c.name)


def compound_of_candidate(conn: Connection, kind: str, code: str) -> Row[Any] | None:
    """``id``, ``code`` and ``name`` of the compound that a candidate is, or whose building it is; None for any other."""
    query: Select[Any] = select(*_COMPOUND)
    if kind == "compound":
        query = query.where(compound.c.code == code)
    elif kind == "building":
        query = query.join(building, building.c.compound_id == compound.c.id).where(building.c.code == code)
    else:
        return None
    found: Row[Any] | None = conn.execute(query).one_or_none()
    return found


def compound_at(conn: Connection, lon: float, lat: float) -> Row[Any] | None:
    """The same of the compound that holds a place (WGS84 degrees), of several the smallest; None outside of all."""
    query: Select[Any] = select(*_COMPOUND).where(func.ST_Covers(compound.c.geom, point(lon, lat)))
    query = query.order_by(func.ST_Area(compound.c.geom), compound.c.code).limit(1)
    found: Row[Any] | None = conn.execute(query).one_or_none()
    return found


def add_alias(conn: Connection, compound_id: int, name: str, report_id: int, account_id: int | None) -> bool:
    """Note a name of a compound; False where somebody has noted that name just now."""
    values = {"compound_id": compound_id, "name": name, "report_id": report_id, "account_id": account_id}
    made = insert(compound_alias).values(**values).on_conflict_do_nothing().returning(compound_alias.c.id)
    return conn.scalar(made) is not None


def withdraw_aliases(conn: Connection, report_id: int, account_id: int | None) -> list[Row[Any]]:
    """Take back what a report taught; gives each ``name`` with the ``code`` of its compound.

    Where nothing was taught nothing is executed: the layer's version only grows with a change.
    """
    if taught_by(conn, report_id) is None:
        return []
    taken = (
        update(compound_alias)
        .where(compound_alias.c.report_id == report_id, compound_alias.c.withdrawn_at.is_(None))
        .where(compound.c.id == compound_alias.c.compound_id)
        .values(withdrawn_at=datetime.now(UTC), withdrawn_by=account_id)
    )
    return list(conn.execute(taken.returning(compound_alias.c.name, compound.c.code)))


def taught_by(conn: Connection, report_id: int) -> Row[Any] | None:
    """What a report taught and nobody withdrew: ``name``, and ``compound`` by its name; None for nothing."""
    query: Select[Any] = select(compound_alias.c.name, compound.c.name.label("compound")).join(compound)
    found: Row[Any] | None = conn.execute(
        query.where(compound_alias.c.report_id == report_id, compound_alias.c.withdrawn_at.is_(None))
    ).one_or_none()
    return found


def names_of(conn: Connection, compound_id: int) -> list[str]:
    """Other names of a compound, from files and from people."""
    from_files = select(func.unnest(compound.c.aliases)).where(compound.c.id == compound_id)
    taught = select(compound_alias.c.name).where(
        compound_alias.c.compound_id == compound_id, compound_alias.c.withdrawn_at.is_(None)
    )
    return sorted({*conn.scalars(from_files), *conn.scalars(taught)})
