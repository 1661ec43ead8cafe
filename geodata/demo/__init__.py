"""A city made from a seed: the sample that an empty installation shows, and what tests are built on."""

from geodata.demo.city import City, UnknownSize, make_city
from geodata.demo.hotspots import Hotspot
from geodata.demo.sizes import SIZES

__all__ = ["SIZES", "City", "Hotspot", "UnknownSize", "make_city"]
