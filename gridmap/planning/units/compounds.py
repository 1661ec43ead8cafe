"""Compounds laid out: inside the community, each piece of ground in one compound."""

import numpy as np
import shapely

from gridmap.planning.units.cleaning import clean_polygons, polygons_only
from gridmap.planning.units.ground import Ground, Shapes
from gridmap.planning.units.lattice import STEPS, Lattice
from gridmap.planning.units.result import Adjustment

#: Less than this that a compound loses is rounding, in square metres.
_ROUNDING_M2 = 1.0


def laid_out(ground: Ground, boundary: shapely.Geometry, lattice: Lattice, listed: list[Adjustment]) -> Shapes:
    """The compounds in steps of the lattice, without overlaps, cut at the boundary (in steps); None for what is left out.

    Where two overlap the smaller one has the ground. Pieces smaller than a sliver that cutting leaves are given up.
    """
    steps = lattice.steps(clean_polygons(ground.compounds, "compounds", listed))
    found = np.full(len(steps), None, dtype=object)
    if not len(steps):
        return found
    tree = shapely.STRtree(steps)
    rank = np.empty(len(steps), dtype=np.int64)
    rank[np.lexsort((np.arange(len(steps)), shapely.area(steps)))] = np.arange(len(steps))
    near = np.flatnonzero(shapely.intersects(steps, boundary))
    for row in near.tolist():
        over = [other for other in tree.query(steps[row], predicate="intersects").tolist() if rank[other] < rank[row]]
        rest = shapely.difference(steps[row], shapely.union_all(steps[over])) if over else steps[row]
        _list_loss("compound_overlap", row, steps[row].area - rest.area, steps[row], lattice, listed)
        inside = shapely.intersection(rest, boundary)
        _list_loss("compound_cut", row, rest.area - inside.area, steps[row], lattice, listed)
        found[row] = polygons_only(inside)
    return found


def _list_loss(
    kind: str, row: int, steps2: float, shape: shapely.Geometry, lattice: Lattice, listed: list[Adjustment]
) -> None:
    lost_m2 = float(steps2) / STEPS**2
    if lost_m2 > _ROUNDING_M2:
        whole = lattice.metres(np.array([shape], dtype=object))[0]
        listed.append(Adjustment(kind, "compounds", row, area_m2=lost_m2, shape=whole))
