"""Who may do what: the one table of roles and permissions.

Roles are those of the city's grid governance (grid worker, community secretary, ...). An account has one role; what the role may do
is a row here, and nowhere else is a role compared by name.
"""

from enum import StrEnum


class Permission(StrEnum):
    """One thing that an account may do."""

    VIEW_MAP = "view_map"
    VIEW_REPORTS = "view_reports"
    FILE_REPORT = "file_report"
    MANAGE_ACCOUNTS = "manage_accounts"


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


_LOOK = frozenset({Permission.VIEW_MAP, Permission.VIEW_REPORTS})
_WORK = _LOOK | {Permission.FILE_REPORT}

# Roles that handle single cases (property company, owners' body, unit) see the map; cases reach them through their own desk,
# never through the city's whole list.
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.GRID_WORKER: _WORK,
    Role.BUILDING_HEAD: frozenset({Permission.VIEW_MAP, Permission.FILE_REPORT}),
    Role.BRANCH_SECRETARY: _WORK,
    Role.COMMUNITY_SECRETARY: _WORK,
    Role.PROPERTY_COMPANY: frozenset({Permission.VIEW_MAP, Permission.FILE_REPORT}),
    Role.OWNERS_BODY: frozenset({Permission.VIEW_MAP, Permission.FILE_REPORT}),
    Role.STREET_OFFICER: _WORK,
    Role.DISPATCHER: _WORK,
    Role.UNIT_HANDLER: frozenset({Permission.VIEW_MAP}),
    Role.HOTLINE_AGENT: _WORK,
    Role.BOUNDARY_EDITOR: _LOOK,
    Role.APPROVER: _LOOK,
    Role.LEADER: _LOOK,
    Role.ADMIN: _WORK | {Permission.MANAGE_ACCOUNTS},
}


def may(role: Role | str, permission: Permission) -> bool:
    """Whether a role has a permission; an unknown role has none.

    >>> may("leader", Permission.VIEW_MAP), may("nobody", Permission.VIEW_MAP)
    (True, False)
    """
    try:
        return permission in PERMISSIONS[Role(role)]
    except ValueError:
        return False
