"""The forms in which people write the name of a thing: official, everyday, without its ending."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal

from gridmap.address.normal import plain
from gridmap.address.numerals import NUMBER, number_of
from gridmap.address.words import COMPOUND_ENDINGS, DIRECTIONS, SHORT_NAMES

#: How a name in a text stands to the name in the layers. ``alias``: another form of it; ``former``: another or former name of the thing;
#: ``ending``: without its ending; ``other_ending``: with another one; ``pinyin``: sounds alike; ``pinyin_ending``: sounds like the name without its
#: ending; ``misprint``: a character twice, or two that changed places; ``typo``: another slip of the pen; ``similar``: shares half of its characters.
How = Literal[
    "exact", "alias", "former", "ending", "other_ending", "pinyin", "pinyin_ending", "misprint", "typo", "similar"
]
Form = tuple[str, How]

_COMMITTEE: Final = re.compile(r"(社区|村)?(居民委员会|村民委员会|居委会|村委会)$|(社区|村|嘎查)$")
_STREET: Final = re.compile(r"(街道办事处|街道|地区办事处|办事处)$")
_ROAD_LIKE: Final = re.compile(r"[路街巷]$")
_PHASED: Final = re.compile(
    rf"^(?P<base>.*?[^零一二三四五六七八九十百\d])[第]?(?P<phase>{NUMBER}|[A-Z东西南北中])(?:区|期)$"
)
_DIRECTED: Final = re.compile(rf"^(.{{2,}})[{DIRECTIONS}](大街|大道|路|街|巷)$")
_ENDING: Final = re.compile(rf"({'|'.join(sorted(COMPOUND_ENDINGS, key=len, reverse=True))})$")


def split_phase(name: str) -> tuple[str, str]:
    """A compound's name and its phase, "" without one, in normal form.

    >>> split_phase("富邦小区二区"), split_phase("新城小区"), split_phase("金泰家园A区")
    (('富邦小区', '2'), ('新城小区', ''), ('金泰家园', 'A'))
    """
    found = _PHASED.match(name)
    if found is None or len(found["base"]) < 2 or found["base"].endswith(("小", "社")):
        return name, ""
    return found["base"], number_of(found["phase"])


def stem_of(name: str) -> str:
    """A compound's name without its ending; the whole where nothing would be left."""
    stem = _ENDING.sub("", name)
    return stem if len(stem) >= 2 else name


def compound_forms(name: str) -> Iterator[Form]:
    """Forms of a compound's name without its phase."""
    yield name, "exact"
    stem = stem_of(name)
    if stem != name:
        yield stem, "ending"
    if not name.endswith("小区"):
        yield f"{name}小区", "alias"


def former_forms(names: Iterable[str]) -> Iterator[Form]:
    """Forms of the other and former names of a thing."""
    for name in map(plain, names):
        yield name, "former"
        if (stem := stem_of(name)) != name:
            yield stem, "ending"


def division_forms(code: str, name: str) -> Iterator[Form]:
    """Forms of a division's name."""
    official = plain(name)
    yield official, "exact"
    for short in SHORT_NAMES.get(name, ()):
        yield short, "alias"
    if len(code) == 12:
        yield from _community_forms(official)
    elif len(code) == 9:
        yield from _street_forms(official)
    elif len(official) > 2:
        bare = official[:-1]
        if len(code) == 4:
            yield bare, "alias"
        elif len(bare) >= 2:
            yield bare, "ending"


def _community_forms(name: str) -> Iterator[Form]:
    bare = _COMMITTEE.sub("", name)
    if not bare:
        return
    village = "村" in name[len(bare) :] or "嘎查" in name[len(bare) :]
    own = ("村", "嘎查", "村村") if village else ("社区",)
    for ending in ("社区", "村", "村村", "嘎查"):
        how: How = "exact" if ending in own else "alias"
        yield bare + ending, how
    for ending in ("居委会", "村委会", "社区居委会", "居民委员会", "村民委员会", "社区居民委员会"):
        yield bare + ending, "exact" if village == ending.startswith("村") else "alias"
    if len(bare) >= 2 and not _ROAD_LIKE.search(bare):
        yield bare, "ending"


def _street_forms(name: str) -> Iterator[Form]:
    bare = _STREET.sub("", name)
    if bare != name and len(bare) >= 2:
        for ending in ("街道", "街道办", "街道办事处", "办事处"):
            yield bare + ending, "exact"
        if not _ROAD_LIKE.search(bare):
            yield bare, "ending"
    elif name[-1] in "镇乡" and len(name) > 2:
        yield f"{name[:-1]}{'乡' if name[-1] == '镇' else '镇'}", "alias"
        yield f"{name}政府", "alias"


def road_forms(name: str) -> Iterator[Form]:
    """Forms of a road's name: 海拉尔路 is said for 海拉尔东路."""
    yield name, "exact"
    if directed := _DIRECTED.match(name):
        yield directed[1] + directed[2], "alias"
    if name.endswith("大街"):
        yield f"{name[:-2]}街", "alias"
    elif name.endswith("街"):
        yield f"{name[:-1]}大街", "alias"


def road_as_said(name: str) -> str | None:
    """The name without the direction that the layers may not know: 呼伦北路 is said for 呼伦路."""
    directed = _DIRECTED.match(name)
    return directed[1] + directed[2] if directed else None
