"""``GET /api/v1/locate``: a place to its owning grid."""

from typing import Any

from flask import Response, jsonify, request

from geodata.actions import PlaceAnswer, locate_place
from geodata.divisions import NamedPlace
from gridmap.access import Permission
from web import db
from web.access import requires
from web.api.blueprint import blueprint
from web.api.fields import only, query_needed, query_number
from web.days import asked_day
from web.scope import check_place

_FIELDS = ("lon", "lat", "datum", "accuracy_m", "at")


@blueprint.get("/locate")
@requires(Permission.VIEW_MAP)
def locate() -> Response:
    """The owner of a place, why, and what lies above it; ``grid`` is null when there is none."""
    only(request.args, _FIELDS)
    place = locate_place(
        db.connection(),
        db.settings(),
        query_needed("lon"),
        query_needed("lat"),
        datum=request.args.get("datum") or "wgs84",
        accuracy_m=query_number("accuracy_m"),
        at=asked_day(),
    )
    check_place(place)
    return jsonify(place_json(place))


def place_json(place: PlaceAnswer) -> dict[str, Any]:
    """All that is known of a place's owner."""
    return {
        "grid": named(place.grid),
        "community": named(place.community),
        "street": named(place.street),
        "district": named(place.district),
        "reason": str(place.reason),
        "distance_to_edge_m": None if place.distance_to_edge_m is None else round(place.distance_to_edge_m, 2),
        "ambiguous": place.ambiguous,
        "alternatives": [{"code": code, "share": round(share, 4)} for code, share in place.alternatives],
        "plan_version": place.plan_version,
        "at": place.at.isoformat(),
    }


def named(place: NamedPlace | None) -> dict[str, str] | None:
    """Code and name, or None."""
    return None if place is None else {"code": place.code, "name": place.name}
