"""Points to their one owning grid: the index, the rule, ambiguity, boundary distance."""

from gridmap.assignment.explanation import Explanation, InvalidAccuracy
from gridmap.assignment.index import GridIndex, InvalidGapLimit, Located, UnequalCodes, UnequalPoints, warm_up
from gridmap.assignment.outlines import NotAPolygon
from gridmap.assignment.reason import REASONS, Reason
from gridmap.assignment.rule import Candidates, choose_owner

__all__ = [
    "REASONS",
    "Candidates",
    "Explanation",
    "GridIndex",
    "InvalidAccuracy",
    "InvalidGapLimit",
    "Located",
    "NotAPolygon",
    "Reason",
    "UnequalCodes",
    "UnequalPoints",
    "choose_owner",
    "warm_up",
]
