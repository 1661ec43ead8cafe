"""Who may do what, and where: the one table of roles.

Roles are those of the city's grid governance (grid worker, community secretary, ...). An account has one role; what the role may do,
which reports it reaches, and what kind of area it can be given is a row here, and nowhere else is a role compared by name.
``geodata.scope`` turns the row and the account's area or unit into a condition in every query.
"""

from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """One thing that an account may do."""

    VIEW_MAP = "view_map"
    VIEW_REPORTS = "view_reports"
    VIEW_FIGURES = "view_figures"
    VIEW_COVERAGE = "view_coverage"
    VIEW_HOMES = "view_homes"
    VIEW_AUDIT = "view_audit"
    FILE_REPORT = "file_report"
    #: Say where a report belongs when that is in doubt: confirm or transfer its grid, place an address, move a pin.
    PLACE_REPORTS = "place_reports"
    EXPORT = "export"
    VIEW_DATA = "view_data"
    MANAGE_DATA = "manage_data"
    HAND_OVER = "hand_over"
    MANAGE_ACCOUNTS = "manage_accounts"
    VIEW_PLANS = "view_plans"
    DRAFT_PLANS = "draft_plans"
    REVIEW_PLANS = "review_plans"
    #: Approve plans of grids, publish them, and withdraw them before their day.
    APPROVE_PLANS = "approve_plans"


class Role(StrEnum):
    """The part an account plays in the city."""

    GRID_WORKER = "grid_worker"
    BUILDING_HEAD = "building_head"
    BRANCH_SECRETARY = "branch_secretary"
    COMMUNITY_SECRETARY = "community_secretary"
    PROPERTY_COMPANY = "property_company"
    OWNERS_BODY = "owners_body"
    STREET_OFFICER = "street_officer"
    DISPATCHER = "dispatcher"
    UNIT_HANDLER = "unit_handler"
    HOTLINE_AGENT = "hotline_agent"
    BOUNDARY_EDITOR = "boundary_editor"
    APPROVER = "approver"
    LEADER = "leader"
    ADMIN = "admin"
    MOBILE_REPORTER = "mobile_reporter"


class Reach(StrEnum):
    """Which reports a role reaches."""

    #: Those whose owning grid lies in the account's area; a district or the city also has its reports without a grid.
    AREA = "area"
    #: Those that its unit is responsible for, city-wide, from dispatching on.
    UNIT = "unit"
    #: Those in the compounds that its unit looks after, once the compound handles them.
    COMPOUNDS = "compounds"
    #: Those that the account filed.
    OWN = "own"


#: Kinds of area from the largest to the smallest: levels of divisions, then grids.
LEVELS = ("city", "district", "street", "community", "grid")


@dataclass(frozen=True, slots=True)
class Grant:
    """A row of the table: permissions, the reports they reach, and the levels of area that the role is given.

    No levels: the role belongs to a unit instead of an area.
    """

    permissions: frozenset[Permission]
    reports: Reach
    levels: tuple[str, ...]

    @property
    def by_unit(self) -> bool:
        """Whether the role's accounts belong to a unit."""
        return not self.levels


_P = Permission
_LOOK = frozenset({_P.VIEW_MAP, _P.VIEW_REPORTS, _P.VIEW_FIGURES, _P.VIEW_COVERAGE})
_WORK = _LOOK | {_P.FILE_REPORT}
_PLACE = _WORK | {_P.PLACE_REPORTS, _P.VIEW_DATA}
_REPORTER = frozenset({_P.VIEW_MAP, _P.VIEW_REPORTS, _P.FILE_REPORT})
_ABOVE_GRIDS = ("city", "district", "street")

# Rows of households are for those responsible for the place alone: not for leaders, and not for those who run the machine.
GRANTS: dict[Role, Grant] = {
    Role.GRID_WORKER: Grant(_PLACE | {_P.VIEW_HOMES}, Reach.AREA, ("grid",)),
    Role.BUILDING_HEAD: Grant(_REPORTER, Reach.OWN, ("grid",)),
    Role.BRANCH_SECRETARY: Grant(_WORK | {_P.VIEW_HOMES}, Reach.AREA, ("grid",)),
    Role.COMMUNITY_SECRETARY: Grant(
        _PLACE | {_P.VIEW_HOMES, _P.EXPORT, _P.HAND_OVER, _P.VIEW_PLANS, _P.DRAFT_PLANS}, Reach.AREA, ("community",)
    ),
    Role.PROPERTY_COMPANY: Grant(_REPORTER, Reach.COMPOUNDS, ()),
    Role.OWNERS_BODY: Grant(_REPORTER, Reach.COMPOUNDS, ()),
    Role.STREET_OFFICER: Grant(
        _PLACE | {_P.EXPORT, _P.HAND_OVER, _P.VIEW_PLANS, _P.REVIEW_PLANS}, Reach.AREA, ("street",)
    ),
    Role.DISPATCHER: Grant(_PLACE | {_P.EXPORT}, Reach.AREA, ("city", "district")),
    Role.UNIT_HANDLER: Grant(frozenset({_P.VIEW_MAP, _P.VIEW_REPORTS, _P.VIEW_FIGURES, _P.EXPORT}), Reach.UNIT, ()),
    Role.HOTLINE_AGENT: Grant(_PLACE, Reach.AREA, ("city", "district")),
    Role.BOUNDARY_EDITOR: Grant(
        _LOOK | {_P.EXPORT, _P.VIEW_DATA, _P.MANAGE_DATA, _P.VIEW_PLANS, _P.DRAFT_PLANS}, Reach.AREA, _ABOVE_GRIDS
    ),
    Role.APPROVER: Grant(_LOOK | {_P.VIEW_PLANS, _P.REVIEW_PLANS, _P.APPROVE_PLANS}, Reach.AREA, _ABOVE_GRIDS),
    Role.LEADER: Grant(_LOOK | {_P.EXPORT, _P.VIEW_PLANS}, Reach.AREA, (*_ABOVE_GRIDS, "community")),
    Role.ADMIN: Grant(
        _PLACE | {_P.EXPORT, _P.MANAGE_DATA, _P.HAND_OVER, _P.MANAGE_ACCOUNTS, _P.VIEW_AUDIT, _P.VIEW_PLANS},
        Reach.AREA,
        ("city", "district"),
    ),
    Role.MOBILE_REPORTER: Grant(_REPORTER, Reach.OWN, ("city", "district")),
}


def may(role: Role | str, permission: Permission) -> bool:
    """Whether a role has a permission; an unknown role has none.

    >>> may("leader", Permission.VIEW_MAP), may("nobody", Permission.VIEW_MAP)
    (True, False)
    """
    try:
        return permission in GRANTS[Role(role)].permissions
    except ValueError:
        return False
