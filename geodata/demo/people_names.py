"""Names and telephone numbers of people who do not exist."""

import numpy as np

_FAMILY = tuple("王李张刘赵陈杨高郭韩白云包吴孙马周徐胡郝任梁薛武贾田康侯贺樊")
_FIRST = tuple("文志建国春秀玉海丽晓永俊慧瑞金雪永红美淑振兴立雅欣宏彩凤庆桂")
_SECOND = tuple("华军平英霞梅强峰芳云兰龙敏静涛伟燕莉琴萍光明林清娟瑞婷成莲凯")
_MONGOLIAN = (
    "乌云", "巴雅尔", "朝鲁", "那日苏", "苏日娜", "格日勒", "其其格", "图雅", "宝音", "乌日娜", "哈斯", "敖登", "孟和", "布和", "达来", "牧仁",
    "青格勒", "娜仁", "塔娜", "乌力吉",
)  # fmt: skip
_MONGOLIAN_SHARE = 0.12


def people_names(count: int, rng: np.random.Generator) -> np.ndarray:
    """``count`` names as objects: a family name with one or two signs, or a Mongolian name; they repeat, as names do."""
    family = rng.choice(_FAMILY, count).astype(object)
    first = rng.choice(_FIRST, count).astype(object)
    second = np.where(rng.random(count) < 0.75, rng.choice(_SECOND, count), "").astype(object)
    mongolian = rng.choice(_MONGOLIAN, count).astype(object)
    names: np.ndarray = np.where(rng.random(count) < _MONGOLIAN_SHARE, mongolian, family + first + second)
    return names


def mobile(number: int) -> str:
    """A mobile number of a range that nobody uses in the sample's world: 199-0000.

    >>> mobile(7), mobile(12345)
    ('199-0000-0007', '199-0000-2345')
    """
    return f"199-0000-{number % 10_000:04d}"


def landline(number: int) -> str:
    """A landline of the invented exchange 555.

    >>> landline(42)
    '0471-5550042'
    """
    return f"0471-555{number % 10_000:04d}"
