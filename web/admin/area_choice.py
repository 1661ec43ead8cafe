"""The choice of several areas in a form: those chosen, then those found by name or code."""

from datetime import date
from typing import Any

from flask import render_template, request

from geodata.accounts import EVERYWHERE
from geodata.days import today
from geodata.places import FoundPlace, find_places, first_places, named_place
from geodata.scope import Scope
from gridmap.access import Permission
from web import db
from web.access import requires
from web.admin.blueprint import blueprint
from web.forms import argument
from web.scope import scope

_CHOSEN_MOST = 50


@blueprint.get("/areas")
@requires(Permission.MANAGE_ACCOUNTS)
def areas() -> str:
    """Areas for the words in ``q``, below those that are chosen. A fragment."""
    chosen = tuple(value[:50] for value in request.args.getlist("areas")[:_CHOSEN_MOST])
    return render_template(
        "admin/area_choices.html", **area_choices(scope(), today(db.settings().zone), chosen, argument("q", 100))
    )


def area_choices(seen: Scope, day: date, chosen: tuple[str, ...], words: str = "") -> dict[str, Any]:
    """What ``area_choices.html`` shows: ``chosen_areas`` and ``other_areas``, inside the scope."""
    conn = db.connection()
    kept = [_place(seen, code, day) for code in chosen]
    found = find_places(conn, seen, words, day) if words else first_places(conn, seen, day)
    return {
        "chosen_areas": kept,
        "other_areas": [place for place in found if place.code not in chosen],
        "may_have_everywhere": seen.everywhere and EVERYWHERE not in chosen,
        "area_words": words,
    }


def _place(seen: Scope, code: str, day: date) -> FoundPlace:
    if code == EVERYWHERE:
        return FoundPlace("city", EVERYWHERE, "", None, None)
    return named_place(db.connection(), seen, code, day)
