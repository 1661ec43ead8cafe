"""Tiles: vector tiles from PostGIS, heat tiles from the snapshot."""

from web.tiles.views import blueprint

__all__ = ["blueprint"]
