"""Lineage of grids (网格沿革): what became of the ground and the homes of editions that ended."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, delete, func, or_, select

from geodata.buildings import houses_within
from geodata.copying import copy_in
from geodata.days import valid_on
from geodata.divisions import NamedPlace
from geodata.tables import grid, grid_lineage
from gridmap.coverage import hold_buildings
from gridmap.lineage import Layer, lineage_shares
from gridmap.privacy import protected


def renew_lineage(conn: Connection, day: date) -> int:
    """Derive anew what became of the editions that ended on a day, in the caller's transaction; how many rows.

    Where nothing ended there is no lineage: the first grids of a city come from nowhere.
    """
    conn.execute(delete(grid_lineage).where(grid_lineage.c.day == day))
    ended = select(grid.c.id).where(func.upper(grid.c.valid) == day)
    if conn.scalar(ended.limit(1)) is None:
        return 0
    old, new = _layer(conn, day - timedelta(days=1), day), _layer(conn, day, day)
    rows = _rows(conn, old, new)
    # Grids whose edition goes on have no lineage, however they overlap.
    goes_on = np.intersect1d(old.ids, new.ids)
    changes = ~(rows["old_grid_id"].isin(goes_on) & rows["new_grid_id"].isin(goes_on))
    alone = (rows["old_grid_id"].isna() & rows["new_grid_id"].isin(goes_on)) | (
        rows["new_grid_id"].isna() & rows["old_grid_id"].isin(goes_on)
    )
    rows = rows[changes & ~alone]
    rows.insert(0, "day", day.isoformat())
    copy_in(conn, "grid_lineage", rows)
    return len(rows)


@dataclass(frozen=True, slots=True)
class _Grids:
    ids: NDArray[np.int64]
    shapes: NDArray[np.object_]


def _layer(conn: Connection, at: date, change: date) -> _Grids:
    """The grids of a day that share ground with those that change on a day, in order of code."""
    changed = grid.alias()
    touched = (
        select(changed.c.id)
        .where(
            or_(func.lower(changed.c.valid) == change, func.upper(changed.c.valid) == change),
            changed.c.geom.op("&&")(grid.c.geom),
        )
        .exists()
    )
    query = select(grid.c.id, func.ST_AsBinary(grid.c.geom)).where(valid_on(grid, at), touched).order_by(grid.c.code)
    rows = conn.execute(query).all()
    shapes = shapely.from_wkb(np.array([bytes(row[1]) for row in rows], dtype=object))
    return _Grids(np.array([row[0] for row in rows], dtype=np.int64), shapes)


def _rows(conn: Connection, old: _Grids, new: _Grids) -> pd.DataFrame:
    ground = shapely.total_bounds(np.concatenate([old.shapes, new.shapes]))
    houses, homes = houses_within(conn, ground.tolist())
    found = lineage_shares(
        Layer(old.shapes, hold_buildings(houses, old.shapes).grid),
        Layer(new.shapes, hold_buildings(houses, new.shapes).grid),
        homes,
    )
    keys = {
        name: pd.array(np.append(layer.ids, -1)[found[place]], dtype="Int64")
        for name, layer, place in (("old_grid_id", old, "old"), ("new_grid_id", new, "new"))
    }
    rows = pd.DataFrame({**keys, **{name: found[name] for name in found.columns if name not in ("old", "new")}})
    for name in keys:
        rows.loc[rows[name] < 0, name] = pd.NA
    return rows


@dataclass(frozen=True, slots=True)
class Step:
    """What of one grid went into another on a day, as it may be told: codes and names (None: nobody's ground), homes and shares of
    them None where they would tell a small number about people."""

    day: date
    old: NamedPlace | None
    new: NamedPlace | None
    old_community: str | None
    new_community: str | None
    households: int | None
    buildings: int
    area_m2: float
    share_of_old: float | None
    share_of_new: float | None


def told_lineage(conn: Connection, code: str) -> list[Step]:
    """``lineage_of`` without the small numbers, and those that would give them away."""
    rows = lineage_of(conn, code)
    hidden: set[int] = set()
    for side in ("old_grid_id", "new_grid_id"):
        parts: dict[tuple[Any, Any], list[Row[Any]]] = {}
        for row in rows:
            parts.setdefault((row.day, getattr(row, side)), []).append(row)
        for members in parts.values():
            told = protected([row.households for row in members])
            hidden |= {row.id for row, count in zip(members, told, strict=True) if count is None}
    return [
        Step(
            row.day,
            NamedPlace(row.old_code, row.old_name, row.old_name_en) if row.old_code else None,
            NamedPlace(row.new_code, row.new_name, row.new_name_en) if row.new_code else None,
            row.old_community,
            row.new_community,
            None if row.id in hidden else row.households,
            row.buildings,
            row.area_m2,
            None if row.id in hidden else row.share_of_old,
            None if row.id in hidden else row.share_of_new,
        )
        for row in rows
    ]


def lineage_of(conn: Connection, code: str) -> list[Row[Any]]:
    """What the editions of a grid came from and went into, oldest day first: ``day``, ``old_code``, ``old_name``, ``new_code``,
    ``new_name`` (None: nobody's ground), ``households``, ``buildings``, ``area_m2``, ``share_of_old``, ``share_of_new``, the keys."""
    old, new = grid.alias("old_grid"), grid.alias("new_grid")
    query = (
        select(
            grid_lineage,
            old.c.code.label("old_code"),
            old.c.name.label("old_name"),
            old.c.name_en.label("old_name_en"),
            old.c.community_code.label("old_community"),
            new.c.code.label("new_code"),
            new.c.name.label("new_name"),
            new.c.name_en.label("new_name_en"),
            new.c.community_code.label("new_community"),
        )
        .outerjoin(old, old.c.id == grid_lineage.c.old_grid_id)
        .outerjoin(new, new.c.id == grid_lineage.c.new_grid_id)
        .where(or_(old.c.code == code, new.c.code == code))
        .order_by(grid_lineage.c.day, old.c.code, grid_lineage.c.share_of_old.desc(), new.c.code)
    )
    return list(conn.execute(query))
