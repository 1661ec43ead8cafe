"""Start a plan: what its ground will be made from, the job that makes it, and what had to be adjusted."""

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection, Row
from werkzeug.wrappers import Response as AnyResponse

from geodata.actions.planning.starting import GROUND_JOB, ask_for_ground, start_plan
from geodata.jobs import ask_cancel
from geodata.jobs.queue import latest_of_key
from geodata.places import named_place
from geodata.plans.listing import NAME_MOST, PlanBoundsWrong
from geodata.plans.sources import Sources, sources_of
from geodata.scope import OutsideArea
from gridmap.access import Permission
from gridmap.errors import GridmapError
from gridmap.planning.units import Rules
from web import db
from web.access import requires
from web.acting import actor
from web.areas import area_choice, asked_area
from web.days import asked_day
from web.errors import status_of
from web.forms import field, troubles
from web.i18n import language
from web.plans.adjustments import adjusted
from web.plans.asked import asked_plan
from web.plans.blueprint import blueprint
from web.scope import scope


@blueprint.get("/new")
@requires(Permission.DRAFT_PLANS)
def start() -> AnyResponse:
    """The form, with what there is in the area of the address."""
    return _form(asked_area())


@blueprint.get("/new/sources")
@requires(Permission.DRAFT_PLANS)
def sources() -> str:
    """What the ground of an area would be made from. A fragment."""
    area = asked_area()
    return render_template("plans/sources.html", sources=_sources(db.connection(), area), area_code=area)


@blueprint.post("/new")
@requires(Permission.DRAFT_PLANS)
def started() -> AnyResponse:
    """Start it: its page shows how its ground comes about."""
    area = field("area", 20)
    try:
        bounds = {name: _households(name) for name in ("target", "lower", "upper")}
        with db.transaction() as conn:
            made = start_plan(conn, actor(), field("name", NAME_MOST), area, **bounds)
    except GridmapError as error:
        db.forget()
        return _form(area or None, error)
    return redirect(url_for("plans.making", ref=made.ref))


@blueprint.get("/<uuid:ref>/making")
@requires(Permission.VIEW_PLANS)
def making(ref: UUID) -> str:
    """How the ground comes about; afterwards what it consists of and what had to be adjusted."""
    conn = db.connection()
    row = asked_plan(conn, ref)
    return render_template("plans/making.html", **_state(conn, row), **adjusted(conn, row))


@blueprint.get("/<uuid:ref>/making/state")
@requires(Permission.VIEW_PLANS)
def making_state(ref: UUID) -> AnyResponse:
    """What the page shows of the job now. A fragment; the page is loaded again when the ground is there."""
    conn = db.connection()
    row = asked_plan(conn, ref)
    response = make_response(render_template("plans/making_state.html", **_state(conn, row)))
    if row.version:
        response.headers["HX-Refresh"] = "true"
    return response


@blueprint.post("/<uuid:ref>/making/cancel")
@requires(Permission.DRAFT_PLANS)
def making_cancel(ref: UUID) -> AnyResponse:
    """Ask the job to stop."""
    job = _job(db.connection(), asked_plan(db.connection(), ref))
    if job is not None and job.state in ("waiting", "running"):
        with db.transaction() as conn:
            ask_cancel(conn, job.ref)
    return redirect(url_for("plans.making", ref=ref))


@blueprint.post("/<uuid:ref>/making/again")
@requires(Permission.DRAFT_PLANS)
def making_again(ref: UUID) -> AnyResponse:
    """Have the ground made once more, after it failed or was stopped."""
    row = asked_plan(db.connection(), ref)
    if not row.version:
        with db.transaction() as conn:
            ask_for_ground(conn, actor(), ref, row.name)
        flash(_("The units are being made once more."))
    return redirect(url_for("plans.making", ref=ref))


def _state(conn: Connection, row: Row[Any]) -> dict[str, Any]:
    job = None if row.version else _job(conn, row)
    said = {} if job is None else (job.checkpoint or {}).get("error", {})
    return {
        "plan": row,
        "job": job,
        "said": said.get(language()) or (job.message if job else ""),
        "may_draft": scope().may(Permission.DRAFT_PLANS),
    }


def _job(conn: Connection, row: Row[Any]) -> Row[Any] | None:
    return latest_of_key(conn, f"{GROUND_JOB}:{row.ref}")


def _households(name: str) -> int:
    """A number of households of the form; what is none is told as bounds that contradict each other."""
    raw = field(name, 20)
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        said: dict[str, Any] = {each: field(each, 20) or "—" for each in ("lower", "target", "upper")}
        raise PlanBoundsWrong(field="target", **said)
    return int(raw)


def _sources(conn: Connection, area: str | None) -> Sources | None:
    """What there is in an area of the caller's own; None for no area or another one."""
    if not area or not scope().holds_area(area) or named_place(conn, scope(), area, asked_day()) is None:
        return None
    return sources_of(conn, area)


def _form(area: str | None, error: GridmapError | None = None) -> AnyResponse:
    rules = Rules()
    defaults = {"target": rules.target, "lower": rules.lower, "upper": rules.upper, "name": "", **request.form}
    conn = db.connection()
    if isinstance(error, OutsideArea):
        area = None
    page = render_template(
        "plans/new.html",
        **area_choice(area),
        area_code=area,
        sources=_sources(conn, area),
        asked=defaults,
        name_most=NAME_MOST,
        errors=troubles(error),
    )
    return make_response(page, status_of(error) if error else 200)
