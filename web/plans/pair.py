"""Two versions of a plan that an address names, one beside the other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import format_datetime
from flask_babel import gettext as _
from sqlalchemy import Connection, Row

from geodata.actions.planning.layering import PlanLayer, layer_of
from geodata.plans.ground import PlanGround
from geodata.plans.versions import PRESENT, list_versions
from web.paging import whole_number
from web.plans.asked import asked_ground, asked_plan, asked_version


@dataclass(frozen=True, slots=True)
class Pair:
    """A plan (a row of ``plan_by_ref``), its ground, and two of its versions as layers."""

    plan: Row[Any]
    ground: PlanGround
    old: PlanLayer
    new: PlanLayer

    @property
    def key(self) -> tuple[int, int, int]:
        """Names the pair."""
        return self.plan.id, self.old.version, self.new.version


def asked_pair(conn: Connection, ref: UUID, *, one: str = "from", other: str = "to") -> Pair | None:
    """The versions of the parameters ``one`` (default: the present grids) and ``other`` (default: the latest), None while the plan has none.

    Errors: ``UnknownPlan``, ``UnknownVersion``, ``SerialsExhausted``.
    """
    row = asked_plan(conn, ref)
    if not row.version:
        return None
    ground = asked_ground(conn, row)
    old = layer_of(conn, row.id, ground, asked_version(conn, row, whole_number(one, PRESENT)))
    new = layer_of(conn, row.id, ground, asked_version(conn, row, whole_number(other, row.version)), beside=old)
    return Pair(row, ground, old, new)


def version_choices(conn: Connection, plan_id: int) -> list[tuple[int, str]]:
    """Versions of a plan for a choice, the latest first: number and words."""
    return [(row.version, version_words(row)) for row in list_versions(conn, plan_id)]


def version_words(row: Any) -> str:
    """A version (its row, or a ``PlanVersion``) in a line: number, note, who, when."""
    if row.version == PRESENT:
        return str(_("Version 1: the present grids"))
    said = [_("Version %(number)s", number=row.version), row.note, row.author or ""]
    said.append(format_datetime(row.at, "MM-dd HH:mm") if row.at else "")
    return " · ".join(str(part) for part in said if part)


def pair_url(pair: Pair, one: str = "from", other: str = "to") -> Callable[..., str]:
    """Addresses of the plan's pages about its two versions: ``url("compare", part="grids")``."""

    def url(endpoint: str, **more: Any) -> str:
        versions = {one: pair.old.version, other: pair.new.version}
        return url_for(f"plans.{endpoint}", ref=pair.plan.ref, **{**versions, **more})

    return url
