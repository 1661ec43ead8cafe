"""Make and change units. They reach over the whole city, so only those who manage all of it may."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, select

from geodata.actions.acting import Actor
from geodata.actions.managing import BeyondOwnArea, ChangedMeanwhile
from geodata.tables import unit
from geodata.units import UnitFacts, add_unit, change_unit, facts_of


def make(conn: Connection, by: Actor, facts: UnitFacts) -> None:
    """A new unit. Errors: ``BeyondOwnArea``, those of ``add_unit``."""
    _check(by)
    add_unit(conn, facts)
    by.note(conn, "unit_added", facts.code, after=_noted(facts))


def change(conn: Connection, by: Actor, code: str, wanted: UnitFacts, seen: str) -> None:
    """Write a unit; ``seen`` is the tag of what the form showed.

    Errors: ``BeyondOwnArea``, ``UnknownUnit``, ``ChangedMeanwhile``, those of ``change_unit``.
    """
    _check(by)
    conn.execute(select(unit.c.id).where(unit.c.code == code).with_for_update())
    before = facts_of(conn, code)
    if before == wanted:
        return
    if before.tag != seen:
        raise ChangedMeanwhile
    change_unit(conn, before, wanted, by.day)
    by.note(conn, "unit_changed", code, before=_noted(before), after=_noted(wanted))


def _check(by: Actor) -> None:
    if not by.scope.everywhere:
        raise BeyondOwnArea


def _noted(facts: UnitFacts) -> dict[str, Any]:
    return {**asdict(facts), "closed_on": facts.closed_on.isoformat() if facts.closed_on else None}
