"""Invented names, and the words that make them."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

_STREET_WORDS = (
    "祥和", "文苑", "锦绣", "金桥", "光华", "育才", "长青", "永安", "仁和", "新风", "友谊", "前进", "青松", "白桦", "雪莲", "马兰", "云杉", "春晖",
    "朝阳", "星辰", "和平", "团结", "建设", "胜利", "丰收", "银河", "安康", "兴隆", "吉祥", "如意", "敖包", "牧歌", "绿原", "金穗", "驼铃", "鸿雁",
)  # fmt: skip
_YARD_WORDS = (
    "祥和", "康乐", "锦绣", "阳光", "金桥", "丽景", "天骄", "金宇", "新城", "学府", "桃李", "青山", "北国", "草原", "塞外", "敕勒", "昭君", "东方",
    "世纪", "鼎盛", "富邦", "瑞丰", "盛泰", "万和", "紫荆", "枫林", "翠竹", "玉泉", "蓝天", "碧水", "兰亭", "书香", "幸福", "长乐", "德馨", "嘉和",
    "银杏", "云谷", "雅居", "水岸", "河畔", "金色", "惠民", "安泰", "永泰", "华联", "馨园", "明珠", "宏昌", "鑫海", "博雅", "华苑", "清泉", "恒信",
    "滨河", "春华", "秋实", "怡景", "凯旋", "御园", "绿洲", "文澜", "盛世", "福临", "金泰", "景湖", "远鹏", "万福", "润德", "天福", "新希望", "香树",
    "西雅", "东岸", "海宁", "景华", "和顺", "安居", "桥华", "巴彦", "青橙", "乐活",
)  # fmt: skip
_YARD_ENDINGS = ("小区", "花园", "家园", "佳苑", "名邸", "新村", "华庭", "家属院")

#: Names of the communities of the sample in Latin letters.
LATIN = {
    "1501": "Hohhot", "150105": "Saihan District", "150105001": "Renmin Road Street", "150105001001": "Jiankang Community",
    "150105001002": "Dibei Community", "150105001006": "Zhinong Community", "150105001007": "Shandan Community",
    "150105001016": "Shuiwen Community", "150105001018": "Shiqi Community", "150105001019": "Xingkang Community",
    "150105001020": "Dianli Jiayuan Community", "150105001021": "Fuxing Community",
}  # fmt: skip

CITY_CODE = "1501"

_DIGITS = "零一二三四五六七八九"


@cache
def hohhot_names() -> dict[str, str]:
    """All division codes of Hohhot with their official names; the list itself leaves the city out."""
    with files("geodata.demo").joinpath("hohhot_2023.csv").open(encoding="utf-8") as source:
        rows = pd.read_csv(source, dtype=str)
    return {CITY_CODE: "呼和浩特市", **dict(zip(rows["code"], rows["name"], strict=True))}


def short_name(name: str) -> str:
    """The everyday name of a community: 仕奇社区居委会 is called 仕奇社区, 前毛道村民委员会 is 前毛道村."""
    for office, short in (("居民委员会", ""), ("村民委员会", "村"), ("居委会", ""), ("村委会", "村")):
        if name.endswith(office):
            return name.removesuffix(office) + short
    return name


def numeral(number: int) -> str:
    """A number from 1 to 99 in Chinese.

    >>> numeral(3), numeral(10), numeral(12), numeral(40)
    ('三', '十', '十二', '四十')
    """
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


def street_names(rng: np.random.Generator) -> Iterator[str]:
    """Names for the streets inside the big blocks, each once."""
    return _unique(rng, _STREET_WORDS, ("巷", "路", "街"))


def yard_names(rng: np.random.Generator) -> Iterator[str]:
    """Names for compounds, each once."""
    return _unique(rng, _YARD_WORDS, _YARD_ENDINGS)


def _unique(rng: np.random.Generator, words: tuple[str, ...], endings: tuple[str, ...]) -> Iterator[str]:
    """First every word once with some ending, then the words again with others, then with numbers."""
    order = rng.permutation(len(words))
    turn = 0
    while True:
        suffix = "" if turn < len(endings) else f"{numeral(turn // len(endings) % 99 + 1)}区"
        for position, index in enumerate(order):
            yield words[index] + endings[(int(index) * 5 + position + turn) % len(endings)] + suffix
        turn += 1
