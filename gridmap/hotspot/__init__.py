"""Where reports crowd: density, tests of significance, clusters in space and time."""

from gridmap.hotspot.density import density
from gridmap.hotspot.emerging import PLAIN_WORDS, Emergence, PlainWord, emerging
from gridmap.hotspot.getis_ord import GiResult, getis_ord
from gridmap.hotspot.trend import Trend, mann_kendall

__all__ = [
    "PLAIN_WORDS",
    "Emergence",
    "GiResult",
    "PlainWord",
    "Trend",
    "density",
    "emerging",
    "getis_ord",
    "mann_kendall",
]
