"""Lines to faces: everything noded on the lattice at once, then polygonised."""

import numpy as np
import shapely

from gridmap.planning.units.ground import Bools, Ints, Shapes


def node(lines: Shapes) -> Shapes:
    """Lines (steps of the lattice) cut where they meet, each corner on the lattice, each piece once."""
    noded = shapely.union_all(lines, grid_size=1.0)
    pieces: Shapes = shapely.get_parts(shapely.get_parts(noded))
    found: Shapes = pieces[shapely.get_type_id(pieces) == 1]
    return found


def faces_of(noded: Shapes) -> Shapes:
    """The faces that noded lines enclose. What ends in nothing encloses nothing."""
    found: Shapes = shapely.get_parts(shapely.polygonize(noded))
    return found


def within(points: Shapes, areas: Shapes) -> Ints:
    """The first of the areas (m) that holds each point (n), -1 none; None and empty areas hold nothing."""
    found = np.full(len(points), -1, dtype=np.int64)
    if len(areas):
        point, area = shapely.STRtree(areas).query(points, predicate="intersects")
        order = np.lexsort((area, point))
        first, place = np.unique(point[order], return_index=True)
        found[first] = area[order][place]
    return found


def joined(labels: Ints, chosen: Bools, one: Ints, other: Ints) -> Ints:
    """Connected pieces of faces with equal labels: a number for each face. ``chosen`` sides between ``one`` and ``other`` count."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    keep = chosen & (labels[one] == labels[other])
    graph = coo_array((np.ones(int(keep.sum())), (one[keep], other[keep])), shape=(len(labels), len(labels)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
