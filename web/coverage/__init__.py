"""Coverage: homes in grids, sizes of grids against their bounds, gaps and overlaps, grids without a worker."""

from web.coverage import lists, map_view, state, views
from web.coverage.blueprint import blueprint

__all__ = ["blueprint", "lists", "map_view", "state", "views"]
