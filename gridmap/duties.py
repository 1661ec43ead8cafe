"""Which states of a report wait for which role: whose move it is, from the table of a report's life."""

from gridmap.access import Role
from gridmap.report import OPEN

_COMPOUND = ("self_governed",)

#: Roles that are not here have no move of their own; they see all that is open.
WAITING: dict[str, tuple[str, ...]] = {
    Role.GRID_WORKER: ("filed", "sent_back", "to_check"),
    Role.BRANCH_SECRETARY: _COMPOUND,
    Role.COMMUNITY_SECRETARY: ("to_review",),
    Role.PROPERTY_COMPANY: _COMPOUND,
    Role.OWNERS_BODY: _COMPOUND,
    Role.STREET_OFFICER: ("street_handling", "returned"),
    Role.DISPATCHER: ("whistled", "returned"),
    Role.UNIT_HANDLER: ("dispatched", "accepted", "in_progress", "rework", "reopened"),
}


def waiting_for(role: str) -> tuple[str, ...]:
    """States in which a report waits for a role, all open ones for a role without a move."""
    return WAITING.get(role, OPEN)


def has_moves(role: str) -> bool:
    """Whether any state waits for the role itself."""
    return role in WAITING
