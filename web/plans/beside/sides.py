"""The two versions that an address puts side by side, each of any plan for the same area."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from sqlalchemy import Connection, Row

from geodata.actions.planning.layering import layer_of
from geodata.actions.planning.siding import Side
from geodata.plans.listing import list_plans
from geodata.plans.versions import PRESENT, list_versions
from gridmap.errors import GridmapError
from web.plans.asked import asked_ground, asked_plan, asked_version
from web.plans.pair import version_words
from web.scope import scope


class PlansOfOtherAreas(GridmapError):
    """Two plans side by side that are not for the same area."""

    code = "plans_of_other_areas"
    zh = "两个方案不属于同一范围，不能并排比较。"
    en = "These plans are for different areas and cannot be put side by side."


@dataclass(frozen=True, slots=True)
class Choice:
    """A version that can be chosen: its value in the address, its words."""

    value: str
    words: str


def asked_sides(conn: Connection, row: Row[Any]) -> tuple[Side, Side]:
    """``left`` (default: the present grids) and ``right`` (default: the latest version) of the plan ``row``.

    A side is the number of a version of this plan, or ``<ref of another plan>:<number>``. What is neither is the default.
    Errors: ``UnknownPlan``, ``UnknownVersion``, ``PlansOfOtherAreas``.
    """
    left, right = (_asked(conn, row, *each) for each in (("left", PRESENT), ("right", row.version)))
    if left[0].area_code != right[0].area_code:
        raise PlansOfOtherAreas(field="right")
    one = _side(conn, *left)
    return one, _side(conn, *right, beside=one)


def value_of(row: Row[Any], side: Side) -> str:
    """How the address of the plan ``row`` names a side."""
    return str(side.layer.version) if side.plan.id == row.id else f"{side.plan.ref}:{side.layer.version}"


def side_choices(conn: Connection, row: Row[Any]) -> list[tuple[str, list[Choice]]]:
    """Versions that can be chosen by the name of their plan, this one's first."""
    others = [
        each
        for each in list_plans(conn, scope())
        if each.area_code == row.area_code and each.version and each.id != row.id
    ]
    groups = [(_("This plan"), row, "")] + [(each.name, each, f"{each.ref}:") for each in others]
    return [
        (
            str(name),
            [Choice(f"{prefix}{version.version}", version_words(version)) for version in list_versions(conn, each.id)],
        )
        for name, each, prefix in groups
    ]


def _asked(conn: Connection, row: Row[Any], name: str, otherwise: int) -> tuple[Row[Any], int]:
    ref, _colon, number = request.args.get(name, "").rpartition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 9):
        return row, otherwise
    try:
        return (asked_plan(conn, UUID(ref)) if ref else row), int(number)
    except ValueError:
        return row, otherwise


def _side(conn: Connection, row: Row[Any], number: int, *, beside: Side | None = None) -> Side:
    ground = asked_ground(conn, row)
    same = beside.layer if beside is not None and beside.plan.id == row.id else None
    return Side(row, ground, layer_of(conn, row.id, ground, asked_version(conn, row, number), beside=same))
