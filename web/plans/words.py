"""Words of the pages of plans, and the names that their templates share."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row

from gridmap.access import GRANTS
from gridmap.planning.approval import STEPS, PlanState, PlanStep
from web.map_words import helpers
from web.plans.blueprint import blueprint
from web.role_words import role_word
from web.scope import scope

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


MADE_WORDS = {
    "present": _l("the grids in force"),
    "suggested": _l("suggested"),
    "drawn": _l("drawn"),
    "imported": _l("from a file"),
    "merged": _l("merged from two"),
}
CHECK_WORDS = {
    "unassigned_units": _l("Units in no grid"),
    "tiling": _l("Gaps or overlaps"),
    "grids_changed": _l("The present grids changed since the plan was started"),
    "day_taken": _l("Other grids already begin on this day or later"),
    "not_contiguous": _l("Grids in several pieces"),
    "outside_bounds": _l("Grids outside the bounds on households"),
    "compounds_split": _l("Compounds divided that would fit one grid"),
    "buildings_outside": _l("Buildings that came after the units were made"),
    "ties_broken": _l("Building heads whose buildings come into several grids"),
}


#: What the checks mean, and what to do about a finding.
CHECK_HINTS = {
    "unassigned_units": _l("Give every unit to a grid on the table: “find unassigned” shows them."),
    "tiling": _l("The grids do not cover the community exactly. Look at the grids named, and give every unit to one."),
    "grids_changed": _l(
        "Other grids are in force than when the plan was started. Start a new plan from the present ones."
    ),
    "day_taken": _l("Another publication is under way here. Choose a day after it, or have it withdrawn first."),
    "not_contiguous": _l(
        "A worker would have to cross other grids. Join the pieces on the table, or say why it must be so."
    ),
    "outside_bounds": _l("Re-balance them on the table, or say why they may be smaller or larger."),
    "compounds_split": _l("Neighbours of one compound would have two workers. Join them on the table, or say why not."),
    "buildings_outside": _l(
        "They belong to the grid on whose ground they stand, but their households are not counted in it."
    ),
    "ties_broken": _l("They would have to work with two grid workers. Talk to them first, and say what was agreed."),
}
FATE_WORDS = {
    "begins": _l("begins"),
    "changes": _l("goes on with other ground"),
    "stays": _l("stays as it is"),
    "ends": _l("ends"),
}


def step_hindrance(row: Row[Any], step: PlanStep) -> str:
    """Why the caller may not take a step that leads on, in words; for a step that they may not take."""
    known, word = STEPS[step], STEP_WORDS[step]
    if row.status not in known.sources:
        state = next(STATE_WORDS[state] for state in PlanState if state in known.sources)
        here = STATE_WORDS[PlanState(row.status)]
        return str(
            _("“%(step)s” comes when the plan is “%(state)s”; it is “%(here)s” now.", step=word, state=state, here=here)
        )
    if not scope().may(known.permission):
        roles = _(", ").join(role_word(role) for role, grant in GRANTS.items() if known.permission in grant.permissions)
        return str(_("“%(step)s” is for: %(roles)s.", step=word, roles=roles))
    return str(_("“%(step)s” is for another person: you drew this plan, or a version of it.", step=word))


@blueprint.app_template_filter("step_word")
def step_word(step: str) -> str:
    """A step in words."""
    return str(STEP_WORDS[PlanStep(step)])


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {
        **helpers(),
        "plan_state_words": STATE_WORDS,
        "plan_state_icons": STATE_ICONS,
        "plan_step_words": STEP_WORDS,
        "plan_made_words": MADE_WORDS,
        "plan_check_words": CHECK_WORDS,
        "plan_check_hints": CHECK_HINTS,
        "plan_fate_words": FATE_WORDS,
    }
