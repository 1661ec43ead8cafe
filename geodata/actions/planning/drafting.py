"""A version of a plan as grids: boundaries, codes that they would get, names; what is checked and what is published."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from geodata.plans.ground import PlanGround
from geodata.plans.layers import communities_of
from geodata.plans.versions import PlanVersion
from geodata.tables import grid
from gridmap.codes import number_plan
from gridmap.planning.boundaries import UnitBorders

Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Draft:
    """Grids of a version, aligned with its list: ``codes`` with fresh ones where none is kept, ``shapes`` in degrees, ``parts`` the pieces
    each is in, ``households``, the code of its community; ``unassigned`` are units in no grid."""

    codes: list[str]
    communities: list[str]
    shapes: Shapes
    parts: NDArray[np.int64]
    households: NDArray[np.int64]
    unassigned: NDArray[np.int64]


def drafted(conn: Connection, area: str, ground: PlanGround, version: PlanVersion) -> Draft:
    """Errors: ``SerialsExhausted``, ``RimApart`` where a community's boundary was changed since."""
    label = version.labels.astype(np.int64)
    count = len(version.grids)
    outlines = shapely.from_wkb(np.array([bytes(row.shape) for row in communities_of(conn, area)], dtype=object))
    found = UnitBorders(ground.shapes, outlines).grids(label)
    first = [int(np.argmax(label == number)) for number in range(count)]
    communities = ground.units["community_code"].to_numpy()[first].tolist()
    middle = shapely.get_coordinates(shapely.point_on_surface(found.shapes))
    codes = number_plan(
        communities,
        middle[:, 0],
        middle[:, 1],
        [each.code for each in version.grids],
        used=codes_ever(conn, communities),
    )
    inside = label >= 0
    households = ground.units["households"].to_numpy(dtype=np.int64)
    sums = np.bincount(label[inside], households[inside], minlength=count).astype(np.int64)
    return Draft(codes, communities, found.shapes, found.parts, sums, found.unlabelled)


def codes_ever(conn: Connection, communities: list[str]) -> list[str]:
    """Codes that grids of these communities have or had, or that begin with theirs."""
    begins = func.left(grid.c.code, 12)
    mine = grid.c.community_code.in_(set(communities)) | begins.in_(set(communities))
    return list(conn.scalars(select(grid.c.code).where(mine).distinct()))
