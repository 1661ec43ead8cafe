from typing import Any
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from geodata.notices import mark_read, notices_of
from geodata.reports import reports_by_id
from gridmap.access import Permission
from web import db
from web.access import requires
from web.map_words import helpers
from web.notices.words import ICONS, notice_words
from web.scope import scope

blueprint = Blueprint("notices", __name__, url_prefix="/notices")
blueprint.context_processor(helpers)


@blueprint.get("")
@requires(Permission.VIEW_MAP)
def index() -> str:
    """One's own notices, the latest first."""
    return render_template("notices/index.html", **told(notices_of(db.connection(), g.account.id)))


@blueprint.post("/read")
@requires(Permission.VIEW_MAP)
def read_all() -> AnyResponse:
    """Mark all of one's own as read."""
    with db.transaction() as conn:
        mark_read(conn, g.account.id)
    return redirect(url_for("notices.index"))


@blueprint.post("/<uuid:ref>/read")
@requires(Permission.VIEW_MAP)
def read(ref: UUID) -> AnyResponse:
    """Mark one of one's own as read; anybody else's stays as it is."""
    with db.transaction() as conn:
        mark_read(conn, g.account.id, ref)
    return redirect(url_for("notices.index"))


def told(rows: list[Any]) -> dict[str, Any]:
    """The names of ``notices/list.html``: rows with their words, and the cases among them that the account may open."""
    keys = [row.report_id for row in rows if row.report_id is not None]
    seen = {row.id for row in reports_by_id(db.connection(), scope(), keys)} if keys else set()
    return {
        "notices": rows,
        "notice_words": notice_words,
        "notice_icons": ICONS,
        "openable": seen,
        "may_plans": scope().may(Permission.VIEW_PLANS),
    }
