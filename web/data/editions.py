"""Editions of the grids: the days on which boundaries changed, what each brought, what is still to come."""

from datetime import date

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from geodata.actions.boundaries import OWNERS_JOB
from geodata.actions.publishing import (
    PublicationPreview,
    UnknownPublication,
    apply_publication,
    preview_publication,
    withdraw_publication,
)
from geodata.days import today
from geodata.editions import due_days, edition_days, grids_of_day
from geodata.grids import grid_names
from geodata.jobs import latest_job
from gridmap.access import Permission
from gridmap.errors import GridmapError
from web import db
from web.access import requires
from web.acting import actor
from web.data.blueprint import blueprint, check_whole_city
from web.errors import status_of
from web.forms import troubles
from web.paging import part_of
from web.scope import scope


@blueprint.get("/editions")
@requires(Permission.MANAGE_DATA)
def editions() -> str:
    """The days, the latest first, and what still has to be done about any."""
    conn, at = db.connection(), today(db.settings().zone)
    part = part_of(edition_days(conn, scope()))
    job = latest_job(conn, OWNERS_JOB)
    return render_template(
        "data/editions.html",
        part=part,
        pager=part.pager,
        at=at,
        due=due_days(conn, at),
        owners_job=job if job is not None and job.state != "done" else None,
    )


@blueprint.get("/editions/<day>")
@requires(Permission.MANAGE_DATA)
def edition(day: str) -> AnyResponse:
    """One day: its grids; for a day to come, or not applied yet, what it will do with reports."""
    return _page(asked_edition(day))


@blueprint.post("/editions/<day>/apply")
@requires(Permission.MANAGE_DATA)
def edition_apply(day: str) -> AnyResponse:
    """Re-route the reports of a day that has come and whose job has not done it."""
    check_whole_city()
    try:
        with db.transaction() as conn:
            done = apply_publication(conn, db.settings(), asked_edition(day), account_id=actor().account_id)
    except GridmapError as error:
        db.forget()
        return _page(asked_edition(day), error)
    flash(
        _("%(rerouted)s reports were re-routed, %(asked)s are asked about.", rerouted=done.rerouted, asked=done.asked)
    )
    return redirect(url_for("data.edition", day=day))


@blueprint.post("/editions/<day>/withdraw")
@requires(Permission.MANAGE_DATA)
def edition_withdraw(day: str) -> AnyResponse:
    """Take back the grids of a day to come."""
    check_whole_city()
    try:
        with db.transaction() as conn:
            withdraw_publication(conn, db.settings(), actor(), asked_edition(day))
    except GridmapError as error:
        db.forget()
        return _page(asked_edition(day), error)
    flash(_("The grids of %(day)s are withdrawn; the present ones go on.", day=day))
    return redirect(url_for("data.editions"))


def asked_edition(value: str) -> date:
    """The day of an address. Errors: ``UnknownPublication``."""
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise UnknownPublication(field="day", day=value[:20]) from error


def _page(day: date, error: GridmapError | None = None) -> AnyResponse:
    conn, at = db.connection(), today(db.settings().zone)
    found = edition_days(conn, scope(), day=day)
    if not found:
        raise UnknownPublication(field="day", day=day.isoformat())
    waits = found[0].planned and found[0].applied_at is None
    part = part_of(grids_of_day(conn, scope(), day))
    # Counts of the whole city are for those who answer for it.
    preview = preview_publication(conn, db.settings(), day) if waits and scope().everywhere else None
    page = render_template(
        "data/edition.html",
        day=day,
        found=found[0],
        part=part,
        pager=part.pager,
        preview=preview,
        names=grid_names(conn, _codes(preview)) if preview else {},
        ahead=day > at,
        waits=waits,
        may_change=scope().everywhere,
        errors=troubles(error),
    )
    return make_response(page, status_of(error) if error else 200)


def _codes(preview: PublicationPreview) -> set[str]:
    return {*preview.without_worker, *(code for old, new, _count in preview.reports.moves for code in (old, new))}
