"""The map: where something is and who owns it."""

from web.map_page.views import blueprint

__all__ = ["blueprint"]
