"""Patches of ground with their neighbours, merged step by step."""

from collections.abc import Iterator

from gridmap.planning.units.ground import Floats, Ints


class Patchwork:
    """Patches 0 to n-1; ``pairs`` (m, 2) once each share borders of ``lengths`` (m), which add up when patches merge."""

    def __init__(self, count: int, pairs: Ints, lengths: Floats) -> None:
        self.beside: list[dict[int, float]] = [{} for _ in range(count)]
        self._into = list(range(count))
        for (one, other), length in zip(pairs.tolist(), lengths.tolist(), strict=True):
            self.beside[one][other] = self.beside[other][one] = length

    def merge(self, patch: int, into: int) -> None:
        """Give the ground of ``patch`` to another that is not merged itself."""
        for other, length in self.beside[patch].items():
            del self.beside[other][patch]
            if other != into:
                self.beside[into][other] = self.beside[into].get(other, 0.0) + length
                self.beside[other][into] = self.beside[into][other]
        self.beside[patch] = {}
        self._into[patch] = into

    def of(self, patch: int) -> int:
        """The patch that holds the ground of a patch by now."""
        while self._into[patch] != patch:
            self._into[patch] = self._into[self._into[patch]]
            patch = self._into[patch]
        return patch

    def alive(self) -> Iterator[int]:
        """Patches that are not merged into others."""
        return (patch for patch, into in enumerate(self._into) if patch == into)
