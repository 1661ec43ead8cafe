"""Each building to one face: the one with most of its ground."""

import numpy as np
import shapely

from gridmap.planning.units.ground import Bools, Ints, Shapes
from gridmap.planning.units.lattice import STEPS

#: A building that reaches over a border by less than this stands on one side of it, in square metres.
_REACH_M2 = 1.0


def owners(buildings: Shapes, faces: Shapes, barrier: Bools) -> tuple[Ints, Bools]:
    """The face of each building (n), and whether its ground reaches into others too.

    A face that is a ``barrier`` has no building as long as another face has any of its ground, or is the nearest.
    Equal shares go to the first face.
    """
    building, face = shapely.STRtree(faces).query(buildings, predicate="intersects")
    share = np.zeros(len(building))
    several = np.bincount(building, minlength=len(buildings))[building] > 1
    share[several] = shapely.area(shapely.intersection(buildings[building[several]], faces[face[several]]))
    order = np.lexsort((face, -np.round(share), barrier[face], building))
    building, face, share = building[order], face[order], share[order]
    found = np.full(len(buildings), -1, dtype=np.int64)
    first, place = np.unique(building, return_index=True)
    found[first] = face[place]
    _to_dry_ground(found, buildings, faces, barrier)
    counts = np.bincount(building[share > _REACH_M2 * STEPS**2], minlength=len(buildings))
    return found, counts > 1


def _to_dry_ground(found: Ints, buildings: Shapes, faces: Shapes, barrier: Bools) -> None:
    dry = np.flatnonzero(~barrier)
    wrong = np.flatnonzero((found < 0) | barrier[np.maximum(found, 0)])
    wrong = wrong[~shapely.is_missing(buildings[wrong])]
    if len(dry) and len(wrong):
        found[wrong] = dry[shapely.STRtree(faces[dry]).nearest(buildings[wrong])]


def anchors(buildings: Shapes, faces: Shapes, face: Ints) -> Shapes:
    """A point of each building on the ground of its face; the nearest corner of that face for one that stands wholly beside it."""
    found = shapely.point_on_surface(buildings)
    beside = np.flatnonzero(~shapely.intersects_xy(faces[face], shapely.get_x(found), shapely.get_y(found)))
    common = shapely.intersection(buildings[beside], faces[face[beside]])
    points = shapely.point_on_surface(common)
    none = shapely.is_empty(points)
    points[none] = shapely.point_on_surface(faces[face[beside[none]]])
    found[beside] = points
    moved: Shapes = found
    return moved
