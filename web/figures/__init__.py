"""How many reports there are, by area, category, channel and time, each number leading to its list and its map."""

from web.figures.views import blueprint

__all__ = ["blueprint"]
