"""Words of the pages of plans, and the names that their templates share."""

from typing import Any

from flask_babel import lazy_gettext as _l

from gridmap.planning.approval import PlanState, PlanStep
from web.map_words import helpers
from web.plans.blueprint import blueprint

STATE_WORDS = {
    PlanState.DRAFT: _l("Draft plan"),
    PlanState.PROPOSED: _l("With the street for review"),
    PlanState.REVIEWED: _l("With the district for approval"),
    PlanState.APPROVED: _l("Approved, to be published"),
    PlanState.PUBLISHED: _l("Published"),
    PlanState.DISCARDED: _l("Discarded"),
}
STATE_ICONS = {
    PlanState.DRAFT: "pencil",
    PlanState.PROPOSED: "hourglass-split",
    PlanState.REVIEWED: "hourglass-split",
    PlanState.APPROVED: "check-circle",
    PlanState.PUBLISHED: "calendar-check",
    PlanState.DISCARDED: "trash",
}
STEP_WORDS = {
    PlanStep.PROPOSE: _l("Propose for review"),
    PlanStep.REVIEW: _l("Pass on to the district"),
    PlanStep.APPROVE: _l("Approve"),
    PlanStep.SEND_BACK: _l("Send back for changes"),
    PlanStep.PUBLISH: _l("Publish"),
    PlanStep.WITHDRAW: _l("Withdraw the publication"),
    PlanStep.DISCARD: _l("Discard the plan"),
}


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {
        **helpers(),
        "plan_state_words": STATE_WORDS,
        "plan_state_icons": STATE_ICONS,
        "plan_step_words": STEP_WORDS,
    }
