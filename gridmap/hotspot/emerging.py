"""What becomes of hot places from step to step, in classes and in five plain words."""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridmap.errors import GridmapError
from gridmap.hotspot.trend import mann_kendall

Bools = NDArray[np.bool_]

#: Hot, or cold, in this share of the steps is hot nearly always.
NEARLY_ALWAYS: Final = 0.9


class Emergence(StrEnum):
    """The classes of emerging hot spots (Esri's definitions), of cold ones with ``COLD_`` before them; ``NONE``: nothing unusual."""

    NONE = "none"
    UNKNOWN = "unknown"
    NEW = "new"
    CONSECUTIVE = "consecutive"
    INTENSIFYING = "intensifying"
    PERSISTENT = "persistent"
    DIMINISHING = "diminishing"
    SPORADIC = "sporadic"
    OSCILLATING = "oscillating"
    HISTORICAL = "historical"
    COLD_NEW = "cold_new"
    COLD_CONSECUTIVE = "cold_consecutive"
    COLD_INTENSIFYING = "cold_intensifying"
    COLD_PERSISTENT = "cold_persistent"
    COLD_DIMINISHING = "cold_diminishing"
    COLD_SPORADIC = "cold_sporadic"
    COLD_OSCILLATING = "cold_oscillating"
    COLD_HISTORICAL = "cold_historical"


class PlainWord(StrEnum):
    """What is said of a hot place to somebody who has no time for classes."""

    NEW = "new"
    GROWING = "growing"
    OLD = "old"
    ON_AND_OFF = "on_and_off"
    IMPROVING = "improving"


#: The plain word of each class of hot spots; cold spots and the rest have none.
PLAIN_WORDS: Final = {
    Emergence.NEW: PlainWord.NEW,
    Emergence.CONSECUTIVE: PlainWord.NEW,
    Emergence.INTENSIFYING: PlainWord.GROWING,
    Emergence.PERSISTENT: PlainWord.OLD,
    Emergence.SPORADIC: PlainWord.ON_AND_OFF,
    Emergence.OSCILLATING: PlainWord.ON_AND_OFF,
    Emergence.DIMINISHING: PlainWord.IMPROVING,
    Emergence.HISTORICAL: PlainWord.IMPROVING,
}


class SeriesDoNotFit(GridmapError):
    """Series of z and of findings that have different shapes."""

    code = "series_do_not_fit"
    zh = "z 值与显著性的形状不一致：{z} 与 {significant}。"
    en = "The series of z and of findings differ in shape: {z} and {significant}."


def emerging(z: ArrayLike, significant: ArrayLike, *, alpha: float = 0.05) -> list[Emergence]:
    """The class of each place from its local statistic at each step.

    ``z`` float[steps, n] and ``significant`` bool[steps, n], as `getis_ord` gives them step by step, the oldest first. A place is hot at
    a step when it is significant with z above 0, cold with z below. ``alpha``: for the trend of z (Mann-Kendall). A place whose last z is
    NaN is ``UNKNOWN``; earlier NaN are steps neither hot nor cold.

    New: hot in the last step alone. Consecutive: one run of at least two steps up to the last, in less than 90 % of the steps. At least
    90 % of the steps: intensifying, persistent, diminishing by the trend when the last step is among them, else historical. Sporadic:
    hot in the last step and, after a break, before it, never cold. Oscillating: the same, but cold before. What is hot in the last step
    is told as hot, whatever it was. Errors: ``SeriesDoNotFit``.
    """
    values, found = np.asarray(z, dtype=np.float64), np.asarray(significant, dtype=bool)
    if values.ndim != 2 or values.shape != found.shape:
        raise SeriesDoNotFit(z=values.shape, significant=found.shape)
    steps, places = values.shape
    if steps == 0:
        return [Emergence.UNKNOWN] * places
    hot, cold = found & (values > 0), found & (values < 0)
    trend = mann_kendall(values)
    direction = np.where(trend.p < alpha, np.sign(trend.s), 0.0)
    as_hot, as_cold = _classes(hot, cold, direction), _classes(cold, hot, -direction)
    classes = np.where(as_hot > 0, _HOT[as_hot], _COLD[as_cold])
    classes[np.isnan(values[-1])] = Emergence.UNKNOWN.value
    return [Emergence(each) for each in classes.tolist()]


#: Classes in the order in which they are asked for: the first that holds is the place's.
_ORDER: Final = (
    "new",
    "intensifying",
    "diminishing",
    "persistent",
    "historical",
    "consecutive",
    "oscillating",
    "sporadic",
)
_HOT: Final = np.array(["none", *_ORDER])
_COLD: Final = np.array(["none", *(f"cold_{name}" for name in _ORDER)])


def _classes(hot: Bools, cold: Bools, direction: NDArray[np.float64]) -> NDArray[np.int64]:
    """Positions in ``_ORDER`` from 1 on, 0 for none, as if hot were what counts; ``direction`` is that of getting hotter."""
    last, times = hot[-1], hot.sum(axis=0)
    often = times >= NEARLY_ALWAYS * len(hot)
    run = np.where(hot.all(axis=0), len(hot), np.argmin(hot[::-1], axis=0))
    holds = [
        last & (times == 1),
        last & often & (direction > 0),
        last & often & (direction < 0),
        last & often,
        often,
        last & (run == times),
        last & cold.any(axis=0),
        last,
    ]
    found: NDArray[np.int64] = np.select(holds, np.arange(1, len(holds) + 1).tolist(), 0)
    return found
