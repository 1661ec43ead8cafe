"""The ground of a plan: its basic units and which of them are neighbours."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, func, select

from geodata.copying import copy_in
from geodata.tables import plan_building, plan_edge, plan_unit


@dataclass(frozen=True, slots=True)
class PlanGround:
    """Units in order of their number, and their graph.

    ``units`` has the columns ``community_code``, ``kind``, ``name``, ``compound_id``, ``fixed_code`` (missing where nothing is fixed),
    ``households``, ``care`` (those of care groups), ``cases`` (of the last year), ``area_m2``, ``perimeter_m``, ``x_m``, ``y_m``;
    ``shapes`` are polygons in degrees. ``edges`` int32[m, 2] with the smaller number first, ``border_m`` float64[m], ``barrier`` words.
    ``buildings`` pairs keys of buildings with their unit.
    """

    units: pd.DataFrame
    shapes: NDArray[np.object_]
    edges: NDArray[np.int32]
    border_m: NDArray[np.float64]
    barrier: NDArray[np.object_]
    buildings: pd.DataFrame

    def __len__(self) -> int:
        return len(self.units)

    @property
    def fixed_codes(self) -> list[str | None]:
        """For each unit the code of the grid that stays as it is, None where the plan may draw."""
        return [code if isinstance(code, str) else None for code in self.units["fixed_code"]]


_UNIT_COLUMNS = (
    "community_code", "kind", "name", "compound_id", "fixed_code", "households", "care", "cases", "area_m2", "perimeter_m", "x_m", "y_m",
)  # fmt: skip


def write_ground(conn: Connection, plan_id: int, ground: PlanGround) -> None:
    """Store the ground of a plan in place of what it had; saved versions refer to it, so only a plan without any may get another."""
    for table in (plan_edge, plan_building, plan_unit):
        conn.execute(delete(table).where(table.c.plan_id == plan_id))
    units = ground.units[list(_UNIT_COLUMNS)].copy()
    units.insert(0, "plan_id", plan_id)
    units.insert(1, "number", np.arange(len(units)))
    units["compound_id"] = units["compound_id"].astype("Int64")
    units["geom"] = shapely.to_wkb(_multi(ground.shapes), hex=True, include_srid=False)
    copy_in(conn, "plan_unit", units)
    edges = pd.DataFrame({"a": ground.edges[:, 0], "b": ground.edges[:, 1], "border_m": ground.border_m})
    edges.insert(0, "plan_id", plan_id)
    edges["barrier"] = ground.barrier
    copy_in(conn, "plan_edge", edges)
    buildings = ground.buildings[["building_id", "unit"]].copy()
    buildings.insert(0, "plan_id", plan_id)
    copy_in(conn, "plan_building", buildings)


def read_ground(conn: Connection, plan_id: int) -> PlanGround:
    """The ground of a plan; empty while its units are still being made."""
    columns = [plan_unit.c[name] for name in _UNIT_COLUMNS]
    query = select(*columns, func.ST_AsBinary(plan_unit.c.geom).label("shape")).where(plan_unit.c.plan_id == plan_id)
    rows = conn.execute(query.order_by(plan_unit.c.number)).all()
    units = pd.DataFrame([row[:-1] for row in rows], columns=list(_UNIT_COLUMNS))
    shapes = shapely.from_wkb(np.array([bytes(row.shape) for row in rows], dtype=object))
    edges = conn.execute(
        select(plan_edge.c.a, plan_edge.c.b, plan_edge.c.border_m, plan_edge.c.barrier)
        .where(plan_edge.c.plan_id == plan_id)
        .order_by(plan_edge.c.a, plan_edge.c.b)
    ).all()
    buildings = conn.execute(
        select(plan_building.c.building_id, plan_building.c.unit)
        .where(plan_building.c.plan_id == plan_id)
        .order_by(plan_building.c.building_id)
    ).all()
    return PlanGround(
        units,
        shapes,
        np.array([row[:2] for row in edges], dtype=np.int32).reshape(-1, 2),
        np.array([row.border_m for row in edges], dtype=np.float64),
        np.array([row.barrier for row in edges], dtype=object),
        pd.DataFrame([tuple(row) for row in buildings], columns=["building_id", "unit"]).astype(np.int64),
    )


def _multi(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    parts, owners = shapely.get_parts(shapes, return_index=True)
    found = np.empty(len(shapes), dtype=object)
    shapely.multipolygons(parts, indices=owners, out=found)
    return found
