"""The choice of an area that lists, maps and figures share: by name or code, inside the caller's scope."""

from typing import Any

from flask import Blueprint, render_template, request

from geodata.places import find_places, first_places, named_place
from gridmap.access import Permission
from web import db
from web.access import requires
from web.days import asked_day
from web.map_words import place_kind_word, place_name
from web.scope import scope

blueprint = Blueprint("areas", __name__)
# The picker is included by pages of any package.
blueprint.app_context_processor(lambda: {"place_kind_word": place_kind_word, "place_name": place_name})

_WORDS_MOST = 100


@blueprint.get("/areas")
@requires(Permission.VIEW_MAP)
def index() -> str:
    """Areas for the words in ``q`` to choose from, beside the one chosen already (``area``). A fragment."""
    words = request.args.get("q", "").strip()[:_WORDS_MOST]
    return render_template("area_choices.html", **area_choice(asked_area(), words), area_words=words)


def asked_area() -> str | None:
    """The area of the address, None for everything that the caller may see."""
    return request.args.get("area", "").strip()[:_WORDS_MOST] or None


def area_choice(code: str | None, words: str = "") -> dict[str, Any]:
    """What ``area_picker.html`` shows: ``area``, the place with the code or None, and ``areas`` to choose from."""
    conn, at = db.connection(), asked_day()
    return {
        "area": named_place(conn, scope(), code, at) if code else None,
        "areas": find_places(conn, scope(), words, at) if words else first_places(conn, scope(), at),
    }
