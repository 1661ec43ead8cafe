"""The pages and interfaces there are, in the order of the menu."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from gridmap.access import Permission
from web import api, areas, auth, heat, map_page, tiles, track


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A page in the menu: where, its word, its icon (bootstrap-icons), who sees it."""

    endpoint: str
    word: str
    icon: str
    permission: Permission


MENU = (
    MenuEntry("map_page.index", _l("Map"), "map", Permission.VIEW_MAP),
    MenuEntry("heat.index", _l("Issue heatmap"), "fire", Permission.VIEW_FIGURES),
)


def blueprints() -> Iterable[Blueprint]:
    """Every blueprint of the application."""
    return (
        auth.blueprint,
        api.blueprint,
        track.blueprint,
        areas.blueprint,
        map_page.blueprint,
        heat.blueprint,
        tiles.blueprint,
    )
