"""Points to their one owning grid: the index, the rule, ambiguity, boundary distance."""

from gridmap.assignment.reason import REASONS, Reason

__all__ = ["REASONS", "Reason"]
