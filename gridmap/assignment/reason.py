"""Why a point has the owner that it has."""

from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """The case of the owner rule that decided; see docs/owner-rule.md."""

    INSIDE = "inside"
    EDGE = "edge"
    EDGE_TIE = "edge_tie"
    OVERLAP = "overlap"
    GAP = "gap"
    NONE = "none"
    #: Of an address that was matched; there the point is that of the matched thing.
    ADDRESS = "address"
    #: A person decided; derived again only when the report moves or its grid ends.
    DECIDED = "decided"


REASONS: Final[tuple[Reason, ...]] = tuple(Reason)
"""Reasons by the small numbers that kernels and arrays use."""
