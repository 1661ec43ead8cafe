"""A city of grids and reports laid straight into the tables, fast enough for ten million."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, text

from geodata.binary_copy import row_type, rows_in
from geodata.copying import copy_in
from scripts.benchmarks.tessellation import SIDE, SOUTH, WEST, clustered_points, tessellation

_AT_ONCE = 1_000_000
_REPORT = row_type(
    (
        ("id", "i8"), ("category", "S4"), ("source", "S7"), ("raw_lon", "f8"), ("raw_lat", "f8"), ("geom", "V25"),
        ("occurred_at", "i8"), ("reported_at", "i8"), ("intake_district", "S6"),
    )
)  # fmt: skip
_POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("srid", "<u4"), ("x", "<f8"), ("y", "<f8")])
_SECOND = 1_000_000  # PostgreSQL counts microseconds since 2000
_FIRST_DAY, _LAST_DAY = 8766, 9497  # 2024 and 2025, by the day since then


def fill_grids(engine: Engine, count: int, seed: int) -> None:
    """A tessellation in nine districts."""
    cells = tessellation(count, np.random.default_rng(seed)).cells
    middles = shapely.centroid(cells)
    districts = _districts(shapely.get_x(middles), shapely.get_y(middles))
    shapes = shapely.set_srid(shapely.multipolygons([[cell] for cell in cells]), 4326)
    frame = pd.DataFrame(
        {
            "code": [f"{number:07d}" for number in range(count)],
            "name": "Grid",
            "community_code": [f"{district}001001" for district in districts],
            "valid": "(,)",
            "geom": shapely.to_wkb(shapes, hex=True, include_srid=True),
        }
    )
    divisions = [("1501", "city")]
    for district in sorted(set(districts)):
        divisions += [(district, "district"), (f"{district}001", "street"), (f"{district}001001", "community")]
    with engine.begin() as conn:
        copy_in(conn, "division", pd.DataFrame(divisions, columns=["code", "level"]).assign(name="Area"))
        copy_in(conn, "grid", frame)


def fill_reports(engine: Engine, count: int, seed: int) -> None:
    """Reports of two years, three quarters of them in clusters; their owners are not known yet."""
    rng = np.random.default_rng(seed + 1)
    with engine.begin() as conn, _without_indexes(conn, "report"):
        for first in range(1, count + 1, _AT_ONCE):
            last = min(count, first + _AT_ONCE - 1)
            _copy_reports(conn, first, last + 1 - first, rng, since=(first - 1) / count, until=last / count)
    maintain(engine, "VACUUM ANALYZE report")
    forget_owners(engine)


def forget_owners(engine: Engine) -> None:
    """Every report as it comes in without a place: no grid, and no history."""
    with engine.begin() as conn, _without_indexes(conn, "owner"):
        conn.execute(text("SET LOCAL session_replication_role = replica"))
        conn.execute(text("TRUNCATE owner, owner_history"))
        conn.execute(
            text(
                "INSERT INTO owner (report_id, reason, index_version, intake_district) "
                "SELECT id, 'none', 0, intake_district FROM report ORDER BY id"
            )
        )
    maintain(engine, "VACUUM ANALYZE owner", "CHECKPOINT")


def maintain(engine: Engine, *statements: str) -> None:
    """Statements that no transaction may hold."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        for each in statements:
            conn.execute(text(each))


def _copy_reports(
    conn: Connection, first: int, count: int, rng: np.random.Generator, *, since: float, until: float
) -> None:
    """Reports of a part of the two years, from share to share of them."""
    lon, lat = clustered_points(count, rng)
    points = np.zeros(count, dtype=_POINT)
    points["order"], points["type"], points["srid"], points["x"], points["y"] = 1, 0x20000001, 4326, lon, lat
    # 2024 and 2025, in order: reports come in as time goes by.
    begin, end = (round((_FIRST_DAY + share * (_LAST_DAY - _FIRST_DAY)) * 86_400) for share in (since, until))
    at = np.sort(rng.integers(begin, end, count)) * _SECOND
    columns: dict[str, NDArray[np.generic]] = {
        "id": np.arange(first, first + count),
        "category": np.char.add("c0", rng.integers(10, 40, count).astype(str)).astype("S4"),
        "source": np.full(count, b"hotline"),
        "raw_lon": lon,
        "raw_lat": lat,
        "geom": points.view("V25"),
        "occurred_at": at,
        "reported_at": at,
        "intake_district": _districts(lon, lat).astype("S6"),
    }
    rows_in(conn, "report", _REPORT, columns)


def _districts(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.str_]:
    """Codes of nine districts, three by three."""
    column, row = (
        np.clip((values - least) / SIDE * 3, 0, 2).astype(int) for values, least in ((lon, WEST), (lat, SOUTH))
    )
    return np.char.add("15010", (1 + column + 3 * row).astype(str))


@contextmanager
def _without_indexes(conn: Connection, table: str) -> Iterator[None]:
    """Inside, a table has its key only; its indexes are made at the end, all at once."""
    found = conn.execute(
        text(
            "SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i "
            "WHERE i.indrelid = CAST(:table AS regclass) AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)"
        ),
        {"table": table},
    ).all()
    for row in found:
        conn.execute(text(f"DROP INDEX {row.name}"))
    yield
    for row in found:
        conn.execute(text(row.definition.replace(":", r"\:")))
    conn.execute(text(f"ANALYZE {table}"))
