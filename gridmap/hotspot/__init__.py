"""Where reports crowd: density, tests of significance, clusters in space and time."""

from gridmap.hotspot.density import density
from gridmap.hotspot.emerging import PLAIN_WORDS, Emergence, PlainWord, emerging
from gridmap.hotspot.getis_ord import GiResult, getis_ord
from gridmap.hotspot.scan import Cluster, space_time_scan
from gridmap.hotspot.trend import Trend, mann_kendall

__all__ = [
    "PLAIN_WORDS",
    "Cluster",
    "Emergence",
    "GiResult",
    "PlainWord",
    "Trend",
    "density",
    "emerging",
    "getis_ord",
    "mann_kendall",
    "space_time_scan",
]
