"""Versions of a plan as files, out and in."""

import json
import tempfile
from pathlib import Path
from uuid import UUID

import geopandas as gpd
from flask import Response, make_response, request
from werkzeug.wrappers import Response as AnyResponse

from geodata.actions.planning.exporting import assignment_of, grids_frame, units_frame, write_geopackage
from geodata.actions.planning.importing import import_version
from geodata.days import today
from geodata.exports import FORMATS, UnknownFormat
from geodata.loaders.errors import FileMissing
from geodata.uploads import clean_name
from gridmap.access import Permission
from gridmap.errors import GridmapError
from web import db
from web.access import requires
from web.api.fields import NotANumber
from web.downloads import as_download
from web.errors import status_of
from web.i18n import language
from web.plans.answers import as_json, fresh
from web.plans.asked import asked_ground, asked_plan, asked_version
from web.plans.blueprint import blueprint
from web.security import takes_files
from web.sheets import sheet_response

_ENDINGS = ("csv", "geojson", "gpkg")
_DIGITS = 7


@blueprint.get("/<uuid:ref>/versions/<int:version>/file.<ending>")
@requires(Permission.VIEW_PLANS)
def file(ref: UUID, version: int, ending: str) -> AnyResponse:
    """A version as ``csv`` (unit and grid), ``geojson`` (grids; units with ``?layer=units``) or ``gpkg`` (both). Errors: ``UnknownFormat``."""
    if ending not in _ENDINGS:
        raise UnknownFormat(field="format", value=ending, allowed=", ".join(_ENDINGS))
    conn = db.connection()
    row = asked_plan(conn, ref)
    ground, found = asked_ground(conn, row), asked_version(conn, row, version)
    title = f"{row.name}-v{version}"
    if ending == "csv":
        return sheet_response(title, "csv", assignment_of(ground, found))
    grids, units = grids_frame(row, ground, found), units_frame(ground, found)
    if ending == "gpkg":
        return _file(title, ending, FORMATS["gpkg"].mimetype, _geopackage(grids, units))
    shown = units if request.args.get("layer") == "units" else grids
    return _file(title, ending, "application/geo+json", _geojson(shown))


@blueprint.post("/<uuid:ref>/import")
@requires(Permission.DRAFT_PLANS)
@takes_files
def import_file(ref: UUID) -> AnyResponse:
    """Grids of a file for the table; nothing is saved. What is wrong with a row is told with the row.

    Errors: ``FileMissing``, ``NotANumber``, those of ``import_version``.
    """
    conn = db.connection()
    row = asked_plan(conn, ref)
    sent = request.files.get("file")
    name = clean_name(sent.filename or "") if sent else ""
    if sent is None or not name:
        raise FileMissing(field="file", path="")
    base = asked_version(conn, row, _base())
    with tempfile.TemporaryDirectory(prefix="gridmap-") as folder:
        path = Path(folder) / name
        sent.save(path)
        try:
            found = import_version(
                db.settings(), row, asked_ground(conn, row), base, path, datum=request.form.get("datum") or "wgs84"
            )
        except GridmapError as error:
            if error.row is None:
                raise
            return _refused(error, error.row)
    return fresh(
        {
            "labels": found.labels.tolist(),
            "grids": [grid.as_json() for grid in found.grids],
            "remarks": [remark.text(language()) for remark in found.remarks],
        }
    )


def _base() -> int | None:
    given = request.form.get("base", "").strip()
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise NotANumber(field="base", name="base")
    return int(given)


def _refused(error: GridmapError, row: int) -> AnyResponse:
    """An error about a row says which."""
    status, words = status_of(error), error.text(language())
    told = f"第 {row} 行：{words}" if language() == "zh" else f"Row {row}: {words}"
    content = {"status": status, "code": error.code, "message": told, "field": error.field, "row": row}
    return fresh({"error": content}, status)


def _geopackage(grids: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> bytes:
    with tempfile.TemporaryDirectory(prefix="gridmap-") as folder:
        path = Path(folder) / "plan.gpkg"
        write_geopackage(path, grids, units)
        return path.read_bytes()


def _geojson(frame: gpd.GeoDataFrame) -> bytes:
    """Coordinates to a centimetre; corners stay, so that neighbours still meet."""
    shapes = frame.geometry.transform(lambda at: at.round(_DIGITS))
    return as_json(json.loads(frame.set_geometry(shapes).to_json(drop_id=True)))


def _file(title: str, ending: str, mimetype: str, content: bytes) -> Response:
    response = make_response(content)
    response.mimetype = mimetype
    return as_download(response, f"{title}-{today(db.settings().zone)}.{ending}")
