"""The photos of a case: pictures for its page, and what was sent itself, which is evidence and noted when somebody takes it."""

from typing import Any, Literal
from uuid import UUID

from flask import Response, g, make_response
from flask_babel import gettext as _
from sqlalchemy import Connection, Row

from geodata.actions.keeping_photos import JudgedPhoto, photos_against
from geodata.audit import note
from geodata.photos import photo_of_report, read_file, twins
from geodata.reports import report_by_ref
from gridmap.access import Permission
from web import db
from web.access import requires
from web.cases.blueprint import blueprint
from web.cases.words import number_of
from web.logs import request_id
from web.maps.photo_marks import PhotoMark
from web.scope import scope

_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


@blueprint.get("/<uuid:ref>/photos/<uuid:photo>/<any(small, large):size>")
@requires(Permission.VIEW_REPORTS)
def picture(ref: UUID, photo: UUID, size: Literal["small", "large"]) -> Response:
    """A photo of a case inside the scope as pages show it: a JPEG of the pixels alone. Errors: ``UnknownReport``, ``UnknownPhoto``, ``PhotoGone``."""
    found = _photo(ref, photo)
    response = make_response(read_file(db.settings(), found.file, size))
    response.mimetype = "image/jpeg"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


@blueprint.get("/<uuid:ref>/photos/<uuid:photo>/original")
@requires(Permission.VIEW_REPORTS)
def original(ref: UUID, photo: UUID) -> Response:
    """What was sent, to the byte, as a file to keep; the log of what was done says who took it. Errors: as for ``picture``."""
    found = _photo(ref, photo)
    content = read_file(db.settings(), found.file, "original")
    with db.transaction() as conn:
        note(
            conn,
            "photo_original_taken",
            account_id=g.account.id,
            subject=str(ref),
            request_id=request_id(),
            photo=str(found.ref),
            sha256=bytes(found.sha256).hex(),
        )
    response = make_response(content)
    response.mimetype = found.media_type
    response.headers["Cache-Control"] = "no-store"
    name = f"{number_of(ref)}-{found.number}.{_ENDINGS[found.media_type]}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def photos_of_case(conn: Connection, row: Row[Any]) -> dict[str, Any]:
    """What the page of a case shows of its photos: judged against the present place, and other cases that hold the same file."""
    photos = photos_against(conn, db.settings(), row)
    others = twins(conn, scope(), row.id) if photos else {}
    return {"photos": photos, "twins": {each.row.ref: others.get(bytes(each.row.sha256), []) for each in photos}}


def photo_marks(photos: list[JudgedPhoto]) -> list[PhotoMark]:
    """Where the photos were taken, for the map; numbered as on the page."""
    return [
        PhotoMark(
            each.facts.lat,
            each.facts.lon,
            number=number,
            label=_("Photo %(number)s", number=number),
            direction_deg=each.facts.direction_deg,
        )
        for number, each in enumerate(photos, start=1)
        if each.facts.lat is not None and each.facts.lon is not None
    ]


def _photo(ref: UUID, photo: UUID) -> Row[Any]:
    conn = db.connection()
    return photo_of_report(conn, report_by_ref(conn, scope(), ref).id, photo)
