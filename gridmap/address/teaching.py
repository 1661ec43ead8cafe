"""Names that a text bears and no layer has: what a person who knows the place may teach."""

from typing import Final

from gridmap.address.forms import stem_of
from gridmap.address.gazetteer import Gazetteer
from gridmap.address.parts import Address, Part
from gridmap.address.relations import is_beside
from gridmap.address.words import COMPOUND_ENDINGS

#: Characters of a name: two are soon said of anything.
SHORTEST: Final = 3
LONGEST: Final = 30


def unknown_name(address: Address, gazetteer: Gazetteer) -> str | None:
    """The name of a compound in an address that nothing bears, in its normal form; None where there is no such name or it would teach wrong.

    A name that a division, a road or anything else is called by in any form is never one: the shared names of villages stay shared. Nor is
    one beside which something lies (纺织厂宿舍对面), or one with a phase, of which the phase would be lost.

    >>> from gridmap.address.parse import parse
    >>> unknown_name(parse("纺织厂家属院3号楼"), Gazetteer()), unknown_name(parse("纺织厂家属院对面"), Gazetteer())
    ('纺织厂家属院', None)
    """
    beside = any(is_beside(part) for part in address.all("relation"))
    if beside or address.part("crossing") is not None or address.part("phase") is not None:
        return None
    named = [part for kind in ("compound", "place") for part in address.all(kind) if part.certain]
    return named[0].value if len(named) == 1 and _is_unknown(named[0], gazetteer) else None


def _is_unknown(part: Part, gazetteer: Gazetteer) -> bool:
    name = part.value
    says_something = not name.endswith(COMPOUND_ENDINGS) or stem_of(name) != name  # 老小区 and 家属院 are said of any
    is_word = sum(sign.isalpha() and not sign.isascii() for sign in name) >= 2
    return SHORTEST <= len(name) <= LONGEST and says_something and is_word and not gazetteer.names.get(name)
