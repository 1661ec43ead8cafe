"""``/api/v1/photos`` and the photos of a report: send one ahead, name it when filing, see what it says."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify, request, url_for
from sqlalchemy import Row

from geodata.actions.keeping_photos import photos_against
from geodata.reports import report_by_ref
from gridmap.access import Permission
from web import db
from web.access import public, requires
from web.api.blueprint import blueprint
from web.api.fields import MissingField, body_key, only
from web.errors import WrongContentType
from web.filing import check_may_file
from web.photos import chosen_files, keep_sent
from web.scope import scope
from web.security import takes_photos

_FIELDS = ("photo", "client_key")


class NotMultipart(WrongContentType):
    """A photo that does not come as a part of a form."""

    zh = "请以 Content-Type: multipart/form-data 提交，照片放在字段 photo 中。"
    en = "Send it with Content-Type: multipart/form-data and the photo in the field photo."


@blueprint.post("/photos")
@public
@takes_photos
def keep_photo() -> Response:
    """Keep one photo for a day, until a report names it: 201 with its reference and what its EXIF says."""
    check_may_file()
    if request.mimetype != "multipart/form-data":
        raise NotMultipart
    only([*request.form, *request.files], _FIELDS)
    sent = chosen_files(request.files.getlist("photo"))
    if not sent:
        raise MissingField(field="photo", name="photo")
    key = body_key(request.form.to_dict())
    kept = keep_sent(sent[0], UUID(key) if key else None)
    response = jsonify(_said(kept))
    response.status_code = 201
    return response


@blueprint.get("/reports/<uuid:ref>/photos")
@requires(Permission.VIEW_REPORTS)
def photos(ref: UUID) -> Response:
    """The photos of a report with their distance to its place, what does not fit, and where the pictures are."""
    only(request.args, ())
    conn = db.connection()
    row = report_by_ref(conn, scope(), ref)
    found = [
        {
            **_said(each.row),
            "number": each.row.number,
            "distance_m": each.distance_m,
            "remarks": [str(remark) for remark in each.remarks],
            "remarks_when_filed": each.row.remarks,
            "small_url": url_for("cases.picture", ref=ref, photo=each.row.ref, size="small"),
            "large_url": url_for("cases.picture", ref=ref, photo=each.row.ref, size="large"),
            "original_url": url_for("cases.original", ref=ref, photo=each.row.ref),
        }
        for each in photos_against(conn, db.settings(), row)
    ]
    return jsonify({"photos": found})


def _said(row: Row[Any]) -> dict[str, Any]:
    return {
        "ref": str(row.ref),
        "media_type": row.media_type,
        "bytes": row.bytes,
        "width": row.width,
        "height": row.height,
        "lon": row.lon,
        "lat": row.lat,
        "accuracy_m": row.accuracy_m,
        "altitude_m": row.altitude_m,
        "direction_deg": row.direction_deg,
        "direction_ref": row.direction_ref,
        "taken_at": row.taken_at.isoformat() if row.taken_at else None,
        "zone_assumed": row.zone_assumed,
    }
