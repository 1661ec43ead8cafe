"""Division codes: city 4, district 6, street 9, community 12 digits; the code of the parent is a prefix.

After GB/T 2260 (districts) and GB/T 10114 (streets), with the communities of the statistical list.
"""

from typing import Final, Literal, get_args

from gridmap.errors import GridmapError

Level = Literal["city", "district", "street", "community"]
Kind = Literal["administrative", "statistical"]
LEVELS: Final[tuple[Level, ...]] = get_args(Level)

_LENGTHS: Final[dict[Level, int]] = {"city": 4, "district": 6, "street": 9, "community": 12}
_LEVEL_BY_LENGTH: Final = {length: level for level, length in _LENGTHS.items()}
_DIGITS: Final = frozenset("0123456789")  # str.isdigit also takes full-width digits, which match nothing

# What a body of government is called; a development zone, a logistics park or a service centre is called otherwise.
_STREET_NAMES: Final = ("街道", "街道办事处", "镇", "乡", "苏木", "地区办事处")
_COMMUNITY_NAMES: Final = ("社区", "居委会", "村委会", "居民委员会", "村民委员会", "委员会", "嘎查", "村")


class InvalidDivisionCode(GridmapError):
    """Not a division code: other signs than digits, another length, or zeros where a division is numbered."""

    code = "invalid_division_code"
    zh = (
        "“{value}”不是行政区划代码：应为4位（市）、6位（旗县区）、9位（街道乡镇）或12位（社区村）数字，各级编号不为零。"
    )
    en = (
        "'{value}' is not a division code: expected 4 (city), 6 (district), 9 (street) or 12 (community) digits, "
        "and no level numbered zero."
    )


class WrongParent(GridmapError):
    """A parent that is not the prefix of the code."""

    code = "wrong_parent"
    zh = "代码 {value} 的上级应为 {expected}，不是 {given}。"
    en = "The parent of {value} is {expected}, not {given}."


def level_of(code: str) -> Level:
    """The level of a division code. Raises `InvalidDivisionCode`.

    >>> level_of("150105001018")
    'community'
    """
    level = _LEVEL_BY_LENGTH.get(len(code)) if isinstance(code, str) else None
    if level is None or not _DIGITS.issuperset(code) or any(not part.strip("0") for part in _parts(code)):
        raise InvalidDivisionCode(value=code, field="code")
    return level


def parent_of(code: str) -> str | None:
    """The code one level up; None for a city. Raises `InvalidDivisionCode`.

    >>> parent_of("150105001018")
    '150105001'
    """
    position = LEVELS.index(level_of(code))
    return None if position == 0 else code[: _LENGTHS[LEVELS[position - 1]]]


def ancestors(code: str) -> tuple[str, ...]:
    """All codes above `code`, the city first. Raises `InvalidDivisionCode`.

    >>> ancestors("150105001018")
    ('1501', '150105', '150105001')
    """
    depth = LEVELS.index(level_of(code))
    return tuple(code[: _LENGTHS[level]] for level in LEVELS[:depth])


def check_parent(code: str, parent: str | None) -> None:
    """Raise `WrongParent` when a list names another parent than the code does, `InvalidDivisionCode` for no code."""
    expected = parent_of(code)
    if parent != expected:
        raise WrongParent(value=code, expected=expected or "-", given=parent or "-", field="parent_code")


def kind_of(code: str, name: str = "") -> Kind:
    """Whether a division is a body of government (administrative) or stands in the statistical list only.

    A city is administrative. A district numbered 71 to 79 is statistical (development zones). Streets numbered 400 and
    above and communities numbered 400 and above ("similar to a street / a community") are statistical unless their name
    says that they are real: new streets such as 呼伦路街道 (150102401) and villages under a zone such as 丹岱村委会
    (150123401500) are numbered there too. A community numbered 498 or called 虚拟社区 is statistical in any case.
    Without a name the number alone decides. Raises `InvalidDivisionCode`.

    >>> kind_of("150172"), kind_of("150102401", "呼伦路街道"), kind_of("150104400", "裕隆工业园区")
    ('statistical', 'administrative', 'statistical')
    """
    level = level_of(code)
    number = int(_parts(code)[-1])
    named = name.strip()
    if level == "city":
        statistical = False
    elif level == "district":
        statistical = 71 <= number <= 79
    elif level == "street":
        statistical = number >= 400 and not named.endswith(_STREET_NAMES)
    else:
        virtual = number == 498 or "虚拟" in named
        statistical = virtual or (number >= 400 and not named.endswith(_COMMUNITY_NAMES))
    return "statistical" if statistical else "administrative"


def _parts(code: str) -> list[str]:
    """What each level adds to the code: province, city, district, street, community."""
    ends = [2, *(length for length in _LENGTHS.values() if length <= len(code))]
    return [code[start:end] for start, end in zip([0, *ends], ends, strict=False)]
