"""A text on which parts are marked one after the other; none overlaps another."""

import re
from collections.abc import Iterator

from gridmap.address.normal import GAP, Normal
from gridmap.address.parts import Part, PartKind


class Marked:
    """The normal form of a text with the parts found so far."""

    def __init__(self, normal: Normal) -> None:
        self.normal = normal
        self.text = normal.text
        self.parts: list[Part] = []
        self._taken = bytearray(len(normal.text))

    def mark(self, kind: PartKind, value: str, first: int, last: int, *, certain: bool = True) -> None:
        """Note a part; what it covers is free no longer."""
        start, end = self.normal.span(first, last)
        self.parts.append(Part(kind, value, start, end, first, last, certain))
        self._taken[first:last] = b"\x01" * (last - first)

    def has(self, kind: PartKind, *, before: int | None = None) -> bool:
        """Whether there is a part of a kind, or one that ends before a position."""
        return any(part.kind == kind and (before is None or part.last <= before) for part in self.parts)

    def is_free(self, first: int, last: int) -> bool:
        """Whether nothing covers any of these characters."""
        return not any(self._taken[first:last])

    def free(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Matches of a pattern in what is free."""
        return (found for found in pattern.finditer(self.text) if self.is_free(*found.span()))

    def runs(self) -> list[tuple[int, int]]:
        """Stretches that are free and hold no gap."""
        found: list[tuple[int, int]] = []
        first = None
        for position, sign in enumerate(self.text):
            if self._taken[position] or sign == GAP:
                if first is not None:
                    found.append((first, position))
                first = None
            elif first is None:
                first = position
        if first is not None:
            found.append((first, len(self.text)))
        return found
