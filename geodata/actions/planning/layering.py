"""A version of a plan as a layer of grids: what comparing, replaying, maps and printed sheets draw and count."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from geodata.actions.planning.drafting import codes_ever
from geodata.plans.ground import PlanGround
from geodata.plans.versions import PlannedGrid, PlanVersion
from geodata.versions import while_unchanged
from gridmap.codes import number_plan
from gridmap.lineage import lineage_of_units
from gridmap.planning.boundaries import UnitBorders
from gridmap.planning.matching import matched_grids, unchanged_grids

Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class PlanLayer:
    """Grids of a version, aligned with its list: ``codes`` (those it would get today where it keeps none, ``fresh``), code of its community,
    ``shapes`` in degrees, number of ``parts``. ``label`` is the place of each unit's grid, -1 none."""

    plan_id: int
    version: int
    label: Ints
    grids: tuple[PlannedGrid, ...]
    codes: tuple[str, ...]
    fresh: tuple[bool, ...]
    communities: tuple[str, ...]
    shapes: Shapes
    parts: Ints

    def __len__(self) -> int:
        return len(self.grids)

    @property
    def names(self) -> list[str]:
        """Names of the grids."""
        return [grid.name for grid in self.grids]

    def sums(self, values: NDArray[np.generic]) -> Ints:
        """What each grid has in all of a whole number that each unit has."""
        inside = self.label >= 0
        return np.bincount(self.label[inside], values[inside], len(self.grids)).astype(np.int64)


def layer_of(
    conn: Connection, plan_id: int, ground: PlanGround, version: PlanVersion, *, beside: PlanLayer | None = None
) -> PlanLayer:
    """The grids of a version, kept by this process while no grid's code is given away.

    ``beside``: another version of the same plan. A grid without a code of its own that is the same in both has one code in both, and no
    other grid has a code of that version. Errors: ``SerialsExhausted``.
    """
    key = ("plan_layer", plan_id, version.version, beside.version if beside else None)
    return while_unchanged(conn, ("grid",), key, lambda: _made(conn, plan_id, ground, version, beside))


def _made(
    conn: Connection, plan_id: int, ground: PlanGround, version: PlanVersion, beside: PlanLayer | None
) -> PlanLayer:
    label = version.labels.astype(np.int64)
    count = len(version.grids)
    found = UnitBorders(ground.shapes).grids(label)
    first = [int(np.argmax(label == number)) for number in range(count)]
    communities = ground.units["community_code"].to_numpy(dtype=object)[first].tolist()
    middle = shapely.get_coordinates(shapely.point_on_surface(found.shapes)).reshape(-1, 2)
    own = [grid.code for grid in version.grids]
    keep, used = own, codes_ever(conn, communities)
    if beside is not None:
        keep = _shared_codes(ground, beside, label, own)
        used = [*used, *beside.codes]
    codes = number_plan(communities, middle[:, 0], middle[:, 1], keep, used=used) if count else []
    fresh = tuple(code != kept for code, kept in zip(codes, own, strict=True))
    return PlanLayer(
        plan_id, version.version, label, version.grids, tuple(codes), fresh, tuple(communities), found.shapes, found.parts
    )  # fmt: skip


def _shared_codes(ground: PlanGround, beside: PlanLayer, label: Ints, own: list[str | None]) -> list[str | None]:
    """The codes that grids keep, those that they only would get in the other version among them."""
    lineage = lineage_between(ground, beside.label, label)
    successor = matched_grids(lineage, len(beside), len(own))
    same = unchanged_grids(lineage, successor)
    return [
        beside.codes[old] if code is None and alike and beside.fresh[old] else code
        for code, old, alike in zip(own, successor.tolist(), same.tolist(), strict=True)
    ]


def lineage_between(ground: PlanGround, old: Ints, new: Ints) -> pd.DataFrame:
    """The lineage of two versions on the same units (`gridmap.lineage`), with the households of the plan's ground."""
    return lineage_of_units(
        old,
        new,
        households=ground.units["households"].to_numpy(dtype=np.int64),
        buildings=np.bincount(ground.buildings["unit"], minlength=len(ground)).astype(np.int64),
        area_m2=ground.units["area_m2"].to_numpy(dtype=np.float64),
    )
