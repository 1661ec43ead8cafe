"""Words of the domain as people see them: states, channels, datums, reasons. Codes stay English in addresses and data."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

STATUS = {
    "filed": _l("To be verified"),
    "to_review": _l("To be reviewed"),
    "invalid": _l("Not confirmed"),
    "merged": _l("Merged with another case"),
    "self_governed": _l("Handled by the neighbourhood"),
    "whistled": _l("Whistled, to be dispatched"),
    "street_handling": _l("Handled by the street"),
    "sent_back": _l("Sent back for more details"),
    "refused": _l("Not accepted"),
    "dispatched": _l("Dispatched, to be answered"),
    "accepted": _l("Answered"),
    "returned": _l("Returned, to be ruled on"),
    "in_progress": _l("In progress"),
    "suspended": _l("Suspended"),
    "to_check": _l("To be checked"),
    "closed": _l("Closed"),
    "rework": _l("Rework"),
    "rated": _l("Rated"),
    "reopened": _l("Reopened"),
    "upheld": _l("Closing upheld"),
}

SOURCE = {
    "patrol": _l("Patrol"),
    "building_head": _l("Building head"),
    "courier": _l("Courier or driver"),
    "resident": _l("Resident"),
    "hotline": _l("12345 hotline"),
    "chat": _l("Chat group"),
    "other": _l("Other channel"),
}

DATUM = {
    "wgs84": _l("WGS84 (GPS)"),
    "cgcs2000": _l("CGCS2000 (official maps)"),
    "gcj02": _l("GCJ-02 (AMap, WeChat, Tencent)"),
    "bd09": _l("BD-09 (Baidu)"),
    "gcj02_twice": _l("GCJ-02, shifted twice by mistake"),
    "bd09_twice": _l("BD-09, shifted twice by mistake"),
}

PLACING = {
    "exact": _l("Coordinates on site"),
    "pile": _l("Shares one coordinate with many"),
    "rounded": _l("Rounded coordinates"),
}

REASON = {
    "inside": _l("inside the grid"),
    "edge": _l("on the grid's edge"),
    "edge_tie": _l("on a shared edge, decided by rule"),
    "gap": _l("in a gap, nearest grid"),
    "overlap": _l("in an overlap, one chosen"),
    "none": _l("no owning grid"),
    "address": _l("by its address"),
    "decided": _l("decided by a person"),
}


def status_word(code: str) -> str:
    """A report's state in words."""
    return str(STATUS.get(code) or gettext("Unknown"))


def source_word(code: str) -> str:
    """A report's channel in words."""
    return str(SOURCE.get(code) or gettext("Unknown"))


def datum_word(code: str) -> str:
    """A datum with where it comes from."""
    return str(DATUM[code])


def placing_word(code: str) -> str:
    """Whether a report's coordinates say where something is, in words."""
    return str(PLACING[code])


def reason_word(code: str | None) -> str:
    """Why a grid owns a place, in words."""
    return str(REASON.get(code or "none") or gettext("Unknown"))
