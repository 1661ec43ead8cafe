"""The names of a city's layers, arranged for finding them in texts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from gridmap.address.evidence import LACKING
from gridmap.address.forms import Form, How, compound_forms, division_forms, former_forms, road_forms, split_phase
from gridmap.address.namesakes import Namesakes, length_of
from gridmap.address.normal import plain
from gridmap.address.numbered import split_building
from gridmap.address.parse import parse
from gridmap.address.rows import Building, Compound, Division, Place, Road
from gridmap.address.similar import SimilarNames
from gridmap.address.words import FILLERS

ThingKind = Literal[
    "city", "district", "street", "community", "road", "compound", "service_point", "landmark", "building"
]
#: Kinds of things that a building's number can follow; no layer of them is ever complete.
NUMBERED: Final[frozenset[ThingKind]] = frozenset(("compound", "service_point", "landmark", "building"))
#: A building's name that so many share says nothing (临街商铺).
_MOST_OF_A_NAME: Final = 50
#: How a name is like a word when it is so only without its ending.
_LESS_LIKE: Final[Mapping[How, How]] = {"pinyin": "pinyin_ending", "misprint": "similar", "typo": "similar"}
_LEVELS: Final[Mapping[int, ThingKind]] = {4: "city", 6: "district", 9: "street", 12: "community"}
_SORTS: Final[Mapping[ThingKind, str]] = {
    "community": "community", "street": "division", "district": "division", "road": "road", "compound": "place", "service_point": "place",
    "landmark": "place", "building": "place",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Thing:
    """Something with a name: ``areas`` are codes of the communities it lies in, or its own code; ``phase`` is a compound's."""

    kind: ThingKind
    key: str
    name: str
    areas: tuple[str, ...]
    phase: str = ""


class Gazetteer:
    """Names of divisions, roads, compounds, buildings and places, made once from the rows of the layers and only read since."""

    def __init__(
        self,
        divisions: Iterable[Division] = (),
        roads: Iterable[Road] = (),
        compounds: Iterable[Compound] = (),
        buildings: Iterable[Building] = (),
        places: Iterable[Place] = (),
        crossings: Iterable[tuple[str, str]] = (),
    ) -> None:
        self.things: list[Thing] = []
        self.names: defaultdict[str, list[tuple[int, How]]] = defaultdict(list)
        self.numbered: defaultdict[tuple[str, str], list[Building]] = defaultdict(list)
        self.in_compound: defaultdict[str, int] = defaultdict(int)
        self.at_number: defaultdict[tuple[str, str], list[Thing]] = defaultdict(list)
        self.crossings = frozenset(frozenset(pair) for pair in crossings)
        self.community_names: dict[str, str] = {}
        self.compound_names: dict[str, str] = {}
        self.namesakes = Namesakes(LACKING)
        for division in divisions:
            self._add_division(division)
        for road in roads:
            self._add(Thing("road", road.key, road.name, road.communities), road_forms(plain(road.name)))
        for compound in compounds:
            self._add_compound(compound)
        for place in places:
            self._add_place(place)
        self._add_buildings(buildings)
        self.namesakes.count()
        self.kinds = frozenset(thing.kind for thing in self.things)
        self._lengths = self._lengths_by_first()
        self._similar = self._similar_by_sort()

    def found_in(self, text: str) -> list[tuple[int, int, list[tuple[int, How]]]]:
        """All names in a text in normal form: start, end and the things so called, by position in ``things``."""
        names, lengths, size = self.names, self._lengths, len(text)
        return [
            (start, start + length, refs)
            for start, sign in enumerate(text)
            for length in lengths.get(sign, ())
            if start + length <= size and (refs := names.get(text[start : start + length]))
        ]

    def similar_to(self, word: str, sort: str) -> list[tuple[int, How]]:
        """Things of a sort (place, community, division, road) whose name is like a word."""
        found: list[tuple[int, How]] = []
        for name, how in self._similar[sort].find(word):
            for thing, form in self.names[name]:
                if _SORTS.get(self.things[thing].kind) == sort:
                    found.append((thing, _LESS_LIKE.get(how, how) if form == "ending" else how))
        return found

    def buildings_of(self, compound: str, label: str) -> list[Building]:
        """Buildings of a compound (key), or of a community (code) outside compounds, with a number."""
        return self.numbered.get((compound, label), [])

    def _add(self, thing: Thing, forms: Iterable[Form]) -> None:
        index = len(self.things)
        self.things.append(thing)
        given: dict[str, How] = {}
        for name, how in forms:
            if len(name) >= 2 and name not in given:
                given[name] = how
                self.names[name].append((index, how))
        if thing.kind in NUMBERED:
            lengths = {name + thing.phase: length_of(how) for name, how in given.items()}
            self.namesakes.add(thing.kind, next(iter(thing.areas), ""), lengths)

    def _add_division(self, division: Division) -> None:
        kind = _LEVELS[len(division.code)]
        self._add(Thing(kind, division.code, division.name, (division.code,)), division_forms(*division))
        self.community_names[division.code] = division.name

    def _add_compound(self, compound: Compound) -> None:
        base, phase = split_phase(plain(compound.name))
        thing = Thing("compound", compound.key, compound.name, _areas(compound.community), phase)
        self._add(thing, [*compound_forms(base), *former_forms(compound.aliases)])
        self._add_address(compound.address, thing)
        self.compound_names[compound.key] = compound.name

    def _add_place(self, place: Place) -> None:
        kind: ThingKind = "service_point" if place.kind == "service_point" else "landmark"
        thing = Thing(kind, place.key, place.name, _areas(place.community))
        self._add(thing, [(plain(place.name), "exact")])
        self._add_address(place.address, thing)

    def _add_buildings(self, buildings: Iterable[Building]) -> None:
        named: list[tuple[str, Building]] = []
        for building in buildings:
            if building.address:
                self._add_address(
                    building.address, Thing("building", building.key, building.name, _areas(building.community))
                )
            name = plain(building.name)
            split = split_building(name)
            if split is None:
                named.append((name, building))
                continue
            head, label = split
            if building.compound is not None:
                self.numbered[building.compound, label].append(building)
                self.in_compound[building.compound] += 1
            elif building.community is not None and self._is_bare(head, building.community):
                self.numbered[building.community, label].append(building)
            else:
                named.append((name, building))
        often = Counter(name for name, _ in named)
        for name, building in named:
            if often[name] <= _MOST_OF_A_NAME:
                thing = Thing("building", building.key, building.name, _areas(building.community))
                self._add(thing, [(name, "exact")])

    def _is_bare(self, head: str, community: str) -> bool:
        """Whether nothing but the community and words without meaning precede a number: 前毛道村平房."""
        rest = head
        for filler in FILLERS:
            rest = rest.removesuffix(filler)
        if not rest:
            return True
        own = plain(self.community_names.get(community, ""))
        return any(rest == form for form, _ in division_forms(community, own))

    def _add_address(self, address: str, thing: Thing) -> None:
        """What stands at a house number of a road; a building of a courtyard (12号院3号楼) stands at its own number there."""
        if address:
            parts = parse(address)
            road, number = parts.get("road"), parts.get("number")
            if road and number and not parts.get("building"):
                self.at_number[road, number].append(thing)

    def _lengths_by_first(self) -> dict[str, tuple[int, ...]]:
        found: defaultdict[str, set[int]] = defaultdict(set)
        for name in self.names:
            found[name[0]].add(len(name))
        return {sign: tuple(sorted(lengths, reverse=True)) for sign, lengths in found.items()}

    def _similar_by_sort(self) -> dict[str, SimilarNames]:
        names: dict[str, set[str]] = {sort: set() for sort in set(_SORTS.values())}
        for name, refs in self.names.items():
            for thing, _ in refs:
                if sort := _SORTS.get(self.things[thing].kind):
                    names[sort].add(name)
        return {sort: SimilarNames(found) for sort, found in names.items()}


def _areas(community: str | None) -> tuple[str, ...]:
    return () if community is None else (community,)
