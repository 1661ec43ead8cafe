"""Vector tiles from PostGIS: base map, grids, divisions, service points."""

import zlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from geodata.scope import Scope
from geodata.sql import query, statement
from geodata.versions import layer_versions
from gridmap.errors import GridmapError

MAX_ZOOM = 19

#: Layers of tiles and the tables that each is made from.
LAYERS: dict[str, tuple[str, ...]] = {
    "base": ("road", "landcover", "building", "compound"),
    "grids": ("grid", "division"),
    "divisions": ("division", "grid"),
    "services": ("service_point", "gate", "compound"),
}
#: Layers that show an account only what lies in its areas; the others are geography.
SCOPED = ("grids",)
#: Layers whose things have no time in force.
UNDATED = ("base", "services")


class UnknownTile(GridmapError):
    """A layer, zoom, column or row that does not exist."""

    code = "unknown_tile"
    zh = "没有这个地图切片：图层、级别或行列号超出范围。"
    en = "There is no such tile: its layer, zoom, column or row does not exist."


@dataclass(frozen=True, slots=True)
class TileAddress:
    """Zoom, column from the west, row from the north, as in web maps. Errors: ``UnknownTile``."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        if not (0 <= self.z <= MAX_ZOOM and 0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z):
            raise UnknownTile


def tile_version(conn: Connection, scope: Scope, layer: str, at: date) -> str:
    """Changes whenever a tile of the layer may have changed. Errors: ``UnknownTile``."""
    if layer not in LAYERS:
        raise UnknownTile
    versions = layer_versions(conn)
    # The query too: after an upgrade a browser must not go on with tiles of the one before.
    drawn_by = zlib.crc32(query(f"tile_{layer}").encode())
    numbers = "-".join([f"{drawn_by:08x}", *(str(versions.get(table, 0)) for table in LAYERS[layer])])
    if layer in UNDATED:
        return numbers
    return f"{numbers}-{at.isoformat()}" + (f"-{scope.places_key}" if layer in SCOPED else "")


def vector_tile(conn: Connection, scope: Scope, layer: str, tile: TileAddress, at: date) -> bytes:
    """One tile in Mapbox Vector Tile format, empty when nothing is there. ``at`` is the day whose grids are asked for."""
    if layer not in LAYERS:
        raise UnknownTile
    parameters: dict[str, Any] = {"z": tile.z, "x": tile.x, "y": tile.y}
    if layer not in UNDATED:
        parameters["at"] = at
    if layer in SCOPED:
        parameters |= scope.sql_areas()
    return bytes(conn.execute(statement(f"tile_{layer}"), parameters).scalar_one())
