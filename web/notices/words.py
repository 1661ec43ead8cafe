"""What notices say."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row

ICONS = {
    "moved_here": "box-arrow-in-right",
    "moved_away": "box-arrow-right",
    "published": "calendar-event",
    "boundary_corrected": "bounding-box",
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
    return str(row.kind)


def _named(detail: dict[str, Any]) -> dict[str, Any]:
    """Grids by the name that they had; notices from before names were kept have the code alone."""
    return detail | {place: detail.get(f"{place}_name") or detail.get(place) for place in _PLACES}
