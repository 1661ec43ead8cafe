"""Points to their one owning grid: the index, the rule, ambiguity, boundary distance.

What works on points loads the compiler, which takes half a second; it is imported when first asked for, so that a program
that only names reasons starts at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from gridmap.assignment.reason import REASONS, Reason

if TYPE_CHECKING:
    from gridmap.assignment.ambiguity import Shares, owner_shares
    from gridmap.assignment.explanation import Explanation, InvalidAccuracy
    from gridmap.assignment.index import GridIndex, InvalidGapLimit, Located, UnequalCodes, UnequalPoints, warm_up
    from gridmap.assignment.outlines import NotAPolygon
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
    "Shares",
    "UnequalCodes",
    "UnequalPoints",
    "choose_owner",
    "owner_shares",
    "warm_up",
]

_HOMES: Final = {
    "Candidates": "rule",
    "Explanation": "explanation",
    "GridIndex": "index",
    "InvalidAccuracy": "explanation",
    "InvalidGapLimit": "index",
    "Located": "index",
    "NotAPolygon": "outlines",
    "Shares": "ambiguity",
    "UnequalCodes": "index",
    "UnequalPoints": "index",
    "choose_owner": "rule",
    "owner_shares": "ambiguity",
    "warm_up": "index",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
