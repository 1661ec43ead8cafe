"""An address to the things of the layers that it may mean, the likeliest first."""

from collections.abc import Iterable, Sequence

from gridmap.address import evidence
from gridmap.address.candidates import CLEAR_MARGIN, Candidate
from gridmap.address.gazetteer import Gazetteer
from gridmap.address.mentions import mentions_in
from gridmap.address.parse import parse
from gridmap.address.parts import Address
from gridmap.address.readings import Reader, Reading
from gridmap.address.relations import is_near
from gridmap.address.unlisted import likelihood_of_unlisted


def match(
    address: Address | str, gazetteer: Gazetteer, *, limit: int = 5, within: Sequence[str] | None = None
) -> list[Candidate]:
    """At most ``limit`` candidates, the likeliest first; none for a text that names nothing known.

    ``within`` are codes of divisions that the place is known to lie in (the district of an order): what lies elsewhere is left out.
    """
    if isinstance(address, str):
        address = parse(address)
    mentions = mentions_in(address, gazetteer)
    reader = Reader(address, gazetteer, mentions)
    readings = _best_of_each(each for each in reader.readings() if within is None or _inside(each.areas, within))
    total = sum(reading.likelihood for reading in readings) + likelihood_of_unlisted(
        readings, mentions, gazetteer, within
    )
    scored = [(min(reading.likelihood / total, reading.cap), reading) for reading in readings]
    scored.sort(key=lambda pair: (-pair[0], len(pair[1].name), pair[1].key))
    first = scored[:limit]
    return [
        _candidate(score, reading, first, near=is_near(address, mentions, reading.last)) for score, reading in first
    ]


def _inside(areas: tuple[str, ...], within: Sequence[str]) -> bool:
    return not areas or any(area.startswith(code) for area in areas for code in within)


def _best_of_each(readings: Iterable[Reading]) -> list[Reading]:
    """Of several readings with the same thing the likeliest."""
    best: dict[tuple[str, str], Reading] = {}
    for reading in readings:
        known = best.get((reading.kind, reading.key))
        if known is None or reading.likelihood > known.likelihood:
            best[reading.kind, reading.key] = reading
    return list(best.values())


def _candidate(score: float, reading: Reading, others: list[tuple[float, Reading]], *, near: bool) -> Candidate:
    rivals = (
        other.key
        for rival, other in others
        if other is not reading and abs(rival - score) < CLEAR_MARGIN and other.key != reading.compound
    )
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
        ambiguous_with=tuple(rivals),
    )
