"""The sizes that the city can have."""

from collections.abc import Callable
from dataclasses import dataclass

from geodata.demo.layouts import RENMIN_ROAD, TINY, Layout
from geodata.demo.whole_city import city_layouts


@dataclass(frozen=True, slots=True)
class Size:
    """A size of the city: its streets, and the days that its reports come from."""

    layouts: Callable[[], tuple[Layout, ...]]
    days: int = 365


#: The sizes by name.
SIZES = {
    "tiny": Size(lambda: (TINY,)),
    "small": Size(lambda: (RENMIN_ROAD,)),
    "city": Size(city_layouts, days=3 * 365),
}
