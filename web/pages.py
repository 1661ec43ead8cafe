"""The pages and interfaces there are, in the order of the menu."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from gridmap.access import Permission
from web import (
    account,
    admin,
    api,
    api_docs,
    areas,
    auth,
    cases,
    coverage,
    data,
    figures,
    heat,
    map_page,
    notices,
    plans,
    report_page,
    tiles,
    track,
)


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A page in the menu: where, its word, its icon (bootstrap-icons), who sees it; ``at_thumb``: in the bar below a phone's page."""

    endpoint: str
    word: str
    icon: str
    permission: Permission
    at_thumb: bool = False


MENU = (
    MenuEntry("home", _l("Today"), "house", Permission.VIEW_MAP, at_thumb=True),
    MenuEntry("map_page.index", _l("Map"), "map", Permission.VIEW_MAP, at_thumb=True),
    MenuEntry("heat.index", _l("Issue heatmap"), "fire", Permission.VIEW_FIGURES),
    MenuEntry("cases.index", _l("Cases"), "list-check", Permission.VIEW_REPORTS, at_thumb=True),
    MenuEntry("report_page.index", _l("Report"), "plus-circle", Permission.FILE_REPORT, at_thumb=True),
    MenuEntry("coverage.index", _l("Coverage"), "grid-3x3", Permission.VIEW_COVERAGE),
    MenuEntry("plans.index", lazy_pgettext("menu", "Boundaries"), "bounding-box", Permission.VIEW_PLANS),
    MenuEntry("figures.index", lazy_pgettext("page", "Figures"), "bar-chart", Permission.VIEW_FIGURES),
    MenuEntry("data.index", _l("Data"), "database", Permission.VIEW_DATA),
    MenuEntry("admin.index", _l("Admin"), "gear", Permission.HAND_OVER),
)


def blueprints() -> Iterable[Blueprint]:
    """Every blueprint of the application."""
    return (
        auth.blueprint,
        api.blueprint,
        track.blueprint,
        areas.blueprint,
        notices.blueprint,
        map_page.blueprint,
        heat.blueprint,
        cases.blueprint,
        report_page.blueprint,
        coverage.blueprint,
        plans.blueprint,
        data.blueprint,
        figures.blueprint,
        tiles.blueprint,
        admin.blueprint,
        account.blueprint,
        api_docs.blueprint,
    )
