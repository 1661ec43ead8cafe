"""What is done with a correction of a source once it is there: undone, gone on with, ended for what comes."""

from uuid import UUID

from flask import flash, g, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from geodata.days import today
from geodata.jobs.positions import ask_for_correction
from geodata.positions.corrections import ask_undoing, correction_by_ref, end_standing
from gridmap.access import Permission
from web import db
from web.access import requires
from web.acting import actor
from web.data.blueprint import blueprint, check_whole_city


@blueprint.post("/corrections/<uuid:ref>/undo")
@requires(Permission.MANAGE_DATA)
def sources_undo(ref: UUID) -> AnyResponse:
    """Give the reports of a correction back what they had: a job in batches."""
    check_whole_city()
    with db.transaction() as conn:
        ask_undoing(conn, ref, g.account.id)
        actor().note(conn, "datum_restored", correction_by_ref(conn, ref).source, correction=str(ref))
        made = ask_for_correction(conn, ref, g.account.id)
    if made is None:  # the job that corrects hears of it at its next batch
        flash(_("It is being undone."))
        return redirect(url_for("data.sources"))
    return redirect(url_for("data.job", ref=made))


@blueprint.post("/corrections/<uuid:ref>/end")
@requires(Permission.MANAGE_DATA)
def sources_end(ref: UUID) -> AnyResponse:
    """Let a correction hold no longer for later reports; what it has corrected stays."""
    check_whole_city()
    with db.transaction() as conn:
        end_standing(conn, ref, today(db.settings().zone))
        actor().note(conn, "datum_correction_ended", correction_by_ref(conn, ref).source, correction=str(ref))
    flash(_("From now on reports of this device are taken as they are stated."))
    return redirect(url_for("data.sources"))


@blueprint.post("/corrections/<uuid:ref>/continue")
@requires(Permission.MANAGE_DATA)
def sources_continue(ref: UUID) -> AnyResponse:
    """Go on with a correction, or an undoing, whose job was stopped."""
    check_whole_city()
    with db.transaction() as conn:
        made = ask_for_correction(conn, correction_by_ref(conn, ref).ref, g.account.id)
    return redirect(url_for("data.job", ref=made) if made else url_for("data.sources"))
