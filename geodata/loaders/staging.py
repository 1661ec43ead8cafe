"""Rows into a temporary table by COPY, compared with the table they belong to, and written: all in sets, nothing row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection, Table, text

from geodata.copying import copy_in
from geodata.loaders.batch import Batch
from geodata.loaders.reasons import GeometryInvalid

STAGE = "load_stage"


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows that were not there, that differed, that were the same already."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


def stage(conn: Connection, batch: Batch, columns: Mapping[str, pd.Series], types: Mapping[str, str]) -> None:
    """Put the alive rows into the temporary table ``load_stage`` with ``position`` (their place in the batch).

    ``columns`` are aligned with the batch, ``types`` their SQL types. The batch's geometry becomes ``geom``; what the database's own
    validity check refuses is rejected here.
    """
    frame = pd.DataFrame({"position": np.arange(len(batch)), **columns})
    sql_types = {"position": "bigint PRIMARY KEY", **types}
    if batch.geometry is not None:
        frame["geom"] = _hex(batch.geometry)
        sql_types["geom"] = "geometry(Geometry, 4326)"
    listed = ", ".join(f'"{name}" {sql_types[name]}' for name in frame.columns)
    conn.execute(text(f"DROP TABLE IF EXISTS {STAGE}"))
    conn.execute(text(f"CREATE TEMP TABLE {STAGE} ({listed}) ON COMMIT DROP"))
    for name, sql_type in sql_types.items():
        if sql_type == "text[]":
            frame[name] = frame[name].map(_array)
    copy_in(conn, STAGE, frame[batch.alive])
    if batch.geometry is not None:
        _reject_what_postgis_refuses(conn, batch)
    conn.execute(text(f"ANALYZE {STAGE}"))


def upsert(conn: Connection, table: Table, columns: Sequence[str], *, key: Sequence[str] = ("code",)) -> Counts:
    """Write the staged ``columns`` into a table: rows whose ``key`` is new are added, those that differ updated in place.

    Columns that were not staged keep their value. Nothing is executed that would change no row, so that a layer's version only
    grows with a change.
    """
    same_key = " AND ".join(f't."{name}" = s."{name}"' for name in key)
    compared = [name for name in columns if name not in key]
    counts = _compare(conn, table, compared, same_key)
    if counts.changed:
        assigned = ", ".join(f'"{name}" = s."{name}"' for name in compared)
        conn.execute(
            text(f"UPDATE {table.name} t SET {assigned} FROM {STAGE} s WHERE {same_key} AND {_differs(compared)}")  # noqa: S608
        )
    if counts.new:
        listed = ", ".join(f'"{name}"' for name in columns)
        conn.execute(
            text(
                f"INSERT INTO {table.name} ({listed}) SELECT {listed} FROM {STAGE} s "  # noqa: S608
                f"WHERE NOT EXISTS (SELECT FROM {table.name} t WHERE {same_key}) ORDER BY position"
            )
        )
    return counts


def _compare(conn: Connection, table: Table, compared: Sequence[str], same_key: str) -> Counts:
    row = conn.execute(
        text(
            f"SELECT count(*) FILTER (WHERE t.id IS NULL), count(*) FILTER (WHERE t.id IS NOT NULL AND {_differs(compared)}), count(*) "  # noqa: S608
            f"FROM {STAGE} s LEFT JOIN {table.name} t ON {same_key}"
        )
    ).one()
    return Counts(row[0], row[1], row[2] - row[0] - row[1])


def _differs(columns: Sequence[str]) -> str:
    """The condition that table ``t`` and stage ``s`` differ; geometries vertex by vertex."""
    if not columns:
        return "false"
    pairs = [
        f'ST_AsBinary(t."{name}") IS DISTINCT FROM ST_AsBinary(s."{name}")'
        if name == "geom"
        else f't."{name}" IS DISTINCT FROM s."{name}"'
        for name in columns
    ]
    return "(" + " OR ".join(pairs) + ")"


def _reject_what_postgis_refuses(conn: Connection, batch: Batch) -> None:
    """PostGIS may carry another GEOS than ours: its word on validity is final."""
    refused = conn.execute(
        text(f"DELETE FROM {STAGE} WHERE NOT ST_IsValid(geom) RETURNING position, ST_IsValidReason(geom)")  # noqa: S608
    )
    for position, reason in refused:
        batch.reject_row(position, GeometryInvalid(field="geom", reason=reason))


def _hex(geometry: Any) -> pd.Series:
    found = geometry.copy()
    present = ~shapely.is_missing(found)
    found[present] = shapely.set_srid(found[present], 4326)
    return pd.Series(shapely.to_wkb(found, hex=True, include_srid=True), dtype=object)


def _array(values: Sequence[str] | None) -> str:
    quoted = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values or ())
    return "{" + ",".join(quoted) + "}"
