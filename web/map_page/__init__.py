"""The map: where something is and who owns it."""

from web.map_page import cards, history, homes, views
from web.map_page.blueprint import blueprint

__all__ = ["blueprint", "cards", "history", "homes", "views"]
