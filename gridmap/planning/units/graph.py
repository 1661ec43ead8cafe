"""Which units touch, over how much border, and what runs along it; pieces that do not touch bridged."""

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridmap.planning.units.borders import Borders, pairs_of
from gridmap.planning.units.classes import ClassedLines, classes_of_pairs
from gridmap.planning.units.ground import Floats, Ints, Rules, Shapes
from gridmap.planning.units.lattice import STEPS
from gridmap.planning.units.result import BARRIERS, ISLAND


def edges_of(borders: Borders, kinds: np.ndarray, lines: ClassedLines, rules: Rules) -> tuple[Ints, Floats, np.ndarray]:
    """Edges (m, 2), their borders in metres and classes, of units with borders of ``border_m`` at least.

    Beside water or rail land (``kinds`` of the units) the class is theirs; between two of a kind it is that of the lines.
    """
    inner = np.flatnonzero(~borders.outer)
    one, other, length = borders.face[inner], borders.beyond[inner], borders.length[inner] / STEPS
    pairs, (border_m,) = pairs_of(one, other, length)
    base = len(kinds) + 1
    place = np.searchsorted(pairs[:, 0] * base + pairs[:, 1], np.minimum(one, other) * base + np.maximum(one, other))
    classes = classes_of_pairs(place, lines.at(borders.ends[inner]), length, lines.names, len(pairs))
    barrier = np.array(classes, dtype=object)
    for kind in reversed(BARRIERS):
        beside = (kinds[pairs] == kind).sum(axis=1) == 1
        barrier[beside] = kind
    long = border_m >= rules.border_m - 1e-9
    return pairs[long], border_m[long], barrier[long]


def bridged(
    shapes: Shapes, edges: Ints, border_m: Floats, barrier: np.ndarray
) -> tuple[Ints, Floats, np.ndarray, Floats]:
    """The edges with those that bridge separate pieces, each piece to the nearest other, and the gaps (b) bridged, those last.

    A bridge has the class "island" and a border of 0. ``shapes`` in any unit; gaps are in the same.
    """
    gaps: list[float] = []
    while True:
        graph = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(len(shapes),) * 2)
        count, piece = connected_components(graph, directed=False)
        if count <= 1:
            return edges, border_m, barrier, np.array(gaps)
        smallest = int(np.argmin(np.bincount(piece)))
        ours, others = np.flatnonzero(piece == smallest), np.flatnonzero(piece != smallest)
        (near, far), gap = shapely.STRtree(shapes[others]).query_nearest(
            shapes[ours], return_distance=True, all_matches=False
        )
        best = int(np.argmin(gap))
        pair = sorted((int(ours[near[best]]), int(others[far[best]])))
        edges = np.concatenate([edges, np.array([pair], dtype=np.int64)])
        border_m, barrier = np.append(border_m, 0.0), np.append(barrier, ISLAND)
        gaps.append(float(gap[best]))
