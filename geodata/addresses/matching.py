"""What is known of an address before anybody looked at it: candidates to keep, and whether the first may be taken.

A text that places something beside a thing (附近, 对面, 旁) is never sure: how far "beside" reaches nobody can say.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection

from geodata.addresses.finding import AddressCandidate, find_addresses
from geodata.addresses.layers import LAYERS
from geodata.scope import EVERYTHING
from geodata.settings import Settings
from geodata.versions import layer_versions

#: Candidates that a person is shown to choose from.
MOST_CANDIDATES = 5
#: Kinds of candidates that are no one place: their middle says nothing about where in them something is.
AREAS = ("city", "district", "street", "community", "road")
#: What is kept of a candidate.
_KEPT = (
    "kind", "key", "name", "score", "near", "lon", "lat", "accuracy_m", "grid_code", "grid_name", "community_code", "community_name",
    "street_name", "district_name", "compound_name", "stairwell", "matched", "spans",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MatchedAddress:
    """Candidates of an address, the likeliest first."""

    candidates: tuple[AddressCandidate, ...]

    @property
    def sure(self) -> bool:
        """Whether the first candidate may be taken without asking."""
        return bool(self.candidates) and self.candidates[0].sure

    @property
    def score(self) -> float | None:
        """The score of the first candidate."""
        return self.candidates[0].score if self.candidates else None

    @property
    def district(self) -> str | None:
        """The district that all candidates lie in: its dispatcher has the report until it is placed."""
        codes = {(each.community_code or "")[:6] for each in self.candidates}
        return codes.pop() if len(codes) == 1 and codes != {""} else None

    def as_json(self) -> list[dict[str, Any]]:
        """The candidates as they are kept."""
        return [candidate_json(each) for each in self.candidates]


def match_addresses(conn: Connection, settings: Settings, texts: Sequence[str]) -> list[MatchedAddress]:
    """What each text means in the whole city."""
    if not texts:
        return []
    found = find_addresses(conn, settings, EVERYTHING, texts, MOST_CANDIDATES)
    return [MatchedAddress(tuple(each)) for each in found]


def searched_version(conn: Connection) -> int:
    """The latest version among the layers that addresses are looked for in; it grows with every change of them."""
    versions = layer_versions(conn)
    return max((versions.get(layer, 0) for layer in LAYERS), default=0)


def candidate_json(candidate: AddressCandidate) -> dict[str, Any]:
    """A candidate as it is kept: what is needed to show it, to place a report there, and to say why."""
    told = asdict(candidate)
    return {**{name: told[name] for name in _KEPT}, "ref": str(candidate.ref) if candidate.ref else None}
