"""Grid boundaries (网格划分): plans from their units to published grids."""

from web.plans import (
    listing,
    way,
    words,
)
from web.plans.blueprint import blueprint

__all__ = [
    "blueprint",
    "listing",
    "way",
    "words",
]
