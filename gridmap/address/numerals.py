"""Numbers in digits and in Chinese: 15, 十五, 一五, 两."""

from typing import Final

_VALUES: Final = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "幺": 1}
_UNITS: Final = {"十": 10, "百": 100}
#: Regular expression for a number.
NUMBER: Final = r"(?:\d+|[零一二三四五六七八九十百两幺]+)"


def number_of(word: str) -> str:
    """The number in digits without leading zeros; what is no number stays as it is.

    >>> number_of("十五"), number_of("一百零三"), number_of("五零一"), number_of("015"), number_of("A")
    ('15', '103', '501', '15', 'A')
    """
    if word.isdigit() and word.isascii():
        return word.lstrip("0") or "0"
    if not word or any(sign not in _VALUES and sign not in _UNITS for sign in word):
        return word
    if not any(sign in _UNITS for sign in word):
        return "".join(str(_VALUES[sign]) for sign in word).lstrip("0") or "0"
    total, digit = 0, 0
    for sign in word:
        if sign in _UNITS:
            total += (digit or 1) * _UNITS[sign]
            digit = 0
        else:
            digit = _VALUES[sign]
    return str(total + digit)
