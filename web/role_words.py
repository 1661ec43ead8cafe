"""Words of roles, permissions and what they reach, as people see them."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

ROLE = {
    "grid_worker": _l("Grid worker"),
    "building_head": _l("Building head"),
    "branch_secretary": _l("Branch secretary"),
    "community_secretary": _l("Community secretary"),
    "property_company": _l("Property company"),
    "owners_body": _l("Owners' body"),
    "street_officer": _l("Street officer"),
    "dispatcher": _l("Dispatcher"),
    "unit_handler": _l("Handler of a unit"),
    "hotline_agent": _l("Hotline agent"),
    "boundary_editor": _l("Boundary editor"),
    "approver": _l("Approver"),
    "leader": _l("Leader"),
    "admin": _l("Administrator"),
    "mobile_reporter": _l("Mobile reporter"),
}


def role_word(code: str) -> str:
    """A role in words."""
    return str(ROLE.get(code) or gettext("Unknown"))
