"""Which community each building belongs to: the one with most of its ground."""

import numpy as np
import shapely

from gridmap.planning.units.ground import Ints, Shapes

#: A building that lies beyond all communities with more than this share of its ground belongs to none of them.
LEAST_SHARE = 0.5
_ROUNDING = 1e-9


def community_of(buildings: Shapes, communities: Shapes) -> Ints:
    """The position of the community of each building (n), -1 for those outside and those without a shape.

    It is the community with most of a building's ground, the first of equal ones, where the communities hold at least half of it
    together. A building without ground (a point) belongs to the first community that it meets.
    """
    tree = shapely.STRtree(communities)
    building, community = tree.query(buildings, predicate="intersects")
    whole_building, whole_community = tree.query(buildings, predicate="covered_by")
    base = len(communities) + 1
    whole = np.isin(building * base + community, whole_building * base + whole_community)
    ground = shapely.area(buildings[building])
    whole |= ground == 0
    share = whole.astype(np.float64)
    cut = np.flatnonzero(~whole)
    common = shapely.intersection(buildings[building[cut]], communities[community[cut]])
    share[cut] = shapely.area(common) / ground[cut]
    found = np.full(len(buildings), -1, dtype=np.int64)
    order = np.lexsort((community, -np.round(share, 9), building))
    first, place = np.unique(building[order], return_index=True)
    found[first] = community[order][place]
    found[np.bincount(building, share, minlength=len(buildings)) < LEAST_SHARE - _ROUNDING] = -1
    return found
