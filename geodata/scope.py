"""The one place where an account's area or unit becomes a condition in a query.

Every store that reads grids or reports takes a ``Scope`` first after its connection: lists, maps, tiles, exports, counts. What is
outside the scope does not exist for the caller. The base map, divisions, compounds and their names are geography, open to everybody
who may see the map.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Text,
    and_,
    cast,
    exists,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from geodata.accounts import EVERYWHERE, Account
from geodata.days import valid_on
from geodata.divisions import former_codes
from geodata.tables import account_area, compound, compound_body, division, grid, owner, report, unit, unit_duty
from geodata.units import is_open
from geodata.versions import while_unchanged
from gridmap.access import GRANTS, Permission, Reach
from gridmap.errors import GridmapError
from gridmap.report import STATES

#: States in which a report is, or was, on a unit's desk.
UNIT_STATES = (
    "dispatched", "accepted", "returned", "in_progress", "suspended", "to_check", "closed", "rework", "rated", "reopened", "upheld",
)  # fmt: skip
#: States in which a report is, or was, handled inside its compound.
COMPOUND_STATES = ("self_governed", "to_check", "closed", "rework", "rated", "reopened", "upheld")
assert set(UNIT_STATES) | set(COMPOUND_STATES) <= set(STATES)


class OutsideArea(GridmapError):
    """A place that is not in the caller's area."""

    code = "outside_area"
    zh = "该位置不在您的责任范围内。"
    en = "This place is outside your area."


@dataclass(frozen=True)
class Scope:
    """What an account may see.

    ``areas`` are codes of divisions and grids, None for the whole city, empty for nothing; they hold for grids and, with
    ``Reach.AREA``, for reports; ``held`` are these with the former codes. ``categories`` and ``compounds`` (keys) are what the account's
    unit is responsible for.
    """

    account_id: int | None
    permissions: frozenset[Permission]
    reach: Reach
    areas: tuple[str, ...] | None
    categories: tuple[str, ...] = ()
    compounds: tuple[int, ...] = ()
    #: Retired codes of divisions that went into the areas: what ended under them still belongs there.
    former: tuple[str, ...] = ()

    @property
    def everywhere(self) -> bool:
        """Whether every place is inside."""
        return self.areas is None

    @cached_property
    def key(self) -> str:
        """Names what is seen, for caches: equal keys, equal answers."""
        mine = self.account_id if self.reach is Reach.OWN else None
        said = repr((self.reach, self.held, self.categories, self.compounds, mine))
        return sha256(said.encode()).hexdigest()[:16]

    @property
    def places_key(self) -> str:
        """Names the places that are seen, for caches of what shows no reports."""
        return "all" if self.areas is None else sha256(repr(self.held).encode()).hexdigest()[:16]

    @cached_property
    def held(self) -> tuple[str, ...] | None:
        """Codes of what is inside: the areas, and what went into them; None for the whole city."""
        return None if self.areas is None else self.areas + self.former

    def may(self, permission: Permission) -> bool:
        """Whether the scope's account has a permission."""
        return permission in self.permissions

    def holds(self, grid_code: str | None, community_code: str | None) -> bool:
        """Whether a place is inside, by the codes of its grid and community (both None: no grid owns it)."""
        if self.held is None or (grid_code is None and community_code is None):
            return True
        return any(grid_code == area or (community_code or "").startswith(area) for area in self.held)

    def holds_area(self, code: str) -> bool:
        """Whether a division or a grid of a numbered scheme lies wholly inside, by its code alone."""
        return self.held is None or any(code.startswith(area) for area in self.held)

    def sql_areas(self) -> dict[str, Any]:
        """The parameter of the .sql files that call ``in_areas(:areas, code, community_code)``."""
        return {"areas": None if self.held is None else list(self.held)}

    def grid_condition(self, grids: Any = grid) -> ColumnElement[bool]:
        """A condition on the table ``grid`` (or an alias of it)."""
        if self.held is None:
            return true()
        return func.in_areas(_texts(self.held), grids.c.code, grids.c.community_code, type_=Boolean())

    def division_condition(self) -> ColumnElement[bool]:
        """A condition on the table ``division``: those that lie inside."""
        if self.areas is None:
            return true()
        return or_(false(), *(division.c.code.startswith(area, autoescape=True) for area in self.areas))

    def report_conditions(self, conn: Connection) -> list[ColumnElement[bool]]:
        """Conditions on the table ``report``."""
        if self.reach is Reach.OWN:
            return [report.c.account_id == self.account_id]
        if self.reach is Reach.UNIT:
            return [report.c.category.in_(self.categories), report.c.status.in_(UNIT_STATES)]
        if self.reach is Reach.COMPOUNDS:
            # From the few compounds to their reports by the index of places, not the other way round.
            placed = report.alias()
            inside = select(placed.c.id).join(compound, func.ST_Covers(compound.c.geom, placed.c.geom))
            # Found before anything else: as an array nobody can choose to walk over all reports in order of time instead.
            placed_ids = func.array(inside.where(compound.c.id.in_(self.compounds)).scalar_subquery())
            covered = report.c.id == func.any(placed_ids)
            return [report.c.status.in_(COMPOUND_STATES), covered]
        return [] if self.held is None else [reports_of_areas(conn, self.held)]


#: The command line, jobs, tests: no account, nothing hidden.
EVERYTHING = Scope(None, frozenset(Permission), Reach.AREA, None)


def scope_of(conn: Connection, account: Account, city_code: str, day: date) -> Scope:
    """What an account may see on a day: its areas and those that it stands in for, or what its unit, until it closes, is responsible for."""
    grant = GRANTS[account.role]
    if not grant.by_unit:
        areas = _areas(conn, account.id, city_code, day)
        former = former_codes(conn, areas or ())
        return Scope(account.id, grant.permissions, grant.reports, areas, former=former)
    if grant.reports is Reach.COMPOUNDS:
        compounds = _compounds(conn, account.unit_id, day)
        return Scope(account.id, grant.permissions, grant.reports, _grids_of(conn, compounds, day), compounds=compounds)
    working = and_(unit.c.id == unit_duty.c.unit_id, unit.c.id == account.unit_id, is_open(day))
    duties = tuple(conn.scalars(select(unit_duty.c.category).join(unit, working).order_by(unit_duty.c.category)))
    # The whole city is for the unit's work: cards with people and phones close with it.
    works = bool(duties) or conn.scalar(select(exists().where(unit.c.id == account.unit_id, is_open(day))))
    return Scope(account.id, grant.permissions, grant.reports, None if works else (), categories=duties)


def reports_of_areas(conn: Connection, areas: tuple[str, ...]) -> ColumnElement[bool]:
    """The condition that a report belongs to areas: by its owning grid, whenever in force; without a grid by its intake district."""
    # The keys themselves, not a subquery: PostgreSQL plans a community and a district differently, and must see which it is.
    held = owner.c.grid_id == func.any(_keys(grids_of_areas(conn, areas)))
    if districts := districts_of(areas):
        unowned = and_(
            owner.c.grid_id.is_(None), or_(*(owner.c.intake_district.startswith(code) for code in districts))
        )
        held = or_(held, unowned)
    return report.c.id.in_(select(owner.c.report_id).where(held))


def districts_of(areas: tuple[str, ...]) -> list[str]:
    """Those of the areas that take reports without a grid: districts and larger."""
    return [area for area in areas if area.isdigit() and len(area) <= 6]


def _areas(conn: Connection, account_id: int, city_code: str, day: date) -> tuple[str, ...] | None:
    mine = select(account_area.c.area_code).where(account_area.c.account_id == account_id, valid_on(account_area, day))
    found = tuple(sorted(set(conn.scalars(mine))))
    return None if EVERYWHERE in found or city_code in found else found


def _compounds(conn: Connection, unit_id: int | None, day: date) -> tuple[int, ...]:
    looked_after = (
        select(compound_body.c.compound_id)
        .join(unit, and_(unit.c.id == compound_body.c.unit_id, is_open(day)))
        .where(compound_body.c.unit_id == unit_id, valid_on(compound_body, day))
        .distinct()
        .order_by(compound_body.c.compound_id)
    )
    return tuple(conn.scalars(looked_after))


def _grids_of(conn: Connection, compounds: tuple[int, ...], day: date) -> tuple[str, ...]:
    """Codes of the grids in force that share ground with compounds."""
    shares_ground = func.ST_Relate(grid.c.geom, compound.c.geom, "2********")
    found = (
        select(grid.c.code)
        .distinct()
        .join(compound, and_(func.ST_Intersects(grid.c.geom, compound.c.geom), shares_ground))
        .where(compound.c.id.in_(compounds), valid_on(grid, day))
        .order_by(grid.c.code)
    )
    return tuple(conn.scalars(found))


def _texts(values: tuple[str, ...]) -> Any:
    return cast(list(values), ARRAY(Text))


def _keys(values: tuple[int, ...]) -> Any:
    return cast(list(values), ARRAY(BigInteger))


def grids_of_areas(conn: Connection, areas: tuple[str, ...]) -> tuple[int, ...]:
    """Keys of the grids of areas, of all editions."""

    def read() -> tuple[int, ...]:
        inside = func.in_areas(_texts(areas), grid.c.code, grid.c.community_code, type_=Boolean())
        return tuple(conn.scalars(select(grid.c.id).where(inside).order_by(grid.c.id)))

    return while_unchanged(conn, ("grid",), ("grids_of_areas", areas), read)
