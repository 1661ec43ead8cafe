"""The desk: a caller's address, or an order's number, answered while the caller waits."""

import re
from typing import Any

from flask import render_template
from flask_babel import gettext as _

from geodata.days import today
from geodata.desk import ADDRESS_MOST, DeskAnswer, answer_address
from geodata.hotline import OrderState, UnknownOrder, order_by_number
from gridmap.access import Permission
from gridmap.errors import GridmapError
from web import db
from web.access import requires
from web.cases.words import case_helpers
from web.data.address_words import address_helpers
from web.data.blueprint import blueprint
from web.forms import argument
from web.i18n import language
from web.map_page.words import words as post_words
from web.scope import scope

#: What only a number of an order looks like.
_NUMBER = re.compile(r"[A-Za-z0-9_-]{6,60}")


@blueprint.get("/addresses/desk")
@requires(Permission.PLACE_REPORTS)
def addresses_desk() -> str:
    """What the address ``text`` means, who is responsible there, what is open there. A fragment of the page."""
    return render_template("data/desk_found.html", **desk_answers(), **case_helpers(), **address_helpers())


def desk_answers() -> dict[str, Any]:
    """What the desk's part of the page shows for ``text`` in the address; nothing while it is blank."""
    words = argument("text", ADDRESS_MOST)
    answers: list[DeskAnswer] = []
    order: OrderState | None = None
    trouble = ""
    if words:
        conn, settings = db.connection(), db.settings()
        try:
            order = _order(words)
            if order is None:
                answers = answer_address(conn, settings, scope(), words, today(settings.zone))
        except GridmapError as error:
            trouble = error.text(language())
    return {
        "desk_words": words,
        "desk_answers": answers,
        "desk_order": order,
        "desk_trouble": trouble,
        "desk_most": ADDRESS_MOST,
        "desk_hint": _("Say an address as the caller says it, or the number of an order."),
        "may_file": scope().may(Permission.FILE_REPORT),
        **post_words(),
    }


def _order(words: str) -> OrderState | None:
    if not _NUMBER.fullmatch(words) or not any(sign.isdigit() for sign in words):
        return None
    try:
        return order_by_number(db.connection(), scope(), words)
    except UnknownOrder:
        return None
