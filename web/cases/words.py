"""Words of cases: orders, what happened, why a grid owns the place."""

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row

from gridmap.report import OVER, OWN_PAGES
from web.map_words import helpers, percent, thousands
from web.words import STATUS, datum_word, reason_word, status_word

ORDER = {
    "newest": _l("Newest first"),
    "oldest": _l("Oldest first"),
    "reported": _l("Reported last first"),
    "reported_oldest": _l("Reported first first"),
    "category": _l("By category"),
    "status": _l("By state"),
}
CAUSE = {
    "filed": _l("when it was filed"),
    "loaded": _l("when it was loaded from a file"),
    "assigned": _l("when owners were worked out anew"),
    "moved": _l("because the place was corrected"),
    "transferred": _l("transferred by hand"),
    "published": _l("because new boundaries came into force"),
    "confirmed": _l("confirmed by a person"),
    "address_matched": _l("by its address"),
    "datum_corrected": _l("because the coordinate system was corrected"),
    "boundary_corrected": _l("because a boundary was corrected"),
}
#: What happened beside a change of the state.
EVENT = {
    "filed": _l("Filed"),
    "address_matched": _l("Placed by its address"),
    "address_placed": _l("Placed by a person"),
    "address_given_up": _l("Cannot be placed"),
    "moved": _l("Place corrected"),
    "owner_confirmed": _l("Owner confirmed"),
    "owner_transferred": _l("Transferred to another grid"),
    "decision_taken_back": _l("Decision about the owner taken back"),
    "datum_corrected": _l("Coordinate system corrected"),
    "datum_restored": _l("Correction of the coordinate system undone"),
}
#: States whose sign is not the clock: done, and not done after all.
_DONE = ("closed", "rated", "upheld")
_REFUSED = ("invalid", "merged", "refused", "sent_back")


def order_word(name: str) -> str:
    """An order of the list in words."""
    return str(ORDER[name])


def cause_word(code: str) -> str:
    """Why an owner was decided, in words."""
    return str(CAUSE.get(code) or code)


def event_word(kind: str) -> str:
    """What happened, in words: most events are named after the state that they lead to."""
    return str(EVENT.get(kind) or (status_word(kind) if kind in STATUS else kind))


def event_fact(event: Row[Any]) -> str:
    """What an event changed, "" where its name says it all."""
    detail = event.detail
    match event.kind:
        case "moved":
            metres = thousands(round(detail["metres"]))
            return str(_("moved %(metres)s m", metres=metres)) + (_(": ") + detail["why"] if detail.get("why") else "")
        case "datum_corrected" | "datum_restored":
            words = {side: datum_word(detail[side]) for side in ("from", "to")}
            return str(_("from %(from)s to %(to)s", **words))
        case "address_matched" | "address_placed":
            name = _found_place(detail.get("candidate", {}))
            return str(_("found “%(name)s”", name=name)) if name else ""
    return ""


def _found_place(candidate: dict[str, Any]) -> str:
    """What an address was taken for: the compound, the building in it, the stairwell, as far as they matched; "" for a point on the map."""
    name, compound = candidate.get("name", ""), candidate.get("compound_name")
    if compound and not name.startswith(compound):
        name = f"{compound}{' ' if compound.isascii() else ''}{name}"
    if candidate.get("stairwell"):
        name += str(_(", stairwell %(number)s", number=candidate["stairwell"]))
    return str(name)


def status_look(code: str) -> str:
    """``good``, ``bad``, ``over`` or ``wait``: colour and sign of a state."""
    if code in _DONE:
        return "good"
    if code in _REFUSED:
        return "bad"
    return "over" if code in OVER else "wait"


def number_of(ref: UUID | str) -> str:
    """The number that people call a case by: the first eight digits of its reference."""
    return str(ref)[:8]


def why(row: Row[Any]) -> str:
    """Why the owner of a listed report is its owner, or why there is none: a sentence."""
    if row.reason in (None, "none"):
        if row.lon is None:
            return str(_("There are no coordinates, so no grid can be found yet."))
        return str(_("No grid holds the place, and none is near enough."))
    if row.distance_to_edge_m is None:
        return reason_word(row.reason)
    metres = row.distance_to_edge_m
    distance = thousands(round(metres)) if metres >= 1 else _("less than 1")
    sentences: dict[str, str] = {
        "inside": _("The place lies inside this grid, %(distance)s m from its edge.", distance=distance),
        "edge": _("The place lies on the edge of this grid."),
        "edge_tie": _(
            "The place lies on the border between grids; it counts for the one to the east (where they lie north and south of each other: to the north), which is this one."
        ),
        "gap": _("The place lies in no grid; this one is the nearest, %(distance)s m away.", distance=distance),
        "overlap": _("Several grids hold the place; it counts for the smallest, which is this one."),
        "address": _("The place of its address lies in this grid, %(distance)s m from its edge.", distance=distance),
        "decided": _("A person decided for this grid."),
    }
    return sentences[row.reason]


def doubt(row: Row[Any]) -> str:
    """What makes the owner uncertain, "" when nothing does."""
    if row.accuracy_m is None or row.distance_to_edge_m is None or row.reason in (None, "none", "decided", "address"):
        return ""
    accuracy = thousands(round(row.accuracy_m))
    if row.owner_share is not None:
        share = percent(row.owner_share)
        return str(
            _("Accurate to %(accuracy)s m: with %(share)s it lies in this grid.", accuracy=accuracy, share=share)
        )
    if row.accuracy_m <= row.distance_to_edge_m:
        return ""
    return str(
        _("The position is accurate to %(accuracy)s m only: a neighbouring grid is possible too.", accuracy=accuracy)
    )


def case_helpers() -> dict[str, Any]:
    """The names for templates of cases."""
    return {
        **helpers(),
        "order_word": order_word,
        "datum_word": datum_word,
        "cause_word": cause_word,
        "event_word": event_word,
        "event_fact": event_fact,
        "status_look": status_look,
        "number_of": number_of,
        "why": why,
        "doubt": doubt,
        "own_pages": OWN_PAGES,
    }
