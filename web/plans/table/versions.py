"""Versions of a plan, out and in."""

from typing import Any
from uuid import UUID

from flask import url_for
from werkzeug.wrappers import Response as AnyResponse

from geodata.actions.planning.saving import StalePlan, save_version
from geodata.plans.versions import PlanVersion
from gridmap.access import Permission
from gridmap.errors import GridmapError
from web import db
from web.access import requires
from web.acting import actor
from web.api.body import json_object
from web.api.fields import body_text, only
from web.errors import status_of
from web.i18n import language
from web.plans.answers import as_json, fresh, packed, packed_answer, tag_of
from web.plans.asked import asked_ground, asked_plan, asked_version
from web.plans.blueprint import blueprint
from web.plans.table.drawn import body_whole, drawn_grids

#: How a person comes to a version; the first one, of the present grids, is nobody's.
_MADE_BY = ("drawn", "suggested", "imported", "merged")


class MadeByUnknown(GridmapError):
    """A version that came about in a way that there is not."""

    code = "plan_made_by_unknown"
    zh = "made_by 应为以下之一：{allowed}。"
    en = "made_by must be one of {allowed}."


@blueprint.get("/<uuid:ref>/versions/<int:version>.json")
@requires(Permission.VIEW_PLANS)
def version(ref: UUID, version: int) -> AnyResponse:
    """One version with the grid of each unit; it never changes."""
    conn = db.connection()
    found = as_sent(asked_version(conn, asked_plan(conn, ref), version))
    body = as_json(found)
    return packed_answer(packed(body), tag_of(ref, body))


@blueprint.post("/<uuid:ref>/versions")
@requires(Permission.DRAFT_PLANS)
def save(ref: UUID) -> AnyResponse:
    """Save what was drawn as the next version; who was first is told to who comes second.

    Errors: those of ``save_version`` and ``drawn_grids``, ``MadeByUnknown``.
    """
    body = json_object()
    only(body, ("base", "labels", "grids", "note", "made_by"))
    conn = db.connection()
    labels, grids = drawn_grids(body, asked_ground(conn, asked_plan(conn, ref)))
    made = PlanVersion(0, body_whole(body, "base"), labels, grids, _made_by(body), body_text(body, "note"))
    try:
        with db.transaction():
            saved = save_version(conn, actor(), ref, made)
    except StalePlan as error:
        return _refused(error)
    address = url_for("plans.version", ref=ref, version=saved.version)
    return fresh({"version": saved.version, "url": address, "figures": saved.figures}, 201)


def as_sent(found: PlanVersion) -> dict[str, Any]:
    """A version as the planning table takes it."""
    return {
        "version": found.version,
        "base": found.base,
        "made_by": found.made_by,
        "note": found.note,
        "author": found.author,
        "at": found.at.isoformat() if found.at else None,
        "labels": found.labels.tolist(),
        "grids": [grid.as_json() for grid in found.grids],
        "figures": found.figures,
    }


def _made_by(body: dict[str, Any]) -> str:
    found = body_text(body, "made_by", "drawn")
    if found not in _MADE_BY:
        raise MadeByUnknown(field="made_by", allowed=", ".join(_MADE_BY))
    return found


def _refused(error: StalePlan) -> AnyResponse:
    """The error with what somebody else saved, so that the page can offer to merge."""
    status = status_of(error)
    latest = {"version": error.values["version"], "author": error.values["author"]}
    told = {"status": status, "code": error.code, "message": error.text(language()), "field": error.field}
    return fresh({"error": {**told, "latest": latest}}, status)
