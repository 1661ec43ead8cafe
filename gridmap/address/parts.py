"""An address in its parts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, get_args

PartKind = Literal[
    "province", "city", "district", "street", "community", "village_group", "road", "number", "crossing", "compound", "phase", "building",
    "row", "stairwell", "floor", "room", "place", "relation", "noise",
]  # fmt: skip
#: Kinds of parts, the largest first: ``row`` is a row of houses (排), ``number`` a house number on a road, ``place`` any other named thing.
PART_KINDS: Final[tuple[PartKind, ...]] = get_args(PartKind)


@dataclass(frozen=True, slots=True)
class Part:
    """A part: ``value`` in its normal form (numbers in digits), ``start`` and ``end`` in the text as it was given.

    ``first`` and ``last`` are the same in the address's normal form. ``certain`` is False where only the context says what it is
    (富邦小区3号, 富邦小区3楼: a building, perhaps).
    """

    kind: PartKind
    value: str
    start: int
    end: int
    first: int
    last: int
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Address:
    """What a text says of a place. ``normal`` is the text as it is compared; ``parts`` are in the order of the text."""

    text: str
    normal: str
    positions: tuple[int, ...]
    parts: tuple[Part, ...]

    def part(self, kind: PartKind) -> Part | None:
        """The first part of a kind."""
        return next((part for part in self.parts if part.kind == kind), None)

    def get(self, kind: PartKind) -> str | None:
        """The value of the first part of a kind."""
        found = self.part(kind)
        return None if found is None else found.value

    def all(self, kind: PartKind) -> Iterator[Part]:
        """All parts of a kind."""
        return (part for part in self.parts if part.kind == kind)

    def values(self) -> dict[str, str]:
        """The parts as words, the largest first, without noise; of several of a kind the first."""
        found = {kind: self.get(kind) for kind in PART_KINDS if kind != "noise"}
        return {kind: value for kind, value in found.items() if value is not None}

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Start and end in the given text of a stretch of the normal form that is not empty."""
        return self.positions[first], self.positions[last - 1] + 1
