"""The ways to understand an address: each thing that it may mean, with how well it fits."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from gridmap.address import evidence
from gridmap.address.candidates import CandidateKind
from gridmap.address.forms import How
from gridmap.address.gazetteer import NUMBERED, Gazetteer, Thing
from gridmap.address.mentions import Mention
from gridmap.address.parts import Address, Part, PartKind
from gridmap.address.relations import is_beside
from gridmap.address.rows import Building

_DIVISIONS: Final = ("community", "street", "district")


@dataclass(slots=True)
class Reading:
    """One way to understand an address: its thing, how likely, at most how sure; ``last`` is where its words end.

    ``name_read`` is what was read by its name: the thing, how, and the words for it.
    """

    kind: CandidateKind
    key: str
    name: str
    areas: tuple[str, ...]
    likelihood: float
    cap: float = 1.0
    compound: str | None = None
    matched: dict[str, str] = field(default_factory=dict)
    spans: list[tuple[str, int, int]] = field(default_factory=list)
    last: int = 0
    name_read: tuple[Thing, How, str] | None = None


class Reader:
    """Reads one address with the names of a gazetteer that it mentions."""

    def __init__(self, address: Address, gazetteer: Gazetteer, mentions: list[Mention]) -> None:
        self.address, self.gazetteer, self.mentions = address, gazetteer, mentions
        self.houses = [part for part in address.parts if part.kind in ("building", "row")]
        self.core = [mention for mention in mentions if any(thing.kind in NUMBERED for thing, _ in mention.refs)]

    def readings(self) -> list[Reading]:
        """The most particular readings that there are: buildings, compounds and places, else crossings, roads, divisions."""
        for found in (self._of_core, self._of_houses, self._of_crossings, self._of_roads, self._of_divisions):
            if readings := list(found()):
                return readings
        return []

    def _of_core(self) -> Iterator[Reading]:
        chosen = self._nearest_to_house()
        for mention in self.core:
            factor = evidence.ELSEWHERE if chosen is not None and mention is not chosen else 1.0
            for thing, how in mention.refs:
                for reading in self._of_thing(mention, thing, how):
                    reading.likelihood *= factor
                    yield reading

    def _nearest_to_house(self) -> Mention | None:
        """Of several places that are named the one that is meant: whose number follows, not the one that it lies beside; None when unclear."""
        if len(self.core) < 2:
            return None
        beside = [part.first for part in self.address.all("relation") if is_beside(part)]
        own = [mention for mention in self.core if mention.last not in beside] or self.core
        if not self.houses:
            return own[0] if len(own) == 1 else None
        house = self.houses[0]
        before = [mention for mention in own if mention.last <= house.first]
        return before[-1] if before else own[0]

    def _of_thing(self, mention: Mention, thing: Thing, how: How) -> Iterator[Reading]:
        if thing.kind == "compound":
            yield from self._of_compound(mention, thing, how)
        elif thing.kind in NUMBERED or thing.kind in _DIVISIONS:
            reading = self.reading(mention, thing, how)
            if self.houses and self.houses[0].certain:
                reading.likelihood *= evidence.NO_SUCH_BUILDING
                reading.cap = min(reading.cap, evidence.CAP_WITHOUT_BUILDING)
            yield reading

    def _of_compound(self, mention: Mention, thing: Thing, how: How) -> Iterator[Reading]:
        reading = self.reading(mention, thing, how)
        reading.likelihood *= self._phase(mention, thing)
        if not self.houses:
            yield reading
            return
        # 3号楼和4号楼: either.
        found = [
            (building, part)
            for part in self.houses
            for building in self.gazetteer.buildings_of(thing.key, _label(part))
        ]
        for building, part in found:
            yield self._of_building(reading, building, part)
        if not found:
            if self.houses[0].certain:
                known = thing.key in self.gazetteer.in_compound
                reading.likelihood *= evidence.NO_SUCH_BUILDING if known else evidence.NO_BUILDINGS
            reading.cap = evidence.CAP_WITHOUT_BUILDING
            yield reading

    def _of_building(self, above: Reading, building: Building, part: Part) -> Reading:
        matched, spans = {**above.matched, part.kind: "number"}, [*above.spans, (part.kind, part.start, part.end)]
        likelihood = above.likelihood
        if (stairwell := self.address.part("stairwell")) and building.stairwells:
            if stairwell.value in building.stairwells:
                matched["stairwell"] = "number"
                spans.append(("stairwell", stairwell.start, stairwell.end))
            else:
                likelihood *= evidence.NO_SUCH_STAIRWELL
        if building.floors and (floor := self._floor()) and floor > building.floors:
            likelihood *= evidence.NO_SUCH_FLOOR
        return Reading(
            kind="building",
            key=building.key,
            name=building.name,
            areas=above.areas if building.community is None else (building.community,),
            likelihood=likelihood,
            cap=above.cap if part.certain else min(above.cap, evidence.CAP_PERHAPS_BUILDING),
            compound=building.compound,
            matched=matched,
            spans=spans,
            last=max(above.last, part.last),
            name_read=above.name_read,
        )

    def _floor(self) -> int | None:
        floor, room = self.address.get("floor"), self.address.get("room")
        if floor is not None:
            return int(floor) if floor.isdigit() else None
        return int(room[:-2]) if room is not None and room.isdigit() and len(room) in (3, 4) else None

    def _phase(self, mention: Mention, thing: Thing) -> float:
        said = next((part for part in self.address.all("phase") if part.first == mention.last), None)
        if said is None:
            return evidence.PHASE_LEFT_OUT if thing.phase else 1.0
        if not thing.phase:
            return evidence.PHASE_UNKNOWN
        return 1.0 if said.value == thing.phase else evidence.PHASE_OTHER

    def _of_houses(self) -> Iterator[Reading]:
        """Rows of houses and numbered buildings of a village or community that belong to no compound."""
        for mention in self.mentions:
            for thing, how in mention.refs:
                if thing.kind == "community":
                    above = self.reading(mention, thing, how)
                    for part in self.houses:
                        for building in self.gazetteer.buildings_of(thing.key, _label(part)):
                            yield self._of_building(above, building, part)

    def _of_crossings(self) -> Iterator[Reading]:
        roads = [mention for mention in self.mentions if any(thing.kind == "road" for thing, _ in mention.refs)]
        crossing = self.address.part("crossing")
        if crossing is None or len(roads) < 2:
            return
        for one, how in roads[0].refs:
            for other, also in roads[1].refs:
                if frozenset((one.key, other.key)) in self.gazetteer.crossings:
                    first, second = self.reading(roads[0], one, how), self.reading(roads[1], other, also)
                    areas = tuple(area for area in one.areas if area in other.areas) or one.areas
                    yield Reading(
                        kind="road_crossing",
                        key="+".join(sorted((one.key, other.key))),
                        name=f"{one.name}与{other.name}交叉口",
                        areas=areas,
                        likelihood=evidence.NAMED[how] * evidence.NAMED[also] * self._parents(areas, roads[:2]),
                        matched={"road": how if how != "exact" else also},
                        spans=[*first.spans, *second.spans],
                        last=max(second.last, crossing.last),
                    )

    def _of_roads(self) -> Iterator[Reading]:
        for mention in self.mentions:
            number = next((part for part in self.address.all("number") if part.first == mention.last), None)
            for thing, how in mention.refs:
                if thing.kind == "road":
                    reading = self.reading(mention, thing, how)
                    numbered = [] if number is None else list(self._at_number(reading, thing, number))
                    if number is not None:
                        reading.likelihood *= evidence.NO_SUCH_NUMBER
                    yield from numbered or [self._capped(reading)]

    def _at_number(self, road: Reading, thing: Thing, number: Part) -> Iterator[Reading]:
        """What the layers have at a house number of a road."""
        for place in self.gazetteer.at_number.get((thing.name, number.value), ()):
            if not place.areas or not thing.areas or place.areas[0] in thing.areas:
                yield replace(
                    road,
                    kind=place.kind,
                    key=place.key,
                    name=place.name,
                    areas=place.areas,
                    cap=1.0,
                    matched={**road.matched, "number": "number"},
                    spans=[*road.spans, ("number", number.start, number.end)],
                    last=number.last,
                )

    def _of_divisions(self) -> Iterator[Reading]:
        """The smallest divisions that are named."""
        for level in _DIVISIONS:
            found = [
                (mention, thing, how) for mention in self.mentions for thing, how in mention.refs if thing.kind == level
            ]
            if found:
                yield from (self._capped(self.reading(*each)) for each in found)
                return

    def _capped(self, reading: Reading) -> Reading:
        """A road or division, not sure when the text names something more particular that was not found."""
        covered = [(mention.first, mention.last) for mention in self.mentions]
        named = any(
            part.kind in ("compound", "road", "place", "number") and part.certain
            and not any(first < part.last <= last for first, last in covered)
            for part in self.address.parts
        )  # fmt: skip
        if named or self.houses or (reading.kind == "road" and self.address.part("crossing")):
            reading.cap = min(reading.cap, evidence.CAP_WITHOUT_NAME)
        return reading

    def reading(self, mention: Mention, thing: Thing, how: How) -> Reading:
        """A thing by its name alone, among the other names of the text."""
        loose = evidence.LOOSE.get(mention.loose, evidence.LOOSE_MANY)
        kind: CandidateKind = thing.kind
        return Reading(
            kind=kind,
            key=thing.key,
            name=thing.name,
            areas=thing.areas,
            likelihood=evidence.NAMED[how] * loose * self._parents(thing.areas, [mention]) * self._elsewhere(),
            cap=evidence.CAP_WITHOUT_NAME if how == "other_ending" and thing.kind != "compound" else 1.0,
            matched={kind: how},
            spans=[(kind, *self.address.span(mention.first, mention.last))],
            last=mention.last,
            name_read=(thing, how, self.address.normal[mention.first : mention.last]),
        )

    def _parents(self, areas: tuple[str, ...], own: list[Mention]) -> float:
        """How well a thing in these areas fits the other names in the text."""
        factor = 1.0
        for mention in self.mentions:
            if mention in own:
                continue
            divisions = [(thing, how) for thing, how in mention.refs if thing.kind in _DIVISIONS]
            if divisions:
                if not any(is_nested(areas, thing.key) for thing, _ in divisions):
                    bare = all(how == "ending" for _, how in divisions)
                    factor *= evidence.CONTRADICTED_BARE if bare else evidence.CONTRADICTED
            elif all(thing.kind == "road" for thing, _ in mention.refs):
                passed = {area for thing, _ in mention.refs for area in thing.areas}
                if passed and areas and not any(area in passed for area in areas):
                    factor *= evidence.CONTRADICTED_ROAD
        return factor

    def _elsewhere(self) -> float:
        """A city or district that the layers do not know makes everything in them unlikely."""
        levels: tuple[PartKind, ...] = ("city", "district")
        unknown = (
            part
            for level in levels
            if level in self.gazetteer.kinds
            for part in self.address.all(level)
            if not any(mention.first < part.last and part.first < mention.last for mention in self.mentions)
        )
        return evidence.UNKNOWN_PARENT if next(unknown, None) is not None else 1.0


def _label(part: Part) -> str:
    return f"排{part.value}" if part.kind == "row" else part.value


def is_nested(areas: tuple[str, ...], code: str) -> bool:
    """Whether something in these communities lies in a division, or holds it; what lies nowhere lies anywhere."""
    return not areas or any(area.startswith(code) or code.startswith(area) for area in areas)
