from hashlib import sha256

from flask import Blueprint, Response, current_app, request

from geodata.report_filter import ReportFilter
from geodata.selections import choose
from geodata.snapshots import open_snapshot
from geodata.tiles import TileAddress, tile_version, vector_tile
from gridmap.access import Permission
from web import db
from web.access import requires
from web.days import asked_day
from web.heat_address import HeatAddress, density_breaks
from web.scope import scope
from web.tiles.heat_block import block_of, draw_block
from web.tiles.made_once import MadeOnce

blueprint = Blueprint("tiles", __name__, url_prefix="/tiles")

_VECTOR = "application/vnd.mapbox-vector-tile"
_kept: MadeOnce[bytes] = MadeOnce(1000)
_blocks: MadeOnce[dict[TileAddress, bytes]] = MadeOnce(200)


@blueprint.get("/<layer>/<int:z>/<int:x>/<int:y>.mvt")
@requires(Permission.VIEW_MAP)
def vector(layer: str, z: int, x: int, y: int) -> Response:
    """A vector tile of a layer; ``?at=`` chooses the day of the grids."""
    tile = TileAddress(z, x, y)
    at = asked_day()
    conn = db.connection()
    version = tile_version(conn, scope(), layer, at)
    if (known := _not_modified(version)) is not None:
        return known
    body = _kept.get_or_make(
        (str(conn.engine.url), layer, version, tile), lambda: vector_tile(conn, scope(), layer, tile, at)
    )
    return _tile(body, _VECTOR, version)


@blueprint.get("/heat/<int:z>/<int:x>/<int:y>.png")
@requires(Permission.VIEW_FIGURES)
def heat(z: int, x: int, y: int) -> Response:
    """Density of the filter's reports in colours: the same classes at every zoom, and with ``week`` for every week."""
    tile = TileAddress(z, x, y)
    snapshot = open_snapshot(db.engine(), db.settings())
    asked = HeatAddress.parse(request.args, ReportFilter.parse(request.args), snapshot)
    conn = db.connection()
    selection = choose(conn, scope(), snapshot, asked.on_site)
    breaks = density_breaks(conn, scope(), snapshot, asked, selection)
    version = f"{selection.version}/{breaks}"
    if (known := _not_modified(version)) is not None:
        return known
    block = block_of(tile, selection)
    pictures = _blocks.get_or_make((version, block), lambda: draw_block(selection, block, breaks))
    return _tile(pictures[tile], "image/png", version)


def _etag(version: str) -> str:
    return sha256(f"{version} {request.path}".encode()).hexdigest()[:20]


def _not_modified(version: str) -> Response | None:
    if _etag(version) not in request.if_none_match:
        return None
    return _cached(current_app.response_class(status=304), version)


def _tile(body: bytes, kind: str, version: str) -> Response:
    if body:
        return _cached(current_app.response_class(body, content_type=kind), version)
    return _cached(current_app.response_class(status=204), version)


def _cached(response: Response, version: str) -> Response:
    response.set_etag(_etag(version))
    # The browser keeps it and asks each time whether it still holds: a new boundary shows at once.
    response.headers["Cache-Control"] = "private, no-cache"
    return response
