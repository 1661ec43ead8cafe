"""How likely a text means something that the layers do not hold."""

from collections.abc import Sequence
from typing import Final

from gridmap.address import evidence
from gridmap.address.forms import How, split_phase, stem_of
from gridmap.address.gazetteer import Gazetteer, Thing
from gridmap.address.mentions import Mention
from gridmap.address.namesakes import length_of
from gridmap.address.normal import plain
from gridmap.address.readings import Reading, is_nested

_DIVISIONS: Final = ("community", "street", "district")


def likelihood_of_unlisted(
    readings: Sequence[Reading], mentions: Sequence[Mention], gazetteer: Gazetteer, within: Sequence[str] | None
) -> float:
    """The likelihood that something else is meant than any of the readings, on the scale of theirs.

    Either it has a name of its own, which the smaller a named division is the less likely is like this one; or it is another of the same
    name, as likely as the best reading times the number of such that the layers may lack in the division.
    """
    if not readings:
        return evidence.UNKNOWN
    best = max(readings, key=lambda reading: reading.likelihood)
    return _of_other_name(best, mentions) + best.likelihood * _namesakes(best, mentions, gazetteer, within)


def _of_other_name(best: Reading, mentions: Sequence[Mention]) -> float:
    """A name that is plainly this one's is the less likely to be another's, the smaller the division that is named."""
    if not any(how in evidence.CLEAR_NAMES for how in best.matched.values()):
        return evidence.UNKNOWN
    smallest = max((len(code) for codes in _named(mentions) for code in codes), default=4)
    return evidence.UNKNOWN * evidence.UNKNOWN_WITHIN[smallest]


def _namesakes(
    reading: Reading, mentions: Sequence[Mention], gazetteer: Gazetteer, within: Sequence[str] | None
) -> float:
    """How many others of the name the layers may lack where the text says that the thing is."""
    if reading.name_read is None:
        return 0.0
    thing, how, words = reading.name_read
    name = words if how in evidence.AS_WRITTEN else _name_of(thing, how)
    known = next(iter(thing.areas), "")
    areas = _areas(reading, mentions, within)
    return gazetteer.namesakes.unseen(thing.kind, length_of(how), name + thing.phase, known, areas)


def _name_of(thing: Thing, how: How) -> str:
    """The thing's name as namesakes are counted by it: without phase, and without ending where the text has none."""
    name = plain(thing.name)
    if thing.kind != "compound":
        return name
    name, _phase = split_phase(name)
    return stem_of(name) if length_of(how) == "stem" else name


def _areas(reading: Reading, mentions: Sequence[Mention], within: Sequence[str] | None) -> Sequence[str] | None:
    """The smallest division that the text names around a thing, else ``within``; one whose name another bears there tells nothing."""
    found = within
    for codes in sorted(_named(mentions), key=lambda codes: max(map(len, codes))):
        inside = [code for code in codes if found is None or any(is_nested((code,), other) for other in found)]
        if len(inside) == 1 and is_nested(reading.areas, inside[0]):
            found = inside
    return found


def _named(mentions: Sequence[Mention]) -> list[list[str]]:
    """Codes of the divisions that each mention may mean, by a name that nothing else bears."""
    found = (
        [thing.key for thing, how in mention.refs if thing.kind in _DIVISIONS and how != "ending"]
        for mention in mentions
    )
    return [codes for codes in found if codes]
