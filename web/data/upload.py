"""A layer in: send the file, say what its columns are, try it, apply it. Trying and applying are jobs."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from geodata.jobs.loads import ask_for_load
from geodata.loaders import KINDS
from geodata.loaders.crs import crs_of
from geodata.loaders.errors import FileMissing, KindUnknown, ZoneUnknown
from geodata.loaders.looking import FileLook, look_into
from geodata.report_filter import parse_day
from geodata.uploads import Upload, keep_upload, upload_by_ref
from gridmap.access import Permission
from gridmap.datum import DATUMS
from gridmap.errors import GridmapError
from web import db
from web.access import requires
from web.data.blueprint import KIND_WORDS, blueprint, check_whole_city
from web.data.field_words import FIELD_WORDS
from web.errors import status_of
from web.forms import field, troubles
from web.scope import scope
from web.security import takes_files
from web.words import DATUM

_MAPPED = "column:"


@blueprint.get("/upload")
@requires(Permission.MANAGE_DATA)
def upload() -> str:
    """The form for a file."""
    return _first_form(request.args.get("kind", ""))


@blueprint.post("/upload")
@requires(Permission.MANAGE_DATA)
@takes_files
def upload_sent() -> AnyResponse:
    """Keep the file, and go on to its columns."""
    kind = field("kind")
    try:
        check_whole_city()
        if kind not in KINDS:
            raise KindUnknown(field="kind", kind=kind, allowed=", ".join(KINDS))
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise FileMissing(field="file", path="")
        kept = keep_upload(db.settings(), sent.stream, sent.filename, kind, g.account.id)  # type: ignore[arg-type]
    except GridmapError as error:
        return make_response(_first_form(kind, error), status_of(error))
    return redirect(url_for("data.upload_columns", ref=kept.ref))


@blueprint.get("/upload/<ref>")
@requires(Permission.MANAGE_DATA)
def upload_columns(ref: str) -> AnyResponse:
    """Which column is which field, and what else the file does not say itself."""
    check_whole_city()
    return _second_form(upload_by_ref(db.settings(), ref, g.account.id), request.args.get("layer"))


@blueprint.post("/upload/<ref>")
@requires(Permission.MANAGE_DATA)
def upload_tried(ref: str) -> AnyResponse:
    """Try the file: a job that writes nothing."""
    check_whole_city()
    found = upload_by_ref(db.settings(), ref, g.account.id)
    try:
        options = _asked_options(found)
    except GridmapError as error:
        return _second_form(found, field("layer") or None, error)
    with db.transaction() as conn:
        made = ask_for_load(conn, found, options, commit=False, account_id=g.account.id)
    return redirect(url_for("data.job", ref=made))


def _asked_options(found: Upload) -> dict[str, Any]:
    """The form as ``LoadOptions`` takes it, fit for JSON. Errors: ``CrsUnknown``, ``ZoneUnknown``, ``BadDay``."""
    names = (each.name for each in KINDS[found.kind].fields)
    mapping = {name: column for name in names if (column := request.form.get(_MAPPED + name, "").strip())}
    zone, crs = field("time_zone"), field("crs")
    if crs:
        crs_of(crs, None)
    if zone:
        _check_zone(zone)
    first_day, edition = (parse_day(field(name), name) for name in ("valid_from", "edition"))
    return {
        "datum": field("datum") if field("datum") in DATUMS else "wgs84",
        "crs": crs or None,
        "layer": field("layer") or None,
        "encoding": field("encoding") or None,
        "mapping": mapping,
        "time_zone": zone or None,
        "repair": bool(field("repair")),
        "swap_axes": bool(field("swap_axes")),
        "valid_from": first_day.isoformat() if first_day else None,
        "edition": edition.isoformat() if edition else None,
        "source_name": field("source_name") or None,
    }


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise ZoneUnknown(field="time_zone", zone=zone) from error


def _first_form(kind: str, error: GridmapError | None = None) -> str:
    return render_template(
        "data/upload.html",
        kind=kind,
        kinds=KIND_WORDS,
        errors=troubles(error),
        limit_mb=db.settings().max_upload_mb,
        whole_city=scope().everywhere,
    )


def _second_form(found: Upload, layer: str | None, error: GridmapError | None = None) -> AnyResponse:
    look = FileLook((), "", ())
    try:
        look = look_into(found.path(db.settings()), found.kind, layer)
    except GridmapError as trouble:
        error = error or trouble
    fields = KINDS[found.kind].fields
    page = render_template(
        "data/columns.html",
        found=found,
        look=look,
        fields=fields,
        field_words=FIELD_WORDS,
        suggested={**look.suggested(fields), **_chosen_columns()},
        zone=db.settings().time_zone,
        datums=DATUM,
        errors=troubles(error),
        mapped=_MAPPED,
        unreadable=_("The file cannot be used as it is.") if error and not look.columns and not look.layers else "",
    )
    return make_response(page, status_of(error) if error else 200)


def _chosen_columns() -> dict[str, str]:
    """What was chosen in a form that is shown again."""
    return {name.removeprefix(_MAPPED): column for name, column in request.form.items() if name.startswith(_MAPPED)}
