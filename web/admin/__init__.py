"""Administration: people and their rights, deputies, hand-over of grids, units, tokens, the audit log."""

from web.admin import audit, deputies, hand_over, people, people_changes, tokens, units
from web.admin.blueprint import blueprint

__all__ = ["audit", "blueprint", "deputies", "hand_over", "people", "people_changes", "tokens", "units"]
