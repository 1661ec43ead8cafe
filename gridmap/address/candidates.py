"""What an address can mean."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

CandidateKind = Literal[
    "building",
    "compound",
    "community",
    "street",
    "district",
    "city",
    "road",
    "road_crossing",
    "service_point",
    "landmark",
]
#: Scores this near to each other do not decide.
CLEAR_MARGIN = 0.2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing that an address may mean.

    ``score`` in [0, 1] is the share of such answers that are right. ``matched`` tells for each part how it was matched (exact, alias,
    ending, other_ending, pinyin, typo, similar, number, within parent, contradicts), ``spans`` where: (part, start, end) in the
    given text. ``near`` is True where the text places something beside the thing, not at it. ``key`` of a road_crossing is both roads'
    keys with a + between. ``ambiguous_with`` are the keys of other things that fit about as well.
    """

    kind: CandidateKind
    key: str
    name: str
    score: float
    community: str | None = None
    compound: str | None = None
    near: bool = False
    matched: dict[str, str] = field(default_factory=dict)
    spans: tuple[tuple[str, int, int], ...] = ()
    ambiguous_with: tuple[str, ...] = ()


def is_sure(candidates: Sequence[Candidate], sure: float = 0.9) -> bool:
    """Whether the first candidate may be taken without asking: its score reaches ``sure``, it is at the thing, and no other place comes near it."""
    if not candidates:
        return False
    first, others = candidates[0], candidates[1:]
    rivals = [other.score for other in others if other.key != first.compound]
    clear = first.score - max(rivals, default=0.0) >= CLEAR_MARGIN
    return first.score >= sure and not first.near and clear
