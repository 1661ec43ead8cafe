"""Jobs: what runs, how far it is, what it found; a page to come back to."""

from typing import Any
from uuid import UUID

from flask import Response, g, make_response, redirect, render_template, send_file, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row
from werkzeug.wrappers import Response as AnyResponse

from geodata.jobs import ask_cancel, job_by_ref, recent_jobs
from geodata.jobs.loads import KIND, ask_for_load
from geodata.jobs.queue import UnknownJob
from geodata.uploads import rejects_path, upload_by_ref
from gridmap.access import Permission
from web import db
from web.access import requires
from web.acting import actor
from web.data.blueprint import blueprint, check_whole_city
from web.scope import scope

_RECENT = 100
STATE_WORDS = {
    "waiting": _l("Waiting"),
    "running": _l("Running"),
    "done": _l("Done"),
    "failed": _l("Failed"),
    "cancelled": _l("Cancelled"),
}
JOB_WORDS = {
    KIND: _l("Load a layer"),
    "assign": _l("Assign anew"),
    "owners_after_boundaries": _l("Assign anew after boundaries changed"),
    "publish": _l("Bring new boundaries into force"),
    "plan_ground": _l("Cut the ground of a plan into units"),
    "plan_suggestion": _l("Suggest grids for a plan"),
    "publication_timer": _l("Look for boundaries that have come"),
    "addresses": _l("Look for addresses"),
    "addresses_timer": _l("Look for addresses again"),
    "coverage": _l("Derive coverage"),
    "coverage_of_a_day": _l("Check the grids of another day"),
    "coverage_timer": _l("Look for changed layers"),
    "positions": _l("Judge coordinates"),
    "positions_timer": _l("Judge coordinates every day"),
    "datum_correction": _l("Correct a source's coordinates"),
    "report_snapshot": _l("Prepare figures of reports"),
    "housekeeping": _l("Clear what has run out"),
    "export": _l("Export"),
}
STEP_WORDS = {
    "read": _l("reading the file"),
    "check": _l("checking its rows"),
    "owners": _l("finding grids"),
    "copy": _l("copying to the database"),
    "write": _l("comparing and writing"),
}


def _sees_all() -> bool:
    return scope().may(Permission.MANAGE_DATA) and scope().everywhere


def _own_job(ref: UUID) -> Row[Any]:
    """A job that the caller may see. Errors: ``UnknownJob``."""
    found = job_by_ref(db.connection(), ref)
    if found.account_id != g.account.id and not _sees_all():
        raise UnknownJob(field="ref")
    return found


@blueprint.get("/jobs")
@requires(Permission.VIEW_MAP)
def jobs() -> str:
    """The latest jobs: one's own, or all for the city's data managers."""
    account_id = None if _sees_all() else g.account.id
    return render_template(
        "data/jobs.html", rows=recent_jobs(db.connection(), _RECENT, account_id=account_id), **_words()
    )


@blueprint.get("/jobs/<uuid:ref>")
@requires(Permission.VIEW_MAP)
def job(ref: UUID) -> str:
    """One job: its page keeps itself up to date until the job has ended."""
    return render_template("data/job.html", job=_own_job(ref), **_words())


@blueprint.get("/jobs/<uuid:ref>/state")
@requires(Permission.VIEW_MAP)
def job_state(ref: UUID) -> str:
    """What the job's page shows of it now. A fragment."""
    return render_template("data/job_state.html", job=_own_job(ref), **_words())


@blueprint.post("/jobs/<uuid:ref>/cancel")
@requires(Permission.VIEW_MAP)
def job_cancel(ref: UUID) -> AnyResponse:
    """Ask the job to stop."""
    _own_job(ref)
    with db.transaction() as conn:
        ask_cancel(conn, ref)
    return redirect(url_for("data.job", ref=ref))


@blueprint.post("/jobs/<uuid:ref>/apply")
@requires(Permission.MANAGE_DATA)
def job_apply(ref: UUID) -> AnyResponse:
    """Apply the file of a dry run that has ended well: the same load, written this time."""
    check_whole_city()
    tried = _own_job(ref)
    if tried.kind != KIND or tried.state != "done" or tried.arguments["commit"]:
        raise UnknownJob(field="ref")
    upload = upload_by_ref(db.settings(), tried.arguments["upload"])
    with db.transaction() as conn:
        made = ask_for_load(conn, upload, tried.arguments["options"], commit=True, account_id=g.account.id)
    return redirect(url_for("data.job", ref=made))


@blueprint.get("/jobs/<uuid:ref>/rejects.csv")
@requires(Permission.MANAGE_DATA)
def job_rejects(ref: UUID) -> Response:
    """The rejected rows of a load, as the command writes them. They may be personal: the download is noted."""
    check_whole_city()
    found = _own_job(ref)
    if found.kind != KIND:
        raise UnknownJob(field="ref")
    upload = upload_by_ref(db.settings(), found.arguments["upload"])
    path = rejects_path(db.settings(), upload.ref, str(ref))
    if not path.is_file():
        raise UnknownJob(field="ref")
    with db.transaction() as conn:
        actor().note(conn, "rejects_downloaded", upload.kind, purpose="mending", file=upload.name)
    response = make_response(
        send_file(path.resolve(), mimetype="text/csv", as_attachment=True, download_name=f"{upload.name}.rejects.csv")
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _words() -> dict[str, Any]:
    return {
        "state_words": STATE_WORDS,
        "job_words": JOB_WORDS,
        "step_words": STEP_WORDS,
        "may_manage": _sees_all(),
    }
