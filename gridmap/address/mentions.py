"""Which names of the gazetteer a text mentions, and where."""

from dataclasses import dataclass
from typing import Final

from gridmap.address.forms import How, road_as_said
from gridmap.address.gazetteer import NUMBERED, Gazetteer, Thing
from gridmap.address.normal import GAP
from gridmap.address.parts import Address
from gridmap.address.words import COMPOUND_ENDINGS, EDGE_WORDS

_DIVISIONS: Final = frozenset(("community", "street", "district", "city"))
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
            if thing.kind in _DIVISIONS and self._ends_a_name(first, last):
                continue
            if how != "ending" or (last in self.edges and first in self.edges):
                chosen.append((thing, how))
            elif thing.kind in ("compound", "community") and first in self.edges and (end := self._ending_after(last)):
                chosen.append((thing, "other_ending"))
                last = max(last, end)
        if chosen:
            # The ending that a whole name has in addition belongs to it.
            self._add(Mention(first, last, tuple(chosen), self._loose(first)))

    def _ends_a_name(self, first: int, last: int) -> bool:
        """Whether the words are but the end of a compound's name: 新村 of 金桥新村 is no village."""
        return any(
            2 * (last - first) <= part.last - part.first and part.last == last and part.kind in ("compound", "place")
            for part in self.parts
            if first not in self.edges
        )

    def _ending_after(self, position: int) -> int | None:
        for ending in COMPOUND_ENDINGS:
            if self.text.startswith(ending, position) and position + len(ending) in self.edges:
                return position + len(ending)
        return None

    def _loose(self, first: int) -> int:
        edge = max(edge for edge in self.edges if edge <= first)
        return len(self.text[edge:first].strip(EDGE_WORDS))

    def _add(self, mention: Mention) -> None:
        self.found.append(mention)
        self.taken[mention.first : mention.last] = b"\x01" * (mention.last - mention.first)
        self.edges.update((mention.first, mention.last))

    def find_alike(self) -> None:
        for part in self.parts:
            for sort in _SORT_OF_PART.get(part.kind, ()):
                if not self.taken[part.last - 1]:
                    self._take_alike(part.first, part.last, sort)
        if not any(thing.kind in NUMBERED for mention in self.found for thing, _ in mention.refs):
            self._find_before_numbers()

    def _find_before_numbers(self) -> None:
        """What stands before a building's number is a place, whatever its ending looked like (天福区小3号楼)."""
        phases = {part.last for part in self.parts if part.kind == "phase"}
        for part in self.parts:
            if part.kind == "building" and part.certain and part.first and part.first not in phases:
                self._take_alike(0, part.first, "place")

    def _take_alike(self, first: int, last: int, sort: str) -> None:
        """What is like the words up to a position, from where the name or gap before them ends."""
        while first < last and (GAP in self.text[first:last] or any(self.taken[first:last])):
            first += 1
        word = self.text[first:last]
        if len(word) < 2 or word in COMPOUND_ENDINGS:
            return
        refs = self.gazetteer.similar_to(word, sort)
        if sort == "road" and (said := road_as_said(word)):
            refs = [*((index, "alias") for index, _ in self.gazetteer.names.get(said, ())), *refs]
        if refs:
            things = tuple((self.gazetteer.things[index], how) for index, how in refs)
            self._add(Mention(first, last, things))
