"""The way of a plan: its versions, the steps it took, those that may be taken now, and what people said."""

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection, Row
from werkzeug.wrappers import Response as AnyResponse

from geodata.actions.planning.stepping import REASON_MOST, PlanMovedOn, steps_for, take_step
from geodata.days import today
from geodata.plans.talk import TEXT_MOST, comments_on, steps_of
from geodata.plans.versions import PRESENT, list_versions
from gridmap.access import Permission
from gridmap.errors import GridmapError
from gridmap.planning.approval import STEPS, PlanState, PlanStep
from web import db
from web.access import requires
from web.acting import actor
from web.errors import NotFound, status_of
from web.forms import field, troubles
from web.map_assets import grid_layer, page_map
from web.maps import MapParts, render
from web.maps.comment_mark import CommentMark
from web.plans.asked import asked_plan
from web.plans.blueprint import blueprint
from web.plans.words import STEP_WORDS, step_hindrance
from web.scope import scope
from web.security import csp_nonce
from web.static_files import static_url

#: The steps that lead on, in order, and where each leads.
_FORWARD = (PlanStep.PROPOSE, PlanStep.REVIEW, PlanStep.APPROVE, PlanStep.PUBLISH)
#: Steps with pages of their own.
_ELSEWHERE = frozenset({PlanStep.PUBLISH, PlanStep.WITHDRAW})


@blueprint.get("/<uuid:ref>/way")
@requires(Permission.VIEW_PLANS)
def way(ref: UUID) -> AnyResponse:
    """Steps, versions and comments."""
    return way_page(ref)


@blueprint.post("/<uuid:ref>/steps")
@requires(Permission.VIEW_PLANS)
def step(ref: UUID) -> AnyResponse:
    """Take a step with the version in view; publishing and withdrawing have pages of their own."""
    chosen, version = _asked_step(), field("version", 10)
    if chosen is None:
        raise NotFound(field="step")
    try:
        with db.transaction() as conn:
            # Long reasons are told, not cut.
            reason = request.form.get("reason", "")
            take_step(conn, actor(), ref, chosen, version=int(version) if version.isdecimal() else 0, reason=reason)
    except GridmapError as error:
        db.forget()
        return way_page(ref, error)
    flash(_("Done: %(step)s.", step=STEP_WORDS[chosen]))
    return redirect(url_for("plans.way", ref=ref))


def _asked_step() -> PlanStep | None:
    asked = field("step", 20)
    return next((each for each in PlanStep if each == asked and each not in _ELSEWHERE), None)


def way_page(ref: UUID, error: GridmapError | None = None) -> AnyResponse:
    """The page; with an error, beside the field that it is about. Errors: ``UnknownPlan``."""
    conn = db.connection()
    row = asked_plan(conn, ref)
    events, comments = steps_of(conn, row.id), comments_on(conn, row.id)
    possible = steps_for(conn, actor(), row)
    page = render_template(
        "plans/way.html",
        plan=row,
        stations=_stations(row, events),
        possible=[each for each in possible if row.version > PRESENT or each is not PlanStep.PROPOSE],
        why_not=_why_not(row, possible),
        steps=STEPS,
        events=list(reversed(events)),
        versions=list_versions(conn, row.id),
        comments=comments,
        may_settle=bool({Permission.DRAFT_PLANS, Permission.REVIEW_PLANS} & scope().permissions),
        parts=_map(conn, row, comments),
        reason_most=REASON_MOST,
        text_most=TEXT_MOST,
        moved_on=isinstance(error, PlanMovedOn),
        asked=request.form,
        errors=troubles(error, version="", step="", plan="", comment=""),
    )
    return make_response(page, status_of(error) if error else 200)


def _stations(row: Row[Any], events: list[Row[Any]]) -> list[dict[str, Any]]:
    """The states on the way with who brought the plan there and when, None for those that it has not reached."""
    reached: dict[PlanStep, Row[Any]] = {}
    for event in events:
        if event.step == PlanStep.SEND_BACK:
            reached.clear()
        elif event.step == PlanStep.WITHDRAW:
            reached.pop(PlanStep.PUBLISH, None)
        elif event.step in _FORWARD:
            reached[PlanStep(event.step)] = event
    begun = {"state": PlanState.DRAFT, "who": row.author, "at": row.created_at, "here": row.status == PlanState.DRAFT}
    return [begun] + [
        {
            "state": STEPS[each].target,
            "who": reached[each].author if each in reached else None,
            "at": reached[each].at if each in reached else None,
            "here": row.status == STEPS[each].target,
        }
        for each in _FORWARD
    ]


def _why_not(row: Row[Any], possible: tuple[PlanStep, ...]) -> str:
    """Why the caller may not take the step that leads on, "" when they may or there is none."""
    onward = next((STEPS[each] for each in _FORWARD if row.status in STEPS[each].sources), None)
    if onward is None:
        return ""
    if onward.step is PlanStep.PROPOSE and row.version <= PRESENT:
        return str(
            _(
                "Nothing was saved yet beside the present grids: suggest or draw grids and save them, then propose the plan."
            )
        )
    if onward.step in possible:
        return ""
    return step_hindrance(row, onward.step)


def _map(conn: Connection, row: Row[Any], comments: list[Row[Any]]) -> MapParts:
    """The present grids of the area, and what was said where."""
    settings = db.settings()
    made, _has_grids = page_map(
        conn, scope(), settings, today(settings.zone), _("Where something was said"), row.area_code
    )
    made.add_js_link("comment_mark", static_url("maps/comment_mark.js"))
    grid_layer().add_to(made)
    for number, each in enumerate(comments, start=1):
        if each.lon is not None:
            CommentMark(
                each.lat,
                each.lon,
                number=number,
                ref=str(each.ref),
                label=each.text[:80],
                settled=bool(each.settled_at),
            ).add_to(made)
    return render(made, csp_nonce())
