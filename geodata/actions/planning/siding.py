"""Two versions side by side, of one plan or of two plans for the same area: which grid of one lies where in the other."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Row

from geodata.actions.planning.layering import PlanLayer, lineage_between
from geodata.plans.ground import PlanGround
from geodata.plans.homes import buildings_of
from gridmap.lineage import Layer, lineage_shares
from gridmap.planning.matching import matched_grids, unchanged_grids


@dataclass(frozen=True, slots=True)
class Side:
    """A version (``layer``) of a plan (a row of ``plan_by_ref``) on its ground."""

    plan: Row[Any]
    ground: PlanGround
    layer: PlanLayer


@dataclass(frozen=True, slots=True)
class Sides:
    """``pairs`` of grids (places left and right) that share households, or ground where nobody lives, those that share most first; ``same``:
    for each grid on the right the one on the left that it is, -1 for none."""

    pairs: list[tuple[int, int]]
    same: list[int]


#: Grids that share less of both of them only touch: neighbours whose boundaries were drawn a little apart.
LEAST_SHARE = 0.01


def beside_each_other(conn: Connection, left: Side, right: Side) -> Sides:
    """What of the left side is where on the right one."""
    lineage = _lineage(conn, left, right)
    successor = matched_grids(lineage, len(left.layer), len(right.layer))
    unchanged = unchanged_grids(lineage, successor)
    both = lineage[(lineage["old"] >= 0) & (lineage["new"] >= 0)]
    both = both[both[["share_of_old", "share_of_new"]].max(axis=1) >= LEAST_SHARE]
    order = both.sort_values(["share_of_old", "share_of_new", "old", "new"], ascending=[False, False, True, True])
    return Sides(
        [(int(one), int(other)) for one, other in zip(order["old"], order["new"], strict=True)],
        np.where(unchanged, successor, -1).tolist(),
    )


def _lineage(conn: Connection, left: Side, right: Side) -> pd.DataFrame:
    if left.plan.id == right.plan.id:
        return lineage_between(left.ground, left.layer.label, right.layer.label)
    here = buildings_of(conn, left.plan, left.ground)
    there = right.ground.buildings.set_index("building_id")["unit"].reindex(here["id"])
    unit = there.fillna(-1).to_numpy(dtype=np.int64)
    holds = np.where(unit >= 0, right.layer.label[unit], -1)
    one = Layer(left.layer.shapes, left.layer.label[here["unit"].to_numpy()])
    return lineage_shares(one, Layer(right.layer.shapes, holds), here["households"].to_numpy(dtype=np.int64))
