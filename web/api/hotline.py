"""``/api/v1/hotline/orders``: the hotline's platform hands orders over, and asks for their state to call back."""

from typing import Any

from flask import Response, jsonify, request, url_for

from geodata.actions.handing_over_orders import HotlineOrder, hand_over_order
from geodata.divisions import division_chain
from geodata.hotline import OrderState, order_by_number
from geodata.scope import EVERYTHING
from gridmap.access import Permission
from gridmap.report import ReportDraft
from web import db
from web.access import requires
from web.api.blueprint import blueprint
from web.api.body import json_object
from web.api.fields import body_number, body_text, body_time, only
from web.api.locate import named
from web.scope import scope
from web.words import status_word

_BODY = ("number", "received_at", "text", "address", "category", "lon", "lat", "datum", "due_at")


@blueprint.get("/hotline/orders/<path:number>")
@requires(Permission.PLACE_REPORTS)
def order(number: str) -> Response:
    """The state and result of an order inside the caller's area."""
    only(request.args, ())
    return jsonify(_order_json(order_by_number(db.connection(), scope(), number)))


@blueprint.post("/hotline/orders")
@requires(Permission.PLACE_REPORTS)
def hand_over() -> Response:
    """Take an order over: 201 when it is new, 200 when it is there already."""
    made = _order(json_object())
    with db.transaction() as conn:
        created = hand_over_order(conn, scope(), db.settings(), made)
    # Whoever hands an order over is told where it went, wherever that is, as with any report.
    found = order_by_number(db.connection(), EVERYTHING, made.number)
    response = jsonify({"created": created, **_order_json(found)})
    response.status_code = 201 if created else 200
    response.headers["Location"] = url_for("api.order", number=made.number)
    return response


def _order(body: dict[str, Any]) -> HotlineOrder:
    only(body, _BODY)
    draft = ReportDraft(
        category=body_text(body, "category"),
        text=body_text(body, "text"),
        lon=body_number(body, "lon"),
        lat=body_number(body, "lat"),
        datum=body_text(body, "datum", default="wgs84"),
        source="hotline",
        reported_at=body_time(body, "received_at"),
        address_text=body_text(body, "address"),
    )
    return HotlineOrder(body_text(body, "number"), draft, body_time(body, "due_at"))


def _order_json(found: OrderState) -> dict[str, Any]:
    row = found.row
    chain = division_chain(db.connection(), row.community_code)
    return {
        "number": found.number,
        "ref": str(row.ref),
        "status": row.status,
        "status_word": status_word(row.status),
        "reported_at": row.reported_at.isoformat(),
        "due_at": found.due_at.isoformat() if found.due_at else None,
        "grid": {"code": row.grid_code, "name": row.grid_name} if row.grid_code else None,
        "community": named(chain.get("community")),
        "placing": found.placing,
        "placing_remark": found.why or None,
        "responsible_unit": found.unit or None,
        "last_event_at": found.last_event_at.isoformat(),
        "closed_at": found.closed_at.isoformat() if found.closed_at else None,
        "result": found.result or None,
        "rating": found.rating or None,
    }
