"""Which names of the gazetteer a text mentions, and where."""

from dataclasses import dataclass
from typing import Final

from gridmap.address.forms import How, road_as_said
from gridmap.address.gazetteer import Gazetteer, Thing
from gridmap.address.normal import GAP
from gridmap.address.parts import Address, Part
from gridmap.address.words import COMPOUND_ENDINGS

_SORT_OF_PART: Final = {
    "compound": ("place",), "place": ("place",), "community": ("community",), "street": ("division",), "district": ("division",), "road": ("road",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of the normal form that names things: each with how. ``loose`` are characters before it that nobody explains."""

    first: int
    last: int
    refs: tuple[tuple[Thing, How], ...]
    loose: int = 0


def mentions_in(address: Address, gazetteer: Gazetteer) -> list[Mention]:
    """Mentions in the order of the text, none overlapping another: longest names first, then names without ending, then what is like a name."""
    finder = _Finder(address, gazetteer)
    finder.find_names()
    finder.find_alike()
    return sorted(finder.found, key=lambda mention: mention.first)


class _Finder:
    def __init__(self, address: Address, gazetteer: Gazetteer) -> None:
        self.text, self.parts, self.gazetteer = address.normal, address.parts, gazetteer
        self.found: list[Mention] = []
        self.taken = bytearray(len(self.text))
        self.edges = {0, len(self.text)}
        for part in self.parts:
            self.edges.update((part.first, part.last))
        self.edges.update(position for position, sign in enumerate(self.text) if sign == GAP)
        self.edges.update(position + 1 for position, sign in enumerate(self.text) if sign == GAP)

    def find_names(self) -> None:
        names = sorted(self.gazetteer.found_in(self.text), key=lambda found: (found[0] - found[1], found[0]))
        for whole in (True, False):
            for first, last, refs in names:
                if not any(self.taken[first:last]):
                    wanted = [(index, how) for index, how in refs if (how != "ending") == whole]
                    if wanted:
                        self._take(first, last, wanted)

    def _take(self, first: int, last: int, refs: list[tuple[int, How]]) -> None:
        things = self.gazetteer.things
        chosen: list[tuple[Thing, How]] = []
        for index, how in refs:
            thing = things[index]
            if how != "ending" or (last in self.edges and first in self.edges):
                chosen.append((thing, how))
            elif thing.kind == "compound" and first in self.edges and (end := self._ending_after(last)):
                chosen.append((thing, "other_ending"))
                last = max(last, end)
        if chosen:
            # The ending that a whole name has in addition belongs to it.
            self._add(Mention(first, last, tuple(chosen), self._loose(first)))

    def _ending_after(self, position: int) -> int | None:
        for ending in COMPOUND_ENDINGS:
            if self.text.startswith(ending, position) and position + len(ending) in self.edges:
                return position + len(ending)
        return None

    def _loose(self, first: int) -> int:
        return first - max(edge for edge in self.edges if edge <= first)

    def _add(self, mention: Mention) -> None:
        self.found.append(mention)
        self.taken[mention.first : mention.last] = b"\x01" * (mention.last - mention.first)
        self.edges.update((mention.first, mention.last))

    def find_alike(self) -> None:
        for part in self.parts:
            for sort in _SORT_OF_PART.get(part.kind, ()):
                if not self.taken[part.last - 1]:
                    self._take_alike(part, sort)

    def _take_alike(self, part: Part, sort: str) -> None:
        first = part.first
        while first < part.last and any(self.taken[first : part.last]):
            first += 1
        word = self.text[first : part.last]
        if len(word) < 2:
            return
        refs = self.gazetteer.similar_to(word, sort)
        if sort == "road" and (said := road_as_said(word)):
            refs = [*((index, "alias") for index, _ in self.gazetteer.names.get(said, ())), *refs]
        if refs:
            things = tuple((self.gazetteer.things[index], how) for index, how in refs)
            self._add(Mention(first, part.last, things))
