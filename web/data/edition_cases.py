"""The cases behind the figures of a day on which boundaries change."""

from flask import render_template, request
from flask_babel import lazy_gettext as _l

from geodata.actions.edition_reports import FATES, edition_reports
from geodata.actions.publishing import UnknownPublication
from geodata.editions import EditionDay, edition_days
from geodata.grids import grid_names
from geodata.reports import reports_by_id
from gridmap.access import Permission
from web import db
from web.access import requires
from web.cases.words import case_helpers
from web.data.blueprint import blueprint, check_whole_city
from web.data.editions import asked_edition
from web.paging import part_of
from web.scope import scope

FATE_WORDS = {
    "open": _l("re-routed, or a person is asked"),
    "rerouted": _l("re-routed to the grid that holds their place"),
    "asked": _l("a person is asked"),
    "kept": _l("stay with the grid of their time"),
}
assert tuple(FATE_WORDS) == FATES


@blueprint.get("/editions/<day>/cases")
@requires(Permission.MANAGE_DATA)
def edition_cases(day: str) -> str:
    """Cases of a ``fate``; ``from`` and ``to`` (codes, blank for no grid) narrow them to one move, ``status`` to one state."""
    check_whole_city()
    conn, on = db.connection(), asked_edition(day)
    found = _edition(edition_days(conn, scope(), day=on), day)
    fate = request.args.get("fate", FATES[0])
    move = (request.args["from"], request.args["to"]) if {"from", "to"} <= request.args.keys() else None
    keys = edition_reports(
        conn,
        db.settings(),
        on,
        fate if fate in FATES else FATES[0],
        applied=found.applied_at is not None,
        move=move,
        status=request.args.get("status") or None,
    )
    part = part_of(keys)
    return render_template(
        "data/edition_cases.html",
        day=on,
        found=found,
        fate=FATE_WORDS.get(fate, FATE_WORDS[FATES[0]]),
        move=move,
        names=grid_names(conn, move or ()),
        status=request.args.get("status"),
        part=part,
        pager=part.pager,
        rows=reports_by_id(conn, scope(), part.rows),
        **case_helpers(),
    )


def _edition(found: list[EditionDay], day: str) -> EditionDay:
    if not found:
        raise UnknownPublication(field="day", day=day[:20])
    return found[0]
