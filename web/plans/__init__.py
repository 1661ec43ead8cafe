"""Grid boundaries (网格划分): plans from their units to published grids."""

from web.plans import (
    ground,
    listing,
    versions,
    way,
    words,
)
from web.plans.blueprint import blueprint

__all__ = [
    "blueprint",
    "ground",
    "listing",
    "versions",
    "way",
    "words",
]
