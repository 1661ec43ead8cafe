"""What people say about a plan: comments in, out, settled."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from geodata.actions.planning.talking import SETTLING, CommentNowhere, say, settle
from geodata.plans.talk import comments_on
from geodata.plans.versions import UnknownVersion
from gridmap.access import Permission
from gridmap.errors import GridmapError
from web import db
from web.access import requires
from web.acting import actor
from web.api.body import json_object
from web.plans.asked import asked_plan
from web.plans.blueprint import blueprint
from web.plans.way.page import way_page
from web.scope import scope


@blueprint.get("/<uuid:ref>/comments.json")
@requires(Permission.VIEW_PLANS)
def comments(ref: UUID) -> Response:
    """All comments, those about the whole without a place."""
    conn = db.connection()
    rows = comments_on(conn, asked_plan(conn, ref).id)
    response = jsonify({"comments": [_told(row) for row in rows], "may_settle": may_settle()})
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/<uuid:ref>/comments")
@requires(Permission.VIEW_PLANS)
def comment(ref: UUID) -> AnyResponse:
    """Say something about the version in view: ``text``, ``version``, and ``lon``, ``lat`` for a place. As a form or as JSON."""
    values: Any = json_object() if request.is_json else request.form
    try:
        with db.transaction() as conn:
            made = say(conn, actor(), ref, str(values.get("text") or ""), version=_version(values), at=_place(values))
    except GridmapError as error:
        if request.is_json:
            raise
        db.forget()
        return way_page(ref, error)
    if request.is_json:
        return make_response(jsonify({"ref": str(made)}), 201)
    return redirect(url_for("plans.way", ref=ref, _anchor=f"comment-{made}"))


@blueprint.post("/<uuid:ref>/comments/<uuid:comment>/settle")
@requires(Permission.VIEW_PLANS)
def settled(ref: UUID, comment: UUID) -> AnyResponse:
    """Mark a comment as dealt with."""
    with db.transaction() as conn:
        settle(conn, actor(), ref, comment)
    return make_response("", 204) if request.is_json else redirect(url_for("plans.way", ref=ref, _anchor="comments"))


def may_settle() -> bool:
    """Whether the caller may say that a comment is dealt with."""
    return bool(SETTLING & scope().permissions)


def _told(row: Any) -> dict[str, Any]:
    return {
        "ref": str(row.ref),
        "version": row.version,
        "text": row.text,
        "author": row.author or "",
        "at": row.at.isoformat(),
        "settled": row.settled_at is not None,
        "lon": row.lon,
        "lat": row.lat,
    }


def _version(values: Any) -> int:
    raw = str(values.get("version", ""))
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        raise UnknownVersion(field="version", version=raw[:20] or "—")
    return int(raw)


def _place(values: Any) -> tuple[float, float] | None:
    lon, lat = (values.get(name) for name in ("lon", "lat"))
    if lon in (None, "") and lat in (None, ""):
        return None
    try:
        return float(lon), float(lat)
    except (TypeError, ValueError) as error:
        raise CommentNowhere(field="lon") from error
