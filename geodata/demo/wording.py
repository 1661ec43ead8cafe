"""How people word an address: ten kinds of noise, and what a hotline writes down."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
from pypinyin import Style, pinyin

from geodata.demo.names import CITY_CODE, hohhot_names, numeral

_DIGITS = "〇一二三四五六七八九"
_BANKERS = "零壹贰叁肆伍陆柒捌玖"
_ENDINGS = ("小区", "花园", "家园", "佳苑", "名邸", "新村", "华庭", "家属院")
#: Characters that a hurried eye or hand takes for one another.
_LOOK_ALIKE = {
    "邦": "帮", "富": "宫", "嘉": "喜", "和": "合", "丽": "两", "景": "影", "天": "夭", "骄": "娇", "学": "字", "府": "俯", "青": "清", "草": "早", "塞": "寨", "昭": "照",
    "君": "群", "世": "市", "纪": "记", "鼎": "顶", "盛": "胜", "瑞": "端", "泰": "秦", "万": "方", "荆": "刑", "枫": "疯", "翠": "粹", "玉": "王", "泉": "皇", "蓝": "篮",
    "碧": "壁", "兰": "三", "亭": "停", "书": "节", "幸": "辛", "福": "副", "乐": "东", "德": "得", "馨": "磬", "银": "根", "杏": "查", "云": "去", "谷": "各", "雅": "稚",
    "岸": "岩", "畔": "伴", "色": "包", "惠": "慧", "民": "氏", "永": "水", "联": "朕", "明": "朋", "珠": "株", "宏": "宠", "昌": "冒", "鑫": "金", "博": "傅", "华": "毕",
    "恒": "恨", "滨": "宾", "怡": "恰", "凯": "铠", "旋": "族", "御": "卸", "洲": "州", "澜": "阑", "湖": "潮", "远": "运", "鹏": "朋", "润": "闰", "香": "看", "树": "村",
    "西": "酉", "宁": "宇", "顺": "须", "桥": "侨", "巴": "巳", "彦": "颜", "橙": "澄", "活": "话", "康": "庚", "锦": "绵", "绣": "诱", "阳": "阴", "光": "先",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """An address on its way to a text: places above, compound, number, stairwell, room, and how they are put together."""

    above: tuple[str, ...]
    compound: str
    number: str
    stairwell: str
    room: str
    word: str = "号楼"
    order: Callable[["Said"], str] = field(default=lambda said: said.written())

    def doors(self) -> str:
        """2单元501."""
        return (f"{self.stairwell}单元" if self.stairwell else "") + self.room

    def house(self) -> str:
        """3号楼."""
        return f"{self.number}{self.word}"

    def written(self) -> str:
        """All parts in their order."""
        return f"{''.join(self.above)}{self.compound}{self.house()}{self.doors()}"


def with_noises(said: Said, noises: tuple[str, ...], rng: np.random.Generator) -> str:
    """First what changes parts, then what changes the whole text."""
    for noise in noises:
        if noise in _OF_PARTS:
            said = _OF_PARTS[noise](said, rng)
    text = said.order(said)
    for noise in noises:
        if noise in _OF_TEXT:
            text = _OF_TEXT[noise](text, rng)
    return text


def _pick(rng: np.random.Generator, words: Sequence[str]) -> str:
    return words[int(rng.integers(0, len(words)))]


def _chinese_numerals(said: Said, rng: np.random.Generator) -> Said:
    digits = _BANKERS if rng.random() < 0.15 else _DIGITS
    room = "".join(digits[int(sign)] for sign in said.room)
    return replace(said, number=numeral(int(said.number)), stairwell=numeral(int(said.stairwell)), room=room)


def _other_building_word(said: Said, rng: np.random.Generator) -> Said:
    return replace(said, word=_pick(rng, ("栋", "幢", "#", "#楼", "号", "楼", "号栋", "座", "栋楼")))


def _missing_parts(said: Said, rng: np.random.Generator) -> Said:
    way = rng.random()
    if way < 0.3:
        return replace(said, room="")
    if way < 0.6:
        return replace(said, room="", stairwell="")
    if way < 0.8:
        return replace(said, above=(), stairwell="")
    stem = next((said.compound.removesuffix(end) for end in _ENDINGS if said.compound.endswith(end)), said.compound)
    return replace(said, compound=stem)


def _other_order(said: Said, rng: np.random.Generator) -> Said:
    orders: tuple[Callable[[Said], str], ...] = (
        lambda s: f"{s.house()}{s.doors()} {''.join(s.above)}{s.compound}",
        lambda s: f"{s.compound}{s.house()}{s.doors()}，{''.join(s.above)}",
        lambda s: f"{s.doors()}，{s.house()}，{s.compound}，{''.join(reversed(s.above))}",
    )
    return replace(said, order=orders[int(rng.integers(0, len(orders)))])


def _typo(said: Said, rng: np.random.Generator) -> Said:
    """A character for one that looks like it, two that changed places, one twice, one too few."""
    name, way = said.compound, rng.random()
    alike = [place for place, sign in enumerate(name) if sign in _LOOK_ALIKE]
    place = int(rng.integers(0, len(name) - 1))
    if way < 0.6 and alike:
        place = alike[int(rng.integers(0, len(alike)))]
        return replace(said, compound=f"{name[:place]}{_LOOK_ALIKE[name[place]]}{name[place + 1 :]}")
    if way < 0.75:
        return replace(said, compound=f"{name[:place]}{name[place + 1]}{name[place]}{name[place + 2 :]}")
    if way < 0.9:
        return replace(said, compound=f"{name[:place]}{name[place]}{name[place:]}")
    return replace(said, compound=name[:1] + name[2:])


def _homophone(said: Said, rng: np.random.Generator) -> Said:
    """One character, or two, for others of the same sound."""
    name = list(said.compound)
    for place in rng.choice(min(2, len(name)), 1 + int(rng.random() < 0.25), replace=False).tolist():
        others = [sign for sign in _characters_by_sound().get(_sound(name[place]), "") if sign != name[place]]
        name[place] = _pick(rng, others) if others else name[place]
    return replace(said, compound="".join(name))


def _shorthand_numbers(said: Said, rng: np.random.Generator) -> Said:
    forms = ("{n}-{s}-{r}", "{n}#{s}-{r}", "{n}号楼{s}-{r}", "{n}—{s}—{r}", "{n}栋{s}单元-{r}", "{n} {s} {r}")
    numbers = _pick(rng, forms).format(n=said.number, s=said.stairwell, r=said.room)
    return replace(said, number=numbers, word="", stairwell="", room="")


def _other_name(said: Said, rng: np.random.Generator) -> Said:
    """With 小区 after another ending, or a phase (二区) in digits or as 期."""
    name = said.compound
    if name.endswith("区") and not name.endswith("小区"):
        phase = name[-2]
        digit = _DIGITS.index(phase) if phase in _DIGITS else phase
        return replace(
            said, compound=_pick(rng, (f"{name[:-2]}{digit}区", f"{name[:-2]}（{phase}区）", f"{name[:-1]}期"))
        )
    return said if name.endswith("小区") else replace(said, compound=f"{name}小区")


def _full_width(text: str, rng: np.random.Generator) -> str:
    wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)
    gaps = [at for at in range(1, len(wide)) if not (wide[at - 1].isdigit() and wide[at].isdigit())]
    at = gaps[int(rng.integers(0, len(gaps)))]
    return f"{wide[:at]}　{wide[at:]}" if rng.random() < 0.5 else wide


def _noise_words(text: str, rng: np.random.Generator) -> str:
    before = (
        "我住在",
        "我家在",
        "请问一下，",
        "您好，我是",
        "投诉人住",
        "就在",
        "来电人反映",
        "市民反映位于",
        "麻烦看一下",
        "",
    )
    after = (
        "那边",
        "的暖气不热",
        "这里没人管",
        "，楼道堆物",
        "，垃圾没人清运",
        "那块儿",
        "，麻烦处理一下",
        "家里停水了",
        "",
    )
    return f"{_pick(rng, before)}{text}{_pick(rng, after)}"


def _relation_words(text: str, rng: np.random.Generator) -> str:
    after = ("附近", "对面", "旁边", "楼下", "门口", "东侧", "北100米", "院内", "南边", "楼前", "后面", "西侧20米处")
    return f"{text}{_pick(rng, after)}"


_OF_PARTS: dict[str, Callable[[Said, np.random.Generator], Said]] = {
    "chinese_numerals": _chinese_numerals,
    "other_building_word": _other_building_word,
    "missing_parts": _missing_parts,
    "other_order": _other_order,
    "typo": _typo,
    "homophone": _homophone,
    "other_name": _other_name,
    "shorthand_numbers": _shorthand_numbers,
}
_OF_TEXT: dict[str, Callable[[str, np.random.Generator], str]] = {
    "full_width": _full_width,
    "noise_words": _noise_words,
    "relation_words": _relation_words,
}
#: The kinds of noise.
NOISES = (*_OF_PARTS, *_OF_TEXT)


@cache
def _characters_by_sound() -> dict[str, str]:
    """The 3,755 characters of everyday use (GB 2312, level 1) by their sound."""
    found: defaultdict[str, str] = defaultdict(str)
    for high in range(0xB0, 0xD8):
        for low in range(0xA1, 0xFF if high < 0xD7 else 0xFA):
            sign = bytes((high, low)).decode("gb2312")
            found[_sound(sign)] += sign
    return dict(found)


@cache
def _sound(sign: str) -> str:
    return str(pinyin(sign, style=Style.NORMAL)[0][0])


#: A home's address as the city writes it.
_HOME = re.compile(r"^(?P<compound>.+?)(?P<number>\d+)号楼(?P<stairwell>\d+)单元(?P<room>\d+)$")
#: What a hotline's clerk writes above the place, with shares: mostly the street, sometimes nothing.
_ABOVE_SHARES = (0.35, 0.25, 0.15, 0.25)
_PLAIN_SHARE = 0.55
_HEARD = ("other_building_word", "shorthand_numbers", "chinese_numerals", "missing_parts", "noise_words", "relation_words", "full_width", "homophone", "typo", "other_order")  # fmt: skip
_HEARD_SHARES = (0.2, 0.17, 0.13, 0.13, 0.13, 0.07, 0.05, 0.05, 0.03, 0.04)


def hotline_words(addresses: Sequence[str], street: str, rng: np.random.Generator) -> list[str]:
    """Addresses on a street (code) as a hotline's clerk writes them down: most as they are, the others with a noise, under district and street."""
    names = hohhot_names()
    district = names[street[:6]]
    above = ((district, names[street]), (district,), (names[CITY_CODE], district, names[street]), ())
    which = rng.choice(len(above), len(addresses), p=_ABOVE_SHARES).tolist()
    noisy = (rng.random(len(addresses)) >= _PLAIN_SHARE).tolist()
    noises = rng.choice(_HEARD, len(addresses), p=_HEARD_SHARES).tolist()
    return [
        _told(address, above[place], (noise,) if heard else (), rng)
        for address, place, heard, noise in zip(addresses, which, noisy, noises, strict=True)
    ]


def _told(address: str, above: tuple[str, ...], noises: tuple[str, ...], rng: np.random.Generator) -> str:
    """Only homes have parts for every noise."""
    if (home := _HOME.match(address)) is None:
        return "".join(above) + address
    said = Said(above, home["compound"], home["number"], home["stairwell"], home["room"])
    return with_noises(said, noises, rng)
