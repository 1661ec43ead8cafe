"""The named parts of an address by their endings: district, street, community, road, compound, other places."""

import re
from typing import Final

from gridmap.address.marking import Marked
from gridmap.address.parts import PartKind
from gridmap.address.words import COMPOUND_ENDINGS, EDGE_WORDS, FILLERS, PLACE_ENDINGS, SHORT_ENDINGS, START_WORDS


def _any(words: tuple[str, ...]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_ENDINGS: Final = {**dict.fromkeys(PLACE_ENDINGS, "place"), **dict.fromkeys(COMPOUND_ENDINGS, "compound")}
_NAME_GOES_ON: Final = (
    rf"(?!{_any((*COMPOUND_ENDINGS, '社区', '街道', '办事处', '居委会', '派出所', '小学', '中学'))}|[东西南北]?社区)"
)
_NO_ENDING: Final = "(?!家属|宿舍|生活区|小区)"  # 呼钢东区家属院 lies in no district
_UPPER: Final[tuple[tuple[PartKind, re.Pattern[str]], ...]] = (
    ("province", re.compile(r"内蒙古自治区|内蒙古(?=呼)|内蒙(?=呼)|[^\s\d]{2,5}?(?:省|自治区)")),
    ("city", re.compile(r"呼和浩特市?(?!经济)|呼市|[^\s\d]{2,5}?(?<![超城菜夜早门])市(?!场|民|政)")),
    ("district", re.compile(rf"[^\s\d]{{2,9}}?(?:(?<![小社园校厂景库矿活属新老期宅])区{_NO_ENDING}|旗(?!村|社区|小区|[东西南北]?[路街]))|[^\s\d]{{1,6}}?县(?!府|城(?!关)|医院|委)")),
)  # fmt: skip
_LOWER: Final[tuple[tuple[PartKind, re.Pattern[str]], ...]] = (
    ("street", re.compile(r"[^\s]{1,10}?(?:街道办事处|街道办|街道(?!路)|办事处|镇(?!政府)|乡(?!政府)|苏木)")),
    ("community", re.compile(r"[^\s]{1,12}?(?:社区(?:居民委员会|居委会)?|村民委员会|村委会|居民委员会|居委会|嘎查(?:委员会)?|(?<!新)村(?!委|民|镇))")),
    ("road", re.compile(rf"[^\s]{{1,8}}?(?:大街|大道|路(?!口|灯|面|边|上|段)|街(?!道|口|边|上)|巷(?!口|内)|胡同|国道|省道){_NAME_GOES_ON}")),
    ("compound", re.compile(rf"[^\s]{{1,12}}?(?:{_any((*COMPOUND_ENDINGS, *PLACE_ENDINGS))})(?!社区|居委会|街道)")),
)  # fmt: skip
_MORE: Final = re.compile(_any((*COMPOUND_ENDINGS, *PLACE_ENDINGS)))
_BETWEEN_ROADS: Final = "与和跟及至到-"
_ROAD: Final = dict(_LOWER)["road"]


def mark_names(marked: Marked) -> None:
    """Mark the named parts of all that is free; words without an ending only where a number follows or nothing else is named."""
    rests = [rest for first, last in marked.runs() if (rest := _mark_run(marked, first, last))]
    for first, last in rests:
        _mark_rest(marked, first, last)


def _mark_run(marked: Marked, first: int, last: int) -> tuple[int, int] | None:
    """Mark the parts of a run; gives what is left of it."""
    at = first
    while last - at > 2 and marked.text[at] in START_WORDS:
        at += 1
    for kind, pattern in _UPPER:
        if not marked.has(kind) and (found := pattern.match(marked.text, at, last)):
            marked.mark(kind, found[0], *found.span())
            at = found.end()
    while at < last:
        at, named = _next_after(marked, at, last)
        if named is None:
            return at, last
        kind, end = named
        marked.mark(kind, marked.text[at:end], at, end)
        at = end
    return None


def _next_after(marked: Marked, at: int, last: int) -> tuple[int, tuple[PartKind, int] | None]:
    """Where the next part begins, and its kind and end: the word between two roads is none of them (昭乌达路与大学东街)."""
    before = marked.parts[-1] if marked.parts else None
    follows = before is not None and before.kind == "road" and before.last == at and marked.text[at] in _BETWEEN_ROADS
    if follows and (road := _ROAD.match(marked.text, at + 1, last)):
        return at + 1, ("road", road.end())
    return at, _next(marked, at, last)


def _next(marked: Marked, at: int, last: int) -> tuple[PartKind, int] | None:
    """The part that ends first, with whatever endings follow: 康乐花园小区, 内蒙古大学家属院."""
    found = [(match.end(), kind) for kind, pattern in _LOWER if (match := pattern.match(marked.text, at, last))]
    if not found:
        return None
    end, kind = min(found)
    if kind == "compound":
        while more := _MORE.match(marked.text, end, last):
            end = more.end()
        ending = max((word for word in _ENDINGS if marked.text.endswith(word, at, end)), key=len)
        kind = "compound" if _ENDINGS[ending] == "compound" else "place"
    return kind, end


def _mark_rest(marked: Marked, at: int, last: int) -> None:
    """What has no ending: a compound before a building's number (富邦3号楼), else a place when nothing else is named."""
    while at < last and marked.text[at] in EDGE_WORDS:
        at += 1
    while at < last and marked.text[last - 1] in EDGE_WORDS:
        last -= 1
    rest = marked.text[at:last]
    for filler in FILLERS:
        if rest.endswith(filler):
            rest = rest[: -len(filler)]
    if len(rest) < 2:
        return
    last = at + len(rest)
    before_number = any(part.kind in ("building", "phase", "row") and part.first == last for part in marked.parts)
    kind: PartKind = "compound" if before_number or rest[-1] in SHORT_ENDINGS else "place"
    named = any(part.kind in ("compound", "place", "road", "community") for part in marked.parts)
    if before_number or not named:
        marked.mark(kind, rest, at, last, certain=before_number)
