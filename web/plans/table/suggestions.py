"""Suggestions for the planning table: asked for, looked at while a job works, stopped."""

from dataclasses import fields
from typing import Any, Final
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row
from werkzeug.wrappers import Response as AnyResponse

from geodata.actions.planning.asking import (
    Request,
    ask_for_suggestion,
    cancel_suggestion,
    suggestion_job,
)
from geodata.actions.planning.suggesting import Keep
from gridmap.access import Permission
from gridmap.errors import GridmapError
from gridmap.planning.flags import Flag, Message
from gridmap.planning.wishes import Wishes
from web import db
from web.access import requires
from web.acting import actor
from web.api.body import json_object
from web.api.fields import NotANumber, body_number, body_text, only
from web.i18n import language
from web.plans.answers import fresh
from web.plans.asked import asked_ground, asked_plan
from web.plans.blueprint import blueprint
from web.plans.table.drawn import body_whole, drawn_grids

_WISHES: Final = tuple(each.name for each in fields(Wishes))
_STATES: Final = {"waiting": "queued"}
_STATE_WORDS: Final = {
    "waiting": _l("Waiting for other jobs to end"),
    "running": _l("Looking for good grids"),
    "done": _l("The suggestion is ready"),
    "failed": _l("No suggestion came of it"),
    "cancelled": _l("Stopped. Nothing was changed"),
}


class KeepUnknown(GridmapError):
    """Something else than what a suggestion can leave as it is."""

    code = "plan_keep_unknown"
    zh = "keep 应为以下之一：{allowed}。"
    en = "keep must be one of {allowed}."


class NotWishes(GridmapError):
    """Something else where the sliders belong."""

    code = "plan_wishes_malformed"
    zh = "wishes 应为 {{名称: 数}}，可用名称：{allowed}。"
    en = "wishes must be {{name: number}} with the names {allowed}."


@blueprint.post("/<uuid:ref>/suggestions")
@requires(Permission.DRAFT_PLANS)
def suggest(ref: UUID) -> AnyResponse:
    """Have grids suggested by a job; the same again while it works is the same job. Errors: those of ``ask_for_suggestion``."""
    body = json_object()
    only(body, ("labels", "grids", "keep", "wishes", "mode", "seed"))
    conn = db.connection()
    labels, grids = drawn_grids(body, asked_ground(conn, asked_plan(conn, ref)))
    request = Request(
        tuple(labels.tolist()),
        grids,
        _keep(body),
        _wishes(body),
        body_text(body, "mode", "fast"),
        body_whole(body, "seed", 1),
    )
    with db.transaction():
        job = ask_for_suggestion(conn, actor(), ref, request)
    return fresh({"job": str(job), "url": url_for("plans.suggestion", ref=ref, job=job)}, 202)


@blueprint.get("/<uuid:ref>/suggestions/<uuid:job>")
@requires(Permission.VIEW_PLANS)
def suggestion(ref: UUID, job: UUID) -> AnyResponse:
    """How far a suggestion is, and what came of it. Errors: ``UnknownPlan``, ``UnknownJob``."""
    conn = db.connection()
    return fresh(_told(suggestion_job(conn, asked_plan(conn, ref).ref, job)))


@blueprint.post("/<uuid:ref>/suggestions/<uuid:job>/cancel")
@requires(Permission.DRAFT_PLANS)
def cancel(ref: UUID, job: UUID) -> AnyResponse:
    """Ask a suggestion to stop. Errors: ``UnknownPlan``, ``UnknownJob``."""
    conn = db.connection()
    plan = asked_plan(conn, ref)
    with db.transaction():
        cancel_suggestion(conn, plan.ref, job)
    return fresh(_told(suggestion_job(conn, plan.ref, job)))


def _keep(body: dict[str, Any]) -> Keep:
    found = body_text(body, "keep", Keep.NOTHING)
    if found not in list(Keep):
        raise KeepUnknown(field="keep", allowed=", ".join(Keep))
    return Keep(found)


def _wishes(body: dict[str, Any]) -> Wishes:
    given = body.get("wishes", {})
    if not isinstance(given, dict) or not set(given) <= set(_WISHES):
        raise NotWishes(field="wishes", allowed=", ".join(_WISHES))
    found: dict[str, float] = {}
    for name in given:
        value = body_number(given, name)
        if value is None:
            raise NotANumber(field="wishes", name=name)
        found[name] = value
    return Wishes(**found)


def _told(job: Row[Any]) -> dict[str, Any]:
    return {
        "state": _STATES.get(job.state, job.state),
        "progress": round(float(job.progress), 3),
        "words": _words(job),
        "result": _result(job.result) if job.state == "done" else None,
        "error": _error(job) if job.state == "failed" else None,
    }


def _words(job: Row[Any]) -> str:
    if job.state == "running" and job.cancel_asked:
        return str(_("Stopping"))
    if job.state == "running" and job.message == "name":
        return str(_("Naming the grids"))
    return str(_STATE_WORDS[job.state])


def _result(found: dict[str, Any]) -> dict[str, Any]:
    """Labels and grids, and what a planner should know about them in the reader's language."""
    flags = []
    for said in found["flags"]:
        values = {name: value for name, value in said.items() if name not in ("code", "grid", "weight")}
        flag = Flag(said["code"], said["grid"], said["weight"], values)
        flags.append({"grid": flag.label, "words": flag.text(language(), found["grids"][flag.label]["name"])})
    messages = [Message(said["code"], {k: v for k, v in said.items() if k != "code"}) for said in found["messages"]]
    return {
        "labels": found["labels"],
        "grids": found["grids"],
        "flags": flags,
        "messages": [each.text(language()) for each in messages],
    }


def _error(job: Row[Any]) -> dict[str, Any]:
    said = job.checkpoint.get("error")
    if said is None:
        return {
            "code": "suggestion_failed",
            "message": _("The suggestion failed. Try again; if it goes on, tell the administrator."),
        }
    return {"code": said["code"], "message": said[language()]}
