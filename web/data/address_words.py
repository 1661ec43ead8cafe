"""Words of addresses: kinds of things, parts that fit and how, where the pieces of a text begin and end."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from geodata.addresses.matching import AREAS
from web.map_words import percent

STATE = {
    "open": _l("To be placed"),
    "assigned": _l("Placed automatically"),
    "placed": _l("Placed by people"),
    "unplaceable": _l("Cannot be placed"),
}
#: Kinds of candidates, and parts of a text.
PART = {
    "building": _l("Building"),
    "row": lazy_pgettext("part of an address", "Row of houses"),
    "compound": _l("Compound"),
    "community": _l("Community"),
    "street": _l("Street"),
    "district": _l("District"),
    "city": _l("City"),
    "road": lazy_pgettext("part of an address", "Road"),
    "road_crossing": lazy_pgettext("part of an address", "Crossing"),
    "crossing": lazy_pgettext("part of an address", "Crossing"),
    "number": lazy_pgettext("part of an address", "House number"),
    "stairwell": lazy_pgettext("part of an address", "Stairwell"),
    "service_point": _l("Service point"),
    "landmark": lazy_pgettext("part of an address", "Known place"),
}
HOW = {
    "exact": lazy_pgettext("how a part fits", "the same"),
    "alias": lazy_pgettext("how a part fits", "another name of it"),
    "former": lazy_pgettext("how a part fits", "a former name"),
    "ending": lazy_pgettext("how a part fits", "without its ending"),
    "other_ending": lazy_pgettext("how a part fits", "with another ending"),
    "pinyin": lazy_pgettext("how a part fits", "sounds the same"),
    "misprint": lazy_pgettext("how a part fits", "a sign twice or out of place"),
    "typo": lazy_pgettext("how a part fits", "a sign differs"),
    "similar": lazy_pgettext("how a part fits", "similar"),
    "number": lazy_pgettext("how a part fits", "number fits"),
}


def pieces(text: str, spans: Iterable[Any]) -> list[tuple[str, str]]:
    """A text cut where parts of it matched: pieces with the part's kind, "" between parts.

    >>> pieces("我家富邦小区3号楼", [("compound", 2, 6), ("building", 6, 9)])
    [('我家', ''), ('富邦小区', 'compound'), ('3号楼', 'building')]
    """
    found, at = [], 0
    for kind, start, end in sorted(spans, key=lambda span: (span[1], span[2])):
        if start < at or end > len(text):
            continue  # of parts that overlap the first is shown
        if start > at:
            found.append((text[at:start], ""))
        found.append((text[start:end], str(kind)))
        at = end
    return [*found, (text[at:], "")] if at < len(text) else found


def fits(matched: Mapping[str, str]) -> list[tuple[str, str]]:
    """The parts that matched with how, in words."""
    return [(part_word(part), str(HOW.get(how) or how)) for part, how in matched.items()]


def part_word(kind: str) -> str:
    """A kind of part or candidate in words."""
    return str(PART.get(kind) or kind)


def address_helpers() -> dict[str, Any]:
    """The names for templates."""
    return {
        "state_words": STATE,
        "pieces": pieces,
        "fits": fits,
        "part_word": part_word,
        "percent": percent,
        "areas": AREAS,
    }
