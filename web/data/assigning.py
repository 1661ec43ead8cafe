"""Assign reports anew (归属重算): choose which, try, apply. Trying and applying are jobs."""

from uuid import UUID

from flask import g, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from geodata.jobs import job_by_ref
from geodata.jobs.assign import KIND, ask_for_assigning
from geodata.jobs.queue import UnknownJob
from geodata.owners.batches import ReportChoice, Which
from gridmap.access import Permission
from gridmap.errors import GridmapError
from web import db
from web.access import requires
from web.data.blueprint import blueprint, check_whole_city
from web.errors import status_of
from web.forms import field, troubles
from web.words import reason_word

WHICH: dict[Which, object] = {
    "unassigned": _l("Reports without a grid"),
    "open": _l("Reports whose work is not over"),
    "all": _l("Every report"),
}


@blueprint.get("/assigning")
@requires(Permission.MANAGE_DATA)
def assigning() -> str:
    """The form: which reports, and of which area."""
    check_whole_city()
    return _form(request.args.get("which", ""), request.args.get("area", ""))


@blueprint.post("/assigning")
@requires(Permission.MANAGE_DATA)
def assigning_tried() -> AnyResponse:
    """Try it: a job that writes nothing."""
    check_whole_city()
    area = field("area")
    which: Which = next((known for known in WHICH if known == field("which")), "unassigned")
    try:
        with db.transaction() as conn:
            made = ask_for_assigning(conn, ReportChoice(which, area or None), commit=False, account_id=g.account.id)
    except GridmapError as error:
        return make_response(_form(which, area, error), status_of(error))
    return redirect(url_for("data.job", ref=made))


@blueprint.post("/assigning/<uuid:ref>/apply")
@requires(Permission.MANAGE_DATA)
def assigning_applied(ref: UUID) -> AnyResponse:
    """Write what was tried: the same reports, derived once more when they are written."""
    check_whole_city()
    tried = job_by_ref(db.connection(), ref)
    if tried.kind != KIND or tried.state != "done" or tried.arguments["commit"]:
        raise UnknownJob(field="ref")
    choice = ReportChoice(tried.arguments["which"], tried.arguments["area"])
    with db.transaction() as conn:
        made = ask_for_assigning(conn, choice, commit=True, account_id=g.account.id)
    return redirect(url_for("data.job", ref=made))


@blueprint.context_processor
def _words() -> dict[str, object]:
    return {"which_words": WHICH, "reason_word": reason_word}


def _form(which: str, area: str, error: GridmapError | None = None) -> str:
    return render_template("data/assigning.html", which=which, area=area, errors=troubles(error))
