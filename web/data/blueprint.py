from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from werkzeug.wrappers import Response as AnyResponse

from gridmap.access import Permission, may
from web.access import requires
from web.coverage.blueprint import FINDING_WORDS, SIZE_WORDS, square_metres
from web.errors import WholeCityOnly
from web.map_words import helpers
from web.scope import scope

blueprint = Blueprint("data", __name__, url_prefix="/data")

KIND_WORDS = {
    "divisions": _l("Divisions"),
    "grids": _l("Grids"),
    "compounds": _l("Compounds"),
    "gates": _l("Gates"),
    "buildings": _l("Buildings"),
    "stairwells": _l("Stairwells"),
    "households": lazy_pgettext("layer", "Households"),
    "units": _l("Units"),
    "people": _l("Staff and posts"),
    "bodies": _l("Bodies of compounds"),
    "roads": _l("Roads"),
    "landcover": _l("Land cover"),
    "service-points": _l("Service points"),
    "reports": _l("Reports"),
    "hotline": _l("Hotline orders"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of the page, and who sees it; some only those who may see the whole city."""

    endpoint: str
    word: str
    icon: str
    permission: Permission = Permission.MANAGE_DATA
    whole_city: bool = False

    @property
    def part(self) -> str:
        """Its name in addresses of views."""
        return self.endpoint.removeprefix("data.")


TABS = (
    Tab("data.doubts", _l("Owner in doubt"), "question-diamond", Permission.PLACE_REPORTS),
    Tab("data.addresses", _l("Addresses to be placed"), "signpost", Permission.PLACE_REPORTS),
    Tab("data.grids", _l("Grids"), "grid-3x3"),
    Tab("data.editions", _l("Editions of the grids"), "calendar-event"),
    Tab("data.upload", _l("Upload a layer"), "upload"),
    Tab("data.assigning", _l("Assign anew"), "arrow-repeat", whole_city=True),
    Tab("data.layers", _l("Layers"), "layers"),
    Tab("data.sources", _l("Sources of coordinates"), "crosshair", whole_city=True),
    Tab("data.findings", _l("Quality findings"), "exclamation-diamond"),
    Tab("data.jobs", _l("Jobs"), "hourglass-split"),
)


@blueprint.get("")
@requires(Permission.VIEW_DATA)
def index() -> AnyResponse:
    """The first part that the account may see."""
    return redirect(url_for(_tabs()[0].endpoint))


def _tabs() -> list[Tab]:
    account = g.get("account")  # an address can be refused before it is known who asks
    return [
        tab
        for tab in TABS
        if account is not None and may(account.role, tab.permission) and (not tab.whole_city or scope().everywhere)
    ]


def _open_tab() -> Tab | None:
    """The tab that the page belongs to: ``data.grids`` has ``grids``, ``grids_...`` and, for one of them, ``grid`` and ``grid_...``."""
    part = (request.endpoint or "").removeprefix("data.").split("_")[0]
    return next((tab for tab in _tabs() if part in (tab.part, tab.part.removesuffix("s"))), None)


def check_whole_city() -> None:
    """Errors: ``WholeCityOnly``."""
    if not scope().everywhere:
        raise WholeCityOnly


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {
        **helpers(),
        "data_tabs": _tabs(),
        "open_tab": _open_tab(),
        "kind_words": KIND_WORDS,
        "finding_words": FINDING_WORDS,
        "size_words": SIZE_WORDS,
        "square_metres": square_metres,
    }
