"""``GET /api/v1/address``: what an address means, for the hotline's own platform."""

from typing import Any

from flask import Response, jsonify, request
from sqlalchemy import Row

from geodata.addresses.finding import AddressCandidate
from geodata.days import today
from geodata.desk import DeskAnswer, answer_address
from gridmap.access import Permission
from web import db
from web.access import requires
from web.api.blueprint import blueprint
from web.api.fields import MissingField, only, query_limit
from web.scope import scope

_MOST = 20


@blueprint.get("/address")
@requires(Permission.PLACE_REPORTS)
def address() -> Response:
    """Candidates for ``text``, the likeliest first, each with grid, responsible people, and open cases within 100 m."""
    only(request.args, ("text", "limit"))
    words = request.args.get("text", "").strip()
    if not words:
        raise MissingField(field="text", name="text")
    settings = db.settings()
    answers = answer_address(
        db.connection(), settings, scope(), words, today(settings.zone), limit=query_limit(5, most=_MOST)
    )
    return jsonify({"text": words, "candidates": [_answer_json(each) for each in answers]})


def _answer_json(answer: DeskAnswer) -> dict[str, Any]:
    found = answer.candidate
    return {
        "kind": found.kind,
        "code": found.key,
        "name": found.name,
        "lon": round(found.lon, 6),
        "lat": round(found.lat, 6),
        "accuracy_m": round(found.accuracy_m, 1),
        "score": found.score,
        "sure": found.sure,
        "near": found.near,
        "matched": [_part(found, part) for part in found.spans],
        "grid": _named(found.grid_code, found.grid_name) if answer.in_one_grid else None,
        "community": _named(found.community_code, found.community_name),
        "street": _named(found.community_code and found.community_code[:9], found.street_name),
        "district": _named(found.community_code and found.community_code[:6], found.district_name),
        "responsible": [{"post": post.kind, "name": post.name, "phone": post.phone or None} for post in answer.posts],
        "open_cases": [_case_json(case) for case in answer.cases],
    }


def _part(found: AddressCandidate, span: tuple[str, int, int]) -> dict[str, Any]:
    part, start, end = span
    return {"part": part, "how": found.matched.get(part), "start": start, "end": end}


def _named(code: str | None, name: str | None) -> dict[str, str] | None:
    return None if not code or name is None else {"code": code, "name": name}


def _case_json(case: Row[Any]) -> dict[str, Any]:
    return {
        "ref": str(case.ref),
        "number": case.number,
        "category": case.category,
        "status": case.status,
        "reported_at": case.reported_at.isoformat(),
        "due_at": case.due_at.isoformat() if case.due_at else None,
        "distance_m": round(case.metres, 1),
    }
