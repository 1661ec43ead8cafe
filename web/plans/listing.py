"""The plans that there are."""

from flask import render_template, request

from geodata.plans.listing import list_plans
from gridmap.access import Permission
from gridmap.planning.approval import PlanState
from web import db
from web.access import requires
from web.areas import area_choice, asked_area
from web.paging import part_of
from web.plans.blueprint import blueprint
from web.scope import scope


@blueprint.get("")
@requires(Permission.VIEW_PLANS)
def index() -> str:
    """Plans of an area, in a state, the latest changed first."""
    area, state = asked_area(), _asked_state()
    rows = list_plans(db.connection(), scope(), states=(state,) if state else (), area=area)
    part = part_of(rows)
    return render_template(
        "plans/index.html",
        **area_choice(area),
        part=part,
        pager=part.pager,
        state=state,
        may_draft=scope().may(Permission.DRAFT_PLANS),
    )


def _asked_state() -> PlanState | None:
    asked = request.args.get("state")
    return next((state for state in PlanState if state == asked), None)
