"""Grid codes are strings; how they are built is a scheme that a city chooses.

A scheme composes a code from a community and a serial number, takes one apart again, and tells a wrong one. A code once
given is never given again: see `gridmap.codes.numbering`.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from gridmap.codes.division import InvalidDivisionCode, level_of
from gridmap.errors import GridmapError

_DIGITS: Final = frozenset("0123456789")
_LONGEST_FREE_CODE: Final = 40


class InvalidGridCode(GridmapError):
    """A grid code that the scheme does not allow."""

    code = "invalid_grid_code"
    zh = "“{value}”不是有效的网格编码（{scheme}）：{rule_zh}。"
    en = "'{value}' is not a grid code of scheme {scheme}: {rule_en}."


class SerialOutOfRange(GridmapError):
    """A serial number for which the scheme has no digits."""

    code = "serial_out_of_range"
    zh = "网格顺序号 {serial} 超出编码规则 {scheme} 的范围（{first}–{last}）。"
    en = "Serial {serial} is outside the range of scheme {scheme} ({first} to {last})."


class UnknownScheme(GridmapError):
    """A scheme that nobody registered."""

    code = "unknown_grid_code_scheme"
    zh = "未知的网格编码规则“{name}”。可用的规则：{allowed}。"
    en = "Unknown grid code scheme '{name}'. Use one of: {allowed}."


@dataclass(frozen=True)
class GridCode:
    """A grid code taken apart; a free code tells neither community nor serial."""

    code: str
    community: str | None
    serial: int | None


class GridCodeScheme(Protocol):
    """How a city builds its grid codes."""

    @property
    def name(self) -> str:
        """The name that settings use."""
        ...

    @property
    def last_serial(self) -> int:
        """The highest serial number within one community."""
        ...

    def compose(self, community: str, serial: int) -> str:
        """The code of grid `serial` (from 1) of a community. `InvalidDivisionCode`, `SerialOutOfRange`."""
        ...

    def parse(self, code: str) -> GridCode:
        """The parts of a code. `InvalidGridCode`."""
        ...

    def validate(self, code: str) -> None:
        """Raise `InvalidGridCode` unless `code` follows the scheme."""
        ...


@dataclass(frozen=True)
class BeijingScheme:
    """15 digits: the community's 12 and a serial of 3, from 001; Beijing's standard, and the default."""

    name: str = "beijing"
    last_serial: int = 999

    def compose(self, community: str, serial: int) -> str:
        """The community's code and the serial.

        >>> BeijingScheme().compose("150105001018", 7)
        '150105001018007'
        """
        return f"{_community(community)}{_checked(self, serial):03d}"

    def parse(self, code: str) -> GridCode:
        """Community and serial. `InvalidGridCode`."""
        if not (_is_digits(code, 15) and _is_community(code[:12]) and code[12:] != "000"):
            rule_zh, rule_en = (
                "应为15位数字，即12位社区代码加001起的3位顺序号",
                "15 digits: community (12) and serial from 001",
            )
            raise InvalidGridCode(value=code, scheme=self.name, rule_zh=rule_zh, rule_en=rule_en, field="code")
        return GridCode(code, code[:12], int(code[12:]))

    def validate(self, code: str) -> None:
        """Raise `InvalidGridCode` unless 12 + 3 digits."""
        self.parse(code)


@dataclass(frozen=True)
class Cjt349Scheme:
    """20 digits after CJ/T 349-2010: service 6, district 6, street 3, community 3, serial 2.

    `service` is the six-digit code of what is managed or served (CJ/T 348); 000000 stands for governance as a whole.
    Serial 00 means that the community is one grid; communities merged into one grid are numbered from 601 in place of the
    community's own three digits, which this scheme accepts as it does any community.
    """

    name: str = "cjt349"
    last_serial: int = 99
    service: str = "000000"

    def compose(self, community: str, serial: int) -> str:
        """Service, community and serial.

        >>> Cjt349Scheme().compose("150105001018", 7)
        '00000015010500101807'
        """
        return f"{self.service}{_community(community)}{_checked(self, serial, first=0):02d}"

    def parse(self, code: str) -> GridCode:
        """Community and serial. `InvalidGridCode`."""
        if not (_is_digits(code, 20) and _is_community(code[6:18])):
            rule_zh = "应为20位数字，即6位管理或服务对象、12位社区代码、2位顺序号"
            rule_en = "20 digits: service (6), community (12), serial (2)"
            raise InvalidGridCode(value=code, scheme=self.name, rule_zh=rule_zh, rule_en=rule_en, field="code")
        return GridCode(code, code[6:18], int(code[18:]))

    def validate(self, code: str) -> None:
        """Raise `InvalidGridCode` unless 6 + 12 + 2 digits."""
        self.parse(code)


@dataclass(frozen=True)
class FreeScheme:
    """Any other city's own codes, taken as they are: 1 to 40 visible signs without spaces."""

    name: str = "free"
    last_serial: int = 99_999

    def compose(self, community: str, serial: int) -> str:
        """The community's code, a hyphen and the serial: for cities that let us number.

        >>> FreeScheme().compose("150105001018", 7)
        '150105001018-007'
        """
        return f"{_community(community)}-{_checked(self, serial):03d}"

    def parse(self, code: str) -> GridCode:
        """The code alone: nothing is known of its parts. `InvalidGridCode`."""
        visible = isinstance(code, str) and code.isprintable() and not any(sign.isspace() for sign in code)
        if not (visible and 1 <= len(code) <= _LONGEST_FREE_CODE):
            rule_zh, rule_en = "应为1至40个可见字符，不含空格", "1 to 40 visible signs without spaces"
            raise InvalidGridCode(value=code, scheme=self.name, rule_zh=rule_zh, rule_en=rule_en, field="code")
        return GridCode(code, None, None)

    def validate(self, code: str) -> None:
        """Raise `InvalidGridCode` for an empty, overlong or unprintable code."""
        self.parse(code)


BEIJING: Final = BeijingScheme()
CJT349: Final = Cjt349Scheme()
FREE: Final = FreeScheme()
SCHEMES: Final[dict[str, GridCodeScheme]] = {scheme.name: scheme for scheme in (BEIJING, CJT349, FREE)}


def scheme_named(name: str) -> GridCodeScheme:
    """The scheme of a setting. Raises `UnknownScheme`."""
    if name not in SCHEMES:
        raise UnknownScheme(name=name, allowed=", ".join(SCHEMES), field="grid_code_scheme")
    return SCHEMES[name]


def _is_digits(code: str, length: int) -> bool:
    return isinstance(code, str) and len(code) == length and _DIGITS.issuperset(code)


def _is_community(code: str) -> bool:
    try:
        return level_of(code) == "community"
    except InvalidDivisionCode:
        return False


def _community(code: str) -> str:
    if not _is_community(code):
        raise InvalidDivisionCode(value=code, field="community_code")
    return code


def _checked(scheme: GridCodeScheme, serial: int, first: int = 1) -> int:
    if not first <= serial <= scheme.last_serial:
        raise SerialOutOfRange(serial=serial, scheme=scheme.name, first=first, last=scheme.last_serial, field="serial")
    return serial
