"""Where reports crowd: density, tests of significance, clusters in space and time."""

from gridmap.hotspot.density import density
from gridmap.hotspot.getis_ord import GiResult, getis_ord

__all__ = ["GiResult", "density", "getis_ord"]
