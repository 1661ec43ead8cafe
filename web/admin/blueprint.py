from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, redirect, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from gridmap.access import Permission, may
from web.access import requires
from web.map_words import thousands
from web.role_words import role_word

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of the administration: its endpoint, word, icon, and who sees it."""

    endpoint: str
    word: str
    icon: str
    permission: Permission


TABS = (
    Tab("admin.people", _l("People and rights"), "people", Permission.MANAGE_ACCOUNTS),
    Tab("admin.deputies", _l("Deputies"), "person-fill-add", Permission.HAND_OVER),
    Tab("admin.hand_over", _l("Hand-over"), "arrow-left-right", Permission.HAND_OVER),
    Tab("admin.units", _l("Units"), "building", Permission.MANAGE_ACCOUNTS),
    Tab("admin.tokens", _l("Tokens"), "key", Permission.MANAGE_ACCOUNTS),
    Tab("admin.audit", _l("Audit log"), "journal-text", Permission.VIEW_AUDIT),
)


def tabs() -> list[Tab]:
    """The parts that this caller may open."""
    return [tab for tab in TABS if may(g.account.role, tab.permission)]


@blueprint.get("")
@requires(Permission.HAND_OVER)
def index() -> Response:
    """The first part that the caller may open."""
    return redirect(url_for(tabs()[0].endpoint))


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"tabs": tabs, "role_word": role_word, "thousands": thousands}
