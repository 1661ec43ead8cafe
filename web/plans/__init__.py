"""Grid boundaries (网格划分): plans from their units to published grids."""

from web.plans import (
    beside,
    comparing,
    files,
    ground,
    listing,
    merging,
    publishing,
    replaying,
    sheets,
    starting,
    suggestions,
    table,
    talking,
    versions,
    way,
    words,
)
from web.plans.blueprint import blueprint

__all__ = [
    "beside",
    "blueprint",
    "comparing",
    "files",
    "ground",
    "listing",
    "merging",
    "publishing",
    "replaying",
    "sheets",
    "starting",
    "suggestions",
    "table",
    "talking",
    "versions",
    "way",
    "words",
]
