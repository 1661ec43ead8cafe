"""``/api/v1/reports``: file one, list them, look at one."""

from typing import Any
from uuid import UUID

from flask import Response, g, jsonify, request, url_for
from sqlalchemy import Row
from werkzeug.wrappers import Response as AnyResponse

from geodata.actions import FiledReport
from geodata.report_filter import ReportFilter
from geodata.report_pages import page_of_reports
from geodata.report_search import ReportSearch, parse_doubt
from geodata.reports import events_of, report_by_ref
from gridmap.access import Permission
from gridmap.report import ReportDraft
from web import db
from web.access import public, requires
from web.api.blueprint import blueprint
from web.api.body import json_object
from web.api.fields import body_key, body_number, body_text, body_texts, body_time, only, query_limit
from web.api.geojson import collection, feature, point, tagged
from web.api.locate import named, place_json
from web.filing import check_may_file, check_source, file_for_caller
from web.scope import scope

_BODY = (
    "client_key", "lon", "lat", "datum", "accuracy_m", "device", "category", "text", "address_text", "source", "occurred_at", "photos",
)  # fmt: skip
_FILTER = (
    "bbox",
    "from",
    "to",
    "category",
    "source",
    "status",
    "area",
    "lacking",
    "placing",
    "doubt",
    "limit",
    "cursor",
)


@blueprint.post("/reports")
@public
def file() -> Response:
    """File a report: 201 when it is new, 200 when the same key and body were filed before."""
    check_may_file()
    filed = file_for_caller(_draft(json_object()))
    response = jsonify(_filed_json(filed))
    response.status_code = 201 if filed.created else 200
    response.headers["Location"] = (
        url_for("api.one", ref=filed.ref) if g.account is not None else url_for("track.show", ref=filed.ref)
    )
    return response


@blueprint.get("/reports")
@requires(Permission.VIEW_REPORTS)
def index() -> AnyResponse:
    """Reports of a filter, newest first, a page at a time."""
    only(request.args, _FILTER)
    page = page_of_reports(
        db.connection(),
        db.engine(),
        db.settings(),
        scope(),
        ReportSearch(ReportFilter.parse(request.args), doubt=parse_doubt(request.args)),
        limit=query_limit(),
        cursor=request.args.get("cursor") or None,
    ).page
    return collection([_feature(row) for row in page.rows], page.next_cursor)


@blueprint.get("/reports/<uuid:ref>")
@requires(Permission.VIEW_REPORTS)
def one(ref: UUID) -> AnyResponse:
    """One report with what happened to it."""
    only(request.args, ())
    conn = db.connection()
    row = report_by_ref(conn, scope(), ref)
    found = _feature(row)
    found["properties"]["events"] = [
        {"kind": event.kind, "at": event.at.isoformat()} for event in events_of(conn, row.id)
    ]
    return tagged(found)


def _draft(body: dict[str, Any]) -> ReportDraft:
    only(body, _BODY)
    source = body_text(body, "source", default="resident" if g.account is None else "other")
    if g.account is None:
        check_source(source)
    return ReportDraft(
        category=body_text(body, "category"),
        text=body_text(body, "text"),
        lon=body_number(body, "lon"),
        lat=body_number(body, "lat"),
        datum=body_text(body, "datum", default="wgs84"),
        accuracy_m=body_number(body, "accuracy_m"),
        source=source,
        occurred_at=body_time(body, "occurred_at"),
        address_text=body_text(body, "address_text"),
        device=body_text(body, "device"),
        client_key=body_key(body),
        photos=body_texts(body, "photos"),
    )


def _filed_json(filed: FiledReport) -> dict[str, Any]:
    """What became of the report. Without an account no more than the grid, the community and where to follow it."""
    told = {
        "ref": str(filed.ref),
        "created": filed.created,
        "tracking_url": url_for("track.show", ref=filed.ref),
        "photos": [
            {
                "ref": str(photo.row.ref),
                "distance_m": photo.distance_m,
                "remarks": [str(remark) for remark in photo.remarks],
            }
            for photo in filed.photos
        ],
    }
    place = place_json(filed.place)
    if g.account is None:
        return {
            **told,
            "grid": named(filed.place.grid),
            "community": named(filed.place.community),
            "reason": place["reason"],
        }
    return {**told, **place}


def _feature(row: Row[Any]) -> dict[str, Any]:
    return feature(
        str(row.ref),
        point(row.lon, row.lat),
        {
            "category": row.category,
            "source": row.source,
            "status": row.status,
            "text": row.text,
            "address_text": row.address_text,
            "occurred_at": row.occurred_at.isoformat(),
            "reported_at": row.reported_at.isoformat(),
            "grid_code": row.grid_code,
            "grid_name": row.grid_name,
            "community_code": row.community_code,
            "reason": row.reason,
            "distance_to_edge_m": row.distance_to_edge_m,
        },
    )
