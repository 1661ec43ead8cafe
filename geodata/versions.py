"""Versions of layers: numbers that grow with every change, in the change's own transaction."""

from sqlalchemy import Connection, select

from geodata.tables import layer_version


def layer_versions(conn: Connection) -> dict[str, int]:
    """The version of every layer that ever changed; a layer that is missing is at 0."""
    rows = conn.execute(select(layer_version.c.layer, layer_version.c.version))
    return {row.layer: row.version for row in rows}


def version_of(conn: Connection, layer: str) -> int:
    """The version of one layer, 0 when it never changed."""
    return conn.scalar(select(layer_version.c.version).where(layer_version.c.layer == layer)) or 0
