"""What a case's page says of a doubt about its owner, and the buttons that settle it."""

from typing import Any

from sqlalchemy import Connection, Row

from geodata.days import today
from geodata.doubts import doubt_of, grids_asked, tag_of
from geodata.grids import nearest_grids
from gridmap.access import Permission
from web import db
from web.doubt_words import choices_of, shares_in_words
from web.scope import scope

#: Grids around a place that its report can be given to without a question.
_NEAREST = 12


def doubt_words(conn: Connection, row: Row[Any]) -> dict[str, Any]:
    """The names of ``cases/doubt.html``: ``question`` (None without one) with its ``choices`` and ``shares``, ``seen``; for those who may
    decide ``may_decide``, ``mine`` and the grids ``near``."""
    at, seen = today(db.settings().zone), scope()
    latest = doubt_of(conn, row.id)
    question = latest if latest is not None and latest.doubt_state != "withdrawn" else None
    named = grids_asked(conn, [code for code, _share in question.alternatives], at) if question else {}
    choices = choices_of(question, named) if question else []
    may_decide = seen.may(Permission.PLACE_REPORTS)
    near = nearest_grids(conn, seen, row.lon, row.lat, at, _NEAREST) if may_decide and row.lon is not None else []
    return {
        "question": question,
        "choices": choices,
        "shares": shares_in_words(question, choices) if question else "",
        "seen": tag_of(row.id, row.grid_id, row.assigned_at, latest.doubt_state if latest else None),
        "mine": question is not None and question.decided_by is not None and question.decided_by == seen.account_id,
        "inside": True,
        "may_decide": may_decide,
        "near": [each for each in near if each.code not in {row.grid_code, *(choice.code for choice in choices)}],
    }
