"""``/admin/deputies``: who stands in for whom (AB岗), until when."""

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from geodata.account_areas import DeputyNeedsEnd
from geodata.account_list import AccountFilter, list_accounts
from geodata.actions.deputising import end_standing_in, let_stand_in
from geodata.audit_lines import day_after
from geodata.deputies import list_deputies
from gridmap.access import Permission
from gridmap.errors import GridmapError
from web import db
from web.access import requires
from web.acting import actor
from web.admin.blueprint import blueprint
from web.errors import NotFound, status_of
from web.forms import day_field, field, troubles
from web.map_words import day_before

#: Names that the form proposes.
_PROPOSED = 500


@blueprint.get("/deputies")
@requires(Permission.HAND_OVER)
def deputies() -> str:
    """Those who stand in inside the caller's area, and the form for another."""
    return _page()


@blueprint.post("/deputies")
@requires(Permission.HAND_OVER)
def deputies_add() -> AnyResponse:
    """Let somebody stand in from a day to another, both included."""
    by = actor()
    try:
        start, end = day_field("from") or by.day, day_after(day_field("until"))
        if end is None:
            raise DeputyNeedsEnd(field="until")
        with db.transaction() as conn:
            added = let_stand_in(conn, by, field("principal", 80), field("deputy", 80), start, end)
    except GridmapError as error:
        return make_response(_page(error), status_of(error))
    flash(
        _("The deputy has the areas from %(first)s to %(last)s.", first=start, last=day_before(end))
        if added
        else _("That is so already.")
    )
    return redirect(url_for("admin.deputies"))


@blueprint.post("/deputies/end")
@requires(Permission.HAND_OVER)
def deputies_end() -> AnyResponse:
    """End one of them today."""
    key = field("key", 18)
    if not (key.isascii() and key.isdigit()):
        raise NotFound
    with db.transaction() as conn:
        end_standing_in(conn, actor(), int(key))
    flash(_("Ended."))
    return redirect(url_for("admin.deputies"))


def _page(error: GridmapError | None = None) -> str:
    by, conn = actor(), db.connection()
    proposed = list_accounts(conn, by.scope, by.day, AccountFilter(state="enabled"), limit=_PROPOSED)
    return render_template(
        "admin/deputies.html",
        rows=list_deputies(conn, by.scope, by.day),
        accounts=proposed.rows,
        errors=troubles(error, area="deputy", areas="principal"),
        shown={name: field(name) for name in ("principal", "deputy", "from", "until")},
        today=by.day,
        day_before=day_before,
    )
