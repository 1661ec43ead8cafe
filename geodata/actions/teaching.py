"""Teach a name with the order that bears it: from now on it means the compound that a person placed the order in."""

from typing import Any

from sqlalchemy import Connection, Row

from geodata.actions.acting import Actor
from geodata.addresses.finding import address_index, last_index
from geodata.compound_aliases import add_alias, withdraw_aliases
from geodata.settings import Settings
from gridmap.address import parse, unknown_name
from gridmap.errors import GridmapError


class NameNotToTeach(GridmapError):
    """A text without a name of its own, or with one that something bears already."""

    code = "name_not_to_teach"
    zh = "这个地址中没有可以记住的小区名称，或者该名称已经另有所指。请取消勾选后再定位。"
    en = "The address bears no name to be remembered, or one that means something else already. Place it without the tick."


class NoCompoundThere(GridmapError):
    """A place in no compound, as what a name should mean."""

    code = "no_compound_there"
    zh = "所选位置不在任何小区内，无法记住名称。请取消勾选后再定位，或选择小区内的位置。"
    en = "The place lies in no compound, so that no name can be remembered. Place it without the tick, or inside a compound."


def name_to_offer(conn: Connection, settings: Settings, text: str) -> str | None:
    """The name in an address that a person may be asked to teach, in its normal form; None for none. Teaching looks once more."""
    return unknown_name(parse(text), last_index(conn, settings).gazetteer)


def name_to_teach(conn: Connection, settings: Settings, text: str) -> str | None:
    """The same as the layers are now."""
    return unknown_name(parse(text), address_index(conn, settings).gazetteer)


def teach_name(
    conn: Connection, settings: Settings, by: Actor, report_id: int, text: str, compound: Row[Any] | None
) -> dict[str, str]:
    """Have the name in a report's address mean a compound (``id``, ``code``, ``name``) from now on; gives what the report's history notes.

    Errors: ``NoCompoundThere``, ``NameNotToTeach``.
    """
    if compound is None:
        raise NoCompoundThere(field="teach")
    name = name_to_teach(conn, settings, text)
    if name is None or not add_alias(conn, compound.id, name, report_id, by.account_id):
        raise NameNotToTeach(field="teach")
    by.note(conn, "name_taught", compound.code, name=name)
    return {"name": name, "compound": compound.name}


def withdraw_taught(conn: Connection, by: Actor, report_id: int) -> None:
    """Forget what a report taught: who places it anew takes the reason away."""
    for row in withdraw_aliases(conn, report_id, by.account_id):
        by.note(conn, "name_withdrawn", row.code, name=row.name)
