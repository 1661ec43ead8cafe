"""Text as it is compared: half width, capitals, simple characters, no blanks; and where each character stood in the text."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

#: Digits as banks write them, and the traditional characters that addresses use.
_SIMPLE: Final = str.maketrans(
    "壹贰貳叁參肆伍陆陸柒捌玖拾佰〇○Ｏ兩號棟樓單層區縣鎮鄉門廣園莊華東對麗寶龍橋興慶軍學醫場廠", "一二二三三四五六六七八九十百零零O两号栋楼单层区县镇乡门广园庄华东对丽宝龙桥兴庆军学医场厂",
)  # fmt: skip
_DASHES: Final = frozenset("-‐‑‒–—―－─~～/／\\·•.。_")
_DROPPED: Final = frozenset("()（）[]【】「」『』《》〈〉<>“”\"'‘’`{}*")
#: Marks that nobody sees: joiners, directions, control characters but blanks, halves of characters.
_UNSEEN: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"))
_NUMBER_SIGNS: Final = frozenset("#＃№♯")
#: What stands between parts in the normal form.
GAP: Final = " "


@dataclass(frozen=True, slots=True)
class Normal:
    """The normal form of a text; ``positions`` holds for each of its characters the position in the text as it was given."""

    text: str
    positions: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Start and end in the given text of a stretch of the normal form that is not empty."""
        return self.positions[start], self.positions[end - 1] + 1


def normalize(text: str) -> Normal:
    """The normal form of a text, of whatever length.

    >>> normalize("富邦小区 ３＃ ２—501").text
    '富邦小区3#2-501'
    """
    signs: list[str] = []
    positions: list[int] = []
    blank = False
    for position, character in enumerate(text):
        sign = _sign(character)
        if not sign:
            blank = blank or character.isspace()
            continue
        for each in sign:
            if blank and signs and _latin(signs[-1]) and _latin(each):  # 3 2 501 is written for 3-2-501
                signs.append("-")
                positions.append(position - 1)
            blank = False
            if each == GAP and (not signs or signs[-1] == GAP):
                continue
            signs.append(each)
            positions.append(position)
    return Normal("".join(signs), tuple(positions))


def plain(name: str) -> str:
    """The normal form of a name, for comparing."""
    return normalize(name).text.replace(GAP, "")


@lru_cache(maxsize=20_000)
def _sign(character: str) -> str:
    """What stands for a character in the normal form: nothing, a gap, a dash, or characters."""
    if character in _DASHES:
        return "-" if character != "。" else GAP
    if character in _NUMBER_SIGNS:
        return "#"
    if character in _DROPPED or character.isspace():
        return ""
    if unicodedata.category(character) in _UNSEEN:
        return ""
    if character.isnumeric() and not character.isalpha() and ord(character) not in _SIMPLE:
        number = unicodedata.numeric(character)
        if number.is_integer():  # ３, ③, ㈢, Ⅲ, ٣
            return str(int(number))
    folded = unicodedata.normalize("NFKC", character).upper().translate(_SIMPLE)
    return "".join(each if each.isalnum() or each in "#-" else GAP for each in folded if not each.isspace())


def _latin(sign: str) -> bool:
    return sign.isascii() and sign.isalnum()
