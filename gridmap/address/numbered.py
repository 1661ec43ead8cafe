"""The numbered parts of an address: building, stairwell, floor, room, house number, phase, group, and shorthand such as 3-2-501."""

import re
from collections.abc import Iterator
from typing import Final

from gridmap.address.marking import Marked
from gridmap.address.numerals import NUMBER, number_of
from gridmap.address.parts import PartKind

#: The number of a building: 3, 15, 十五, A, A3, 3A, 甲3.
_LABEL: Final = rf"(?:[A-Z甲乙丙丁]-?{NUMBER}|{NUMBER}[A-Z甲乙丙]?|[A-Z甲乙丙丁](?![A-Z]))"
_HOUSE: Final = r"(?:号楼|号栋|号幢|号座|号公寓|栋楼?|幢楼?|座|#楼?)"
_NOT_AFTER: Final = r"(?<![\dA-Z-])"
_ROOM: Final = r"(?:室|户|号房|号)?(?!\d|米|元|点|年|月|日|天|次|路|人)"

_SHORTHAND: Final = (
    # 3-2-501, 3#2-501, 3栋2单元-501
    (
        re.compile(
            rf"{_NOT_AFTER}(?P<building>{_LABEL})(?:{_HOUSE}-?|-)(?P<stairwell>\d{{1,2}})(?:单元-?|门-?|-)(?P<room>\d{{3,4}}){_ROOM}"
        ),
        True,
    ),
    # 3-501, 3#501
    (re.compile(rf"{_NOT_AFTER}(?P<building>{_LABEL})(?:{_HOUSE}-?|-)(?P<room>\d{{3,4}}){_ROOM}"), True),
    # 2-501 after a building
    (re.compile(rf"(?<=[楼栋幢座#])-?(?P<stairwell>\d{{1,2}})-(?P<room>\d{{3,4}}){_ROOM}"), True),
)
_PAIR: Final = re.compile(
    rf"{_NOT_AFTER}(?P<building>\d{{1,3}})-(?P<stairwell>\d{{1,2}})(?![\d-]|号|米|元|点|年|月|日|天|次|度)"
)
_PHASE: Final = re.compile(rf"(?<=[^\s\d])第?({NUMBER}|[A-Z东西南北中])(?:区|期)(?!域|间|家属|宿舍|生活区|小区)")
_HOUSE_NUMBER: Final = re.compile(
    rf"(?<=[路街巷道同弄段线])第?({NUMBER}(?:-{NUMBER})?)号院?(?!楼|栋|幢|线|公寓|座)(?:大院|院内)?"
)
_GROUP: Final = re.compile(rf"第?({NUMBER})(?:村民小组|小组|生产队|组|队)(?!团|员|长)")
_BUILDING: Final = re.compile(rf"{_NOT_AFTER}第?-?({_LABEL}){_HOUSE}")
_BOTH: Final = re.compile(rf"{_NOT_AFTER}({NUMBER})(?:{_HOUSE}|号)?[ 和及与]({NUMBER}){_HOUSE}")
_ROW: Final = re.compile(rf"第?({NUMBER})排")
_STAIRWELL: Final = re.compile(
    rf"第?({NUMBER}|[A-Z甲乙丙东西中])(?:单元|单(?!位))|(?<=[楼栋幢座#])({NUMBER})门(?!口|诊|前|洞|市)"
)
_FLOOR: Final = re.compile(rf"(?:第|地下|负)?({NUMBER})层(?!楼道)")
_STOREY: Final = re.compile(rf"(?<![\d-])第?({NUMBER})楼(?!道|梯|盘)")
_ROOM_NAMED: Final = re.compile(rf"({NUMBER})(?:室|户(?!外)|号房|房间)")
_ROOM_BARE: Final = re.compile(r"-?(\d{3,4}|[零一二三四五六七八九两幺]{3,4})(?!\d|米|元|号楼|年|人)")
_NUMBER: Final = re.compile(rf"(?<![\d-])({NUMBER})号(?!线|院|[楼栋幢])院?")
_BARE: Final = re.compile(r"(?<=[^\s\d\-A-Z])(\d{1,2})(?=$|[\s])")
_NAMED_BUILDING: Final = re.compile(rf"^(?P<head>.*?)第?-?(?P<label>{_LABEL})(?P<word>{_HOUSE}|楼|排|号)$")

_IN_VILLAGE: Final = re.compile(r"(?:(?<!新)村|社区|嘎查|组|队)$")
_HOUSES: Final[tuple[PartKind, ...]] = ("building", "stairwell", "row")


def label_of(word: str) -> str:
    """A building's number in its normal form.

    >>> label_of("十五"), label_of("A-03"), label_of("甲3"), label_of("3a")
    ('15', 'A3', '甲3', '3A')
    """
    word = word.upper()
    head = word[0] if word[0] in "甲乙丙丁" or "A" <= word[0] <= "Z" else ""
    tail = word[-1] if len(word) > 1 and not head and (word[-1] in "甲乙丙" or "A" <= word[-1] <= "Z") else ""
    middle = word[len(head) : len(word) - len(tail)].lstrip("-")
    return f"{head}{number_of(middle)}{tail}"


def split_building(name: str) -> tuple[str, str] | None:
    """What precedes a building's number in its name (in normal form), and the number, rows of houses (排) with that word; None without a number.

    >>> split_building("富邦小区十五号楼"), split_building("前毛道村平房5排"), split_building("教学楼")
    (('富邦小区', '15'), ('前毛道村平房', '排5'), None)
    """
    if name.isascii() and name.isdigit():
        return "", number_of(name)
    found = _NAMED_BUILDING.match(name)
    if found is None:
        return None
    label = label_of(found["label"])
    return found["head"], f"排{label}" if found["word"] == "排" else label


def mark_numbers(marked: Marked) -> None:
    """Mark all numbered parts, the unmistakable first."""
    for phase in marked.free(_PHASE):
        marked.mark("phase", number_of(phase[1]), *phase.span())
    for number in marked.free(_HOUSE_NUMBER):
        marked.mark("number", "-".join(number_of(each) for each in number[1].split("-")), *number.span())
    _mark_shorthand(marked)
    for both in marked.free(_BOTH):
        marked.mark("building", label_of(both[1]), both.start(), both.start(2))
        marked.mark("building", label_of(both[2]), both.start(2), both.end())
    for building in marked.free(_BUILDING):
        marked.mark("building", label_of(building[1]), *building.span())
    for row in marked.free(_ROW):
        marked.mark("row", number_of(row[1]), *row.span())
    for stairwell in marked.free(_STAIRWELL):
        marked.mark("stairwell", number_of(stairwell[1] or stairwell[2]), *stairwell.span())
    for floor in marked.free(_FLOOR):
        marked.mark("floor", number_of(floor[1]), *floor.span())
    for group in marked.free(_GROUP):
        marked.mark("village_group", number_of(group[1]), *group.span())
    _mark_storeys(marked)
    _mark_rooms(marked)
    _mark_doubtful(marked)


def _mark_shorthand(marked: Marked) -> None:
    for pattern, certain in _SHORTHAND:
        for found in marked.free(pattern):
            _mark_groups(marked, found, certain=certain)
    if not marked.has("building"):
        for found in marked.free(_PAIR):
            _mark_groups(marked, found, certain=True)


def _mark_groups(marked: Marked, found: re.Match[str], *, certain: bool) -> None:
    """Each named group from its start to the start of the next."""
    names = sorted(found.groupdict(), key=found.start)
    ends = [*(found.start(name) for name in names[1:]), found.end()]
    starts = [found.start(), *ends[:-1]]
    for name, start, end in zip(names, starts, ends, strict=True):
        value = label_of(found[name]) if name == "building" else number_of(found[name])
        marked.mark(name, value, start, end, certain=certain)  # type: ignore[arg-type]


def _mark_storeys(marked: Marked) -> None:
    """3楼 is a floor where a building is named besides it, else the building."""
    for storey in marked.free(_STOREY):
        if marked.has("building") or marked.has("stairwell", before=storey.start()):
            marked.mark("floor", number_of(storey[1]), *storey.span())
        else:
            marked.mark("building", label_of(storey[1]), *storey.span(), certain=_leads_on(marked, storey.end()))


def _leads_on(marked: Marked, position: int) -> bool:
    """Whether a stairwell or a room follows at once, so that what precedes must be a building."""
    follows = any(part.first == position and part.kind in ("stairwell", "room") for part in marked.parts)
    return follows or _ROOM_BARE.match(marked.text, position) is not None


def _mark_rooms(marked: Marked) -> None:
    for room in marked.free(_ROOM_NAMED):
        marked.mark("room", number_of(room[1]), *room.span())
    for part in list(marked.parts):
        if part.kind in ("building", "stairwell", "floor", "row") and not marked.has("room"):
            for room in _free_at(marked, _ROOM_BARE, part.last):
                marked.mark("room", number_of(room[1]), *room.span())


def _free_at(marked: Marked, pattern: re.Pattern[str], position: int) -> Iterator[re.Match[str]]:
    found = pattern.match(marked.text, position)
    if found is not None and marked.is_free(*found.span()):
        yield found


def _mark_doubtful(marked: Marked) -> None:
    """5号 is a room after a building, a house number in a village, else perhaps a building; so is a number that stands alone."""
    for number in marked.free(_NUMBER):
        if any(marked.has(kind, before=number.start()) for kind in _HOUSES):
            marked.mark("room", number_of(number[1]), *number.span())
        elif _IN_VILLAGE.search(marked.text, 0, number.start()):
            marked.mark("number", number_of(number[1]), *number.span())
        elif number.start() > 0:
            marked.mark("building", label_of(number[1]), *number.span(), certain=_leads_on(marked, number.end()))
    if not marked.has("building") and not marked.has("row"):
        for bare in marked.free(_BARE):
            marked.mark("building", label_of(bare[1]), *bare.span(), certain=False)
