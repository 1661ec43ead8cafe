"""What notices say."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row

from gridmap.planning.approval import PlanStep

ICONS = {
    "moved_here": "box-arrow-in-right",
    "moved_away": "box-arrow-right",
    "published": "calendar-event",
    "boundary_corrected": "bounding-box",
    "plan_step": "signpost-split",
    "plan_waits": "hourglass-split",
    "plan_comment": "chat-left-text",
    "plan_published": "calendar-plus",
    "plan_published_in": "calendar-plus",
    "plan_withdrawn": "calendar-x",
    "plan_withdrawn_in": "calendar-x",
}
#: What was done to a plan, by step.
STEP_TOLD = {
    PlanStep.PROPOSE: _l("it was proposed for review"),
    PlanStep.REVIEW: _l("the street passed it on to the district"),
    PlanStep.APPROVE: _l("the district approved it"),
    PlanStep.SEND_BACK: _l("it was sent back for changes"),
    PlanStep.PUBLISH: _l("it was published"),
    PlanStep.WITHDRAW: _l("its publication was withdrawn"),
    PlanStep.DISCARD: _l("it was discarded"),
}
#: What a plan waits for, by step.
_AWAITED = {
    PlanStep.REVIEW: _l("it waits for your review"),
    PlanStep.APPROVE: _l("it waits for your approval"),
    PlanStep.PUBLISH: _l("it is approved and waits to be published"),
}
#: What becomes of a worker's grid when a plan is published, by the fate of the grid.
_PUBLISHED = {
    "ends": _l(
        "From %(day)s the grid “%(grid)s” ends: you work there until the day before; your secretary tells you which grid is yours then."
    ),
    "begins": _l("From %(day)s the grid “%(grid)s” is in force, and it is yours."),
    "changes": _l("From %(day)s the grid “%(grid)s” has other boundaries. It stays yours: look at its map before."),
}

#: Grids that a notice is about; ``grid_name`` and the like stand beside the code.
_PLACES = ("grid", "from", "to")


def notice_words(row: Row[Any]) -> str:
    """A notice as a sentence; a kind that has no words yet is named by its code."""
    detail = _named(row.detail)
    match row.kind:
        case "moved_here":
            return str(
                _("Case %(number)s (%(category)s) came to the grid “%(to)s”: its place was corrected.", **detail)
            )
        case "moved_away":
            return str(_("Case %(number)s (%(category)s) left the grid “%(from)s”: its place was corrected.", **detail))
        case "published":
            return str(
                _(
                    "New boundaries since %(day)s, grid “%(grid)s”: %(came)s cases came, %(left)s left, about %(asked)s in progress a person is asked.",
                    **detail,
                )
            )
        case "boundary_corrected":
            return str(
                _("A boundary of the grid “%(grid)s” was corrected: %(came)s cases came, %(left)s left.", **detail)
            )
        case "plan_step":
            words = _(
                "Plan “%(name)s”: %(what)s.", name=row.detail["name"], what=STEP_TOLD[PlanStep(row.detail["step"])]
            )
            reason = row.detail.get("reason")
            return str(words + " " + _("Reason: %(reason)s", reason=reason) if reason else words)
        case "plan_waits":
            return str(
                _("Plan “%(name)s”: %(what)s.", name=row.detail["name"], what=_AWAITED[PlanStep(row.detail["step"])])
            )
        case "plan_comment":
            return str(_("Somebody said something about the plan “%(name)s”.", **row.detail))
        case "plan_published":
            return str(_PUBLISHED[row.detail["fate"]]) % detail
        case "plan_withdrawn":
            return str(_("The change of %(day)s was withdrawn: the grid “%(grid)s” stays as it is.", **detail))
        case "plan_published_in":
            return str(
                _(
                    "The plan “%(name)s” comes into force in your community on %(day)s: %(begins)s grids begin, %(ends)s end, %(changes)s have other boundaries.",
                    **detail,
                )
            )
        case "plan_withdrawn_in":
            return str(_("The publication of “%(name)s” for %(day)s was withdrawn: the present grids go on.", **detail))
    return str(row.kind)


def _named(detail: dict[str, Any]) -> dict[str, Any]:
    """Grids by the name that they had; notices from before names were kept have the code alone."""
    return detail | {place: detail.get(f"{place}_name") or detail.get(place) for place in _PLACES}
