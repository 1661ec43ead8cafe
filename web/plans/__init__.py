"""Grid boundaries (网格划分): plans from their units to published grids."""

from web.plans import beside, difference, listing, publication, replay, sheets, starting, table, way, words
from web.plans.blueprint import blueprint

__all__ = [
    "beside",
    "blueprint",
    "difference",
    "listing",
    "publication",
    "replay",
    "sheets",
    "starting",
    "table",
    "way",
    "words",
]
