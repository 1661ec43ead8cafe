"""Chinese address text to its parts."""

import re
from typing import Final

from gridmap.address.marking import Marked
from gridmap.address.named import mark_names
from gridmap.address.normal import normalize
from gridmap.address.numbered import mark_numbers
from gridmap.address.numerals import NUMBER
from gridmap.address.parts import Address
from gridmap.address.words import (
    AT_WORDS,
    COMPOUND_ENDINGS,
    CROSSING_WORDS,
    NEAR_WORDS,
    NOISE_WORDS,
    OUTSIDE_WORDS,
    SHORT_ENDINGS,
    TOWARDS_WORDS,
)

#: Longer texts are no addresses; the rest of them is not read.
LONGEST: Final = 200


def _words(words: tuple[str, ...]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_FAR: Final = re.compile(
    rf"[往向以]?[东西南北]{{0,2}}(?:侧|边|面|方向|行)?(?:大?约)?{NUMBER}多?米(?:左右|处|远)?|[东西南北]{{1,2}}(?:侧|边|面|角|方向)"
)
#: What things end with that something can be outside of.
_ENDS: Final = "".join(
    sorted(
        {ending[-1] for ending in COMPOUND_ENDINGS} | set(SHORT_ENDINGS) | set("楼门墙栋幢座号#村元室户排层0123456789")
    )
)
_CROSSING: Final = re.compile(rf"(?:的)?(?:{_words(CROSSING_WORDS)})")
# 交叉口路南 is beside the crossing, 人民路南段 a part of the road.
_NEAR: Final = re.compile(
    rf"{_words((*NEAR_WORDS, *TOWARDS_WORDS))}|(?<=[口米处侧])路[东西南北](?!段)"
    rf"|(?<=[{_ENDS}])[的 ]?(?:{_words(OUTSIDE_WORDS)}|路[东西南北](?!段)|正?[东西南北]{{1,2}}(?:头|(?=$|[ 有的])))"
)
# 3号楼下 and 3号楼门口 are below and before 3号楼: its own 楼 is none of the word.
_STAIRS: Final = tuple(word for word in AT_WORDS if word.startswith("楼"))
_AT: Final = re.compile(
    rf"{_words(tuple(word for word in AT_WORDS if word not in _STAIRS))}|(?<![号栋幢座#\d])(?:{_words(_STAIRS)})"
    rf"|(?<=号楼)(?:{_words(tuple(word[1:] for word in _STAIRS))})|[东西南北]{{1,2}}门口?(?!夜)"
)
#: Numbers that are no part of an address: dates, hours, telephones.
_OTHER_NUMBERS: Final = re.compile(
    r"(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]|\d{1,2}[点时](?:\d{1,2}分?|半)?|(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8})(?!\d)"
)
_NOISE: Final = re.compile(_words(NOISE_WORDS))


def parse(text: str) -> Address:
    """The parts of an address as people write and say it; a text that holds none gives an address without parts.

    Knows words and endings, not the city's names: `match` finds those. Only the first 200 characters are read.

    >>> parse("我住在富邦小区三号楼2单元501").values()
    {'compound': '富邦小区', 'building': '3', 'stairwell': '2', 'room': '501'}
    """
    text = text[:LONGEST]
    normal = normalize(text)
    marked = Marked(normal)
    for number in marked.free(_OTHER_NUMBERS):
        marked.mark("noise", number[0], *number.span())
    for crossing in marked.free(_CROSSING):
        marked.mark("crossing", crossing[0].removeprefix("的"), *crossing.span())
    for pattern in (_FAR, _NEAR, _AT):
        for relation in marked.free(pattern):
            marked.mark("relation", relation[0].lstrip("的 "), *relation.span())
    mark_numbers(marked)
    for noise in marked.free(_NOISE):
        marked.mark("noise", noise[0], *noise.span())
    mark_names(marked)
    return Address(text, normal.text, normal.positions, tuple(sorted(marked.parts, key=lambda part: part.first)))
