"""An address to the things of the layers that it may mean, the likeliest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from gridmap.address import evidence
from gridmap.address.candidates import CLEAR_MARGIN, Candidate, CandidateKind
from gridmap.address.forms import How
from gridmap.address.gazetteer import Gazetteer, Thing
from gridmap.address.mentions import Mention, mentions_in
from gridmap.address.parse import parse
from gridmap.address.parts import Address, Part
from gridmap.address.rows import Building
from gridmap.address.words import AT_WORDS

_CORE: Final = frozenset(("compound", "service_point", "landmark", "building"))
_DIVISIONS: Final = ("community", "street", "district")


@dataclass(slots=True)
class _Reading:
    """One way to understand an address: its thing, how likely, at most how sure."""

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


def match(
    address: Address | str, gazetteer: Gazetteer, *, limit: int = 5, within: Sequence[str] | None = None
) -> list[Candidate]:
    """At most ``limit`` candidates, the likeliest first; none for a text that names nothing known.

    ``within`` are codes of divisions that the place is known to lie in (the district of an order): what lies elsewhere is left out.
    """
    if isinstance(address, str):
        address = parse(address)
    return _Matcher(address, gazetteer, within).candidates(limit)


class _Matcher:
    def __init__(self, address: Address, gazetteer: Gazetteer, within: Sequence[str] | None) -> None:
        self.address, self.gazetteer, self.within = address, gazetteer, within
        self.mentions = mentions_in(address, gazetteer)
        self.building = address.part("building") or address.part("row")

    def candidates(self, limit: int) -> list[Candidate]:
        readings = self._readings()
        if self.within is not None:
            readings = [reading for reading in readings if _inside(reading.areas, self.within)]
        found = self._scored(_best_of_each(readings))
        return _with_rivals(found[:limit])

    def _readings(self) -> list[_Reading]:
        """The most particular readings that there are; with doubtful ones the divisions that the text names as well."""
        core = [mention for mention in self.mentions if any(thing.kind in _CORE for thing, _ in mention.refs)]
        found = [reading for mention in core for reading in self._of_core(mention)]
        if not core and self.building is not None:
            found += [reading for mention in self.mentions for reading in self._numbered_in_community(mention)]
        if not found:
            found += self._crossings()
        if not found:
            found += [reading for mention in self.mentions for reading in self._of_road(mention)]
        if not found:
            found += self._of_divisions()
        return found

    def _of_core(self, mention: Mention) -> Iterator[_Reading]:
        for thing, how in mention.refs:
            if thing.kind == "compound":
                yield from self._of_compound(mention, thing, how)
            elif thing.kind in _CORE or thing.kind in _DIVISIONS:
                reading = self._reading(mention, thing, how)
                if self.building is not None and self.building.certain:
                    reading.likelihood *= evidence.NO_SUCH_BUILDING
                    reading.cap = evidence.CAP_WITHOUT_BUILDING
                yield reading

    def _of_compound(self, mention: Mention, thing: Thing, how: How) -> Iterator[_Reading]:
        reading = self._reading(mention, thing, how)
        reading.likelihood *= self._phase(mention, thing)
        part = self.building
        if part is None:
            yield reading
            return
        buildings = self.gazetteer.buildings_of(thing.key, _label(part))
        for building in buildings:
            yield self._of_building(reading, building, part)
        if not buildings:
            if part.certain:
                known = thing.key in self.gazetteer.in_compound
                reading.likelihood *= evidence.NO_SUCH_BUILDING if known else evidence.NO_BUILDINGS
            reading.cap = evidence.CAP_WITHOUT_BUILDING
            yield reading

    def _of_building(self, above: _Reading, building: Building, part: Part) -> _Reading:
        matched = {**above.matched, part.kind: "number"}
        likelihood = above.likelihood
        spans = [*above.spans, (part.kind, part.start, part.end)]
        if (stairwell := self.address.part("stairwell")) and building.stairwells:
            if stairwell.value in building.stairwells:
                matched["stairwell"] = "number"
                spans.append(("stairwell", stairwell.start, stairwell.end))
            else:
                likelihood *= evidence.NO_SUCH_STAIRWELL
        if building.floors and (floor := self._floor()) and floor > building.floors:
            likelihood *= evidence.NO_SUCH_FLOOR
        areas = above.areas if building.community is None else (building.community,)
        last = max(above.last, part.last)
        return _Reading(
            "building",
            building.key,
            building.name,
            areas,
            likelihood,
            above.cap,
            building.compound,
            matched,
            spans,
            last,
        )

    def _floor(self) -> int | None:
        if floor := self.address.get("floor"):
            return int(floor) if floor.isdigit() else None
        room = self.address.get("room")
        return int(room[:-2]) if room and room.isdigit() and len(room) in (3, 4) else None

    def _phase(self, mention: Mention, thing: Thing) -> float:
        said = next((part for part in self.address.all("phase") if part.first == mention.last), None)
        if said is None:
            return evidence.PHASE_LEFT_OUT if thing.phase else 1.0
        if not thing.phase:
            return evidence.PHASE_UNKNOWN
        return 1.0 if said.value == thing.phase else evidence.PHASE_OTHER

    def _numbered_in_community(self, mention: Mention) -> Iterator[_Reading]:
        """Rows of houses of a village; without a compound's name also buildings of that number in the community's compounds."""
        part = self.building
        assert part is not None
        for thing, how in mention.refs:
            if thing.kind == "community":
                above = self._reading(mention, thing, how)
                for building in self.gazetteer.buildings_of(thing.key, _label(part)):
                    yield self._of_building(above, building, part)

    def _crossings(self) -> Iterator[_Reading]:
        if self.address.part("crossing") is None:
            return
        roads = [mention for mention in self.mentions if any(thing.kind == "road" for thing, _ in mention.refs)]
        if len(roads) < 2:
            return
        for one, how in roads[0].refs:
            for other, also in roads[1].refs:
                if frozenset((one.key, other.key)) in self.gazetteer.crossings:
                    reading = self._reading(roads[0], one, how)
                    second = self._reading(roads[1], other, also)
                    shared = tuple(area for area in one.areas if area in other.areas) or one.areas
                    reading.kind, reading.key, reading.name = (
                        "road_crossing",
                        f"{one.key}+{other.key}",
                        f"{one.name}与{other.name}交叉口",
                    )
                    reading.areas = shared
                    reading.likelihood = evidence.NAMED[how] * evidence.NAMED[also] * self._parents(shared, roads[:2])
                    reading.spans += second.spans
                    reading.last = second.last
                    yield reading

    def _of_road(self, mention: Mention) -> Iterator[_Reading]:
        number = next((part for part in self.address.all("number") if part.first == mention.last), None)
        for thing, how in mention.refs:
            if thing.kind != "road":
                continue
            reading = self._reading(mention, thing, how)
            if number is not None:
                yield from self._at_number(reading, thing, number)
                reading.cap = evidence.CAP_WITHOUT_NUMBER
            yield reading

    def _at_number(self, road: _Reading, thing: Thing, number: Part) -> Iterator[_Reading]:
        for at in self.gazetteer.at_number.get((thing.name, number.value), ()):
            if isinstance(at, Thing):
                kind, areas, compound = at.kind, at.areas, None
            else:
                kind, areas, compound = "building", (at.community,) if at.community else (), at.compound
            if not areas or not thing.areas or areas[0] in thing.areas:
                matched = {**road.matched, "number": "number"}
                spans = [*road.spans, ("number", number.start, number.end)]
                yield _Reading(
                    kind, at.key, at.name, areas, road.likelihood, 1.0, compound, matched, spans, number.last
                )

    def _of_divisions(self) -> list[_Reading]:
        """The smallest divisions that are named."""
        for level in _DIVISIONS:
            found = [
                self._reading(mention, thing, how)
                for mention in self.mentions
                for thing, how in mention.refs
                if thing.kind == level
            ]
            if found:
                if self._unexplained():
                    for reading in found:
                        reading.cap = evidence.CAP_WITHOUT_NAME
                return found
        return []

    def _unexplained(self) -> bool:
        """Whether the text names something more particular that was not found."""
        named = self.building is not None or self.address.part("number") is not None
        return named or any(
            part.kind in ("compound", "road", "place") and part.certain
            and not any(mention.first < part.last and part.first < mention.last for mention in self.mentions)
            for part in self.address.parts
        )  # fmt: skip

    def _reading(self, mention: Mention, thing: Thing, how: How) -> _Reading:
        loose = evidence.LOOSE.get(mention.loose, evidence.LOOSE_MANY)
        likelihood = evidence.NAMED[how] * loose * self._parents(thing.areas, [mention])
        start, end = self.address.span(mention.first, mention.last)
        kind: CandidateKind = thing.kind
        return _Reading(
            kind,
            thing.key,
            thing.name,
            thing.areas,
            likelihood,
            matched={kind: how},
            spans=[(kind, start, end)],
            last=mention.last,
        )

    def _parents(self, areas: tuple[str, ...], own: list[Mention]) -> float:
        """How well a thing in these areas fits the other names in the text."""
        factor = 1.0
        for mention in self.mentions:
            if mention in own:
                continue
            divisions = [(thing, how) for thing, how in mention.refs if thing.kind in _DIVISIONS]
            if divisions:
                if not any(_nested(areas, thing.key) for thing, _ in divisions):
                    bare = all(how == "ending" for _, how in divisions)
                    factor *= evidence.CONTRADICTED_BARE if bare else evidence.CONTRADICTED
            elif all(thing.kind == "road" for thing, _ in mention.refs):
                passed = {area for thing, _ in mention.refs for area in thing.areas}
                if passed and areas and not any(area in passed for area in areas):
                    factor *= evidence.CONTRADICTED_ROAD
        return factor

    def _scored(self, readings: list[_Reading]) -> list[Candidate]:
        deepest = max((len(thing.key) for mention in self.mentions for thing, how in mention.refs
                       if thing.kind in _DIVISIONS and how != "ending"), default=4)  # fmt: skip
        total = sum(reading.likelihood for reading in readings) + evidence.UNKNOWN * evidence.UNKNOWN_WITHIN[deepest]
        found = [self._candidate(reading, min(reading.likelihood / total, reading.cap)) for reading in readings]
        return sorted(found, key=lambda candidate: (-candidate.score, len(candidate.name), candidate.key))

    def _candidate(self, reading: _Reading, score: float) -> Candidate:
        near = self._is_near(reading.last)
        return Candidate(
            kind=reading.kind,
            key=reading.key,
            name=reading.name,
            score=round(score * evidence.NEAR if near else score, 4),
            community=next((area for area in reading.areas if len(area) == 12), None),
            compound=reading.compound,
            near=near,
            matched=reading.matched,
            spans=tuple(sorted(reading.spans, key=lambda span: span[1])),
        )

    def _is_near(self, last: int) -> bool:
        return any(
            part.first >= last and part.value not in AT_WORDS and not part.value.endswith(("门", "门口"))
            for part in self.address.all("relation")
        )


def _label(part: Part) -> str:
    return f"排{part.value}" if part.kind == "row" else part.value


def _nested(areas: tuple[str, ...], code: str) -> bool:
    return not areas or any(area.startswith(code) or code.startswith(area) for area in areas)


def _inside(areas: tuple[str, ...], within: Sequence[str]) -> bool:
    return not areas or any(area.startswith(code) for area in areas for code in within)


def _best_of_each(readings: list[_Reading]) -> list[_Reading]:
    """Of several readings with the same thing the likeliest."""
    best: dict[tuple[str, str], _Reading] = {}
    for reading in readings:
        known = best.get((reading.kind, reading.key))
        if known is None or reading.likelihood > known.likelihood:
            best[reading.kind, reading.key] = reading
    return list(best.values())


def _with_rivals(candidates: list[Candidate]) -> list[Candidate]:
    return [
        replace(
            each,
            ambiguous_with=tuple(
                other.key
                for other in candidates
                if other is not each and abs(other.score - each.score) < CLEAR_MARGIN and other.key != each.compound
            ),
        )
        for each in candidates
    ]
