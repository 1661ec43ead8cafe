"""Edges to rings, rings to polygons: every corner of the edges stays a corner."""

import numpy as np
import shapely
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]


def polygons_of_edges(xy: Floats, start: Ints, end: Ints, label: Ints) -> tuple[Ints, Shapes]:
    """Polygons (MultiPolygons where there are several parts) that edges with the interior on their left enclose, one a label.

    ``start`` and ``end`` are positions in ``xy``. The labels come back in ascending order. Parts that touch in a corner are parts of
    their own; holes that touch in corners stay holes. The result does not depend on the order of the edges.
    """
    if not len(start):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=object)
    found, label = np.unique(label, return_inverse=True)
    order = np.lexsort((end, start, label))
    start, end, label = start[order], end[order], label[order]
    corners, ring = _rings(xy, start, end, label)
    first = np.flatnonzero(np.append(True, ring[1:] != ring[:-1]))
    area = _signed_areas(xy, start[corners], end[corners], first)
    labels_of_rings = label[corners[first]]
    lines = shapely.linearrings(xy[start[corners]], indices=ring)
    shells, holes = area > 0, area < 0
    parts, labels_of_parts = _with_holes(lines[shells], labels_of_rings[shells], lines[holes], labels_of_rings[holes])
    present, shapes = _one_a_label(parts, labels_of_parts)
    return found[present], shapes


def _rings(xy: Floats, start: Ints, end: Ints, label: Ints) -> tuple[Ints, Ints]:
    """Edges ring by ring, and the number of the ring of each. A ring visits no corner twice."""
    corners = len(xy)
    leaving = label * corners + start  # ascending
    follows = np.searchsorted(leaving, label * corners + end)
    one_way = np.append(leaving[1:] != leaving[:-1], True) & np.append(True, leaving[1:] != leaving[:-1])
    crossing = ~one_way
    for edge in np.flatnonzero(crossing[follows]).tolist():
        follows[edge] = _turned(xy, start, end, edge, int(follows[edge]), leaving)
    return _walked(follows.tolist(), leaving.tolist(), crossing.tolist())


def _turned(xy: Floats, start: Ints, end: Ints, edge: int, first: int, leaving: Ints) -> int:
    """Of several edges that leave where one arrives the first clockwise from the way back: it bounds the same ground."""
    last = int(np.searchsorted(leaving, leaving[first], side="right"))
    ways = np.arange(first, last)
    here = xy[end[edge]]
    back = np.arctan2(*(xy[start[edge]] - here)[::-1])
    angles = np.arctan2(xy[end[ways], 1] - here[1], xy[end[ways], 0] - here[0])
    turn = (back - angles) % (2 * np.pi)
    return int(ways[np.argmin(np.where(turn == 0, 2 * np.pi, turn))])


def _walked(follows: list[int], leaving: list[int], crossing: list[bool]) -> tuple[Ints, Ints]:
    """Walk from edge to edge; where a walk comes to a corner again, what it went round is a ring of its own."""
    seen = [False] * len(follows)
    walked: list[int] = []
    lengths: list[int] = []
    for first in range(len(follows)):
        path: list[int] = []
        visited: dict[int, int] = {}
        edge = first
        while not seen[edge]:
            seen[edge] = True
            if crossing[edge]:
                corner = leaving[edge]
                if corner in visited:
                    loop = path[visited[corner] :]
                    del path[visited[corner] :]
                    for each in loop:
                        visited.pop(leaving[each], None)
                    walked += loop
                    lengths.append(len(loop))
                visited[corner] = len(path)
            path.append(edge)
            edge = follows[edge]
        if path:
            walked += path
            lengths.append(len(path))
    return np.array(walked, dtype=np.int64), np.repeat(np.arange(len(lengths)), lengths)


def _signed_areas(xy: Floats, start: Ints, end: Ints, first: Ints) -> Floats:
    """Area of each ring, positive anticlockwise, measured from its first corner so that large coordinates cost no digits."""
    origin = np.repeat(xy[start[first]], np.diff(np.append(first, len(start))), axis=0)
    a, b = xy[start] - origin, xy[end] - origin
    found: Floats = np.add.reduceat(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0], first) / 2
    return found


def _with_holes(shells: Shapes, labels: Ints, holes: Shapes, labels_of_holes: Ints) -> tuple[Shapes, Ints]:
    """Polygons of the shells, each hole in the smallest shell of its label around it."""
    parts = shapely.polygons(shells)
    inside: dict[int, list[shapely.LinearRing]] = {}
    begins, ends = np.searchsorted(labels, labels_of_holes), np.searchsorted(labels, labels_of_holes, side="right")
    for hole, begin, stop in zip(holes, begins.tolist(), ends.tolist(), strict=True):
        around = begin
        if stop - begin > 1:
            # The middle of an edge: corners may be corners of the shell too.
            middle = shapely.Point((np.asarray(hole.coords[0]) + np.asarray(hole.coords[1])) / 2)
            holding = begin + np.flatnonzero(shapely.covers(parts[begin:stop], middle))
            around = int(holding[np.argmin(shapely.area(parts[holding]))]) if len(holding) else begin
        inside.setdefault(around, []).append(hole)
    for part, rings in inside.items():
        parts[part] = shapely.Polygon(shells[part], rings)
    return parts, labels


def _one_a_label(parts: Shapes, labels: Ints) -> tuple[Ints, Shapes]:
    """The labels that have parts, and the only part of each, or all of them as one; ``labels`` are in ascending order."""
    present, first, place, counts = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    shapes = parts[first]
    several = counts > 1
    if several.any():
        chosen = several[place]
        shapes[several] = shapely.multipolygons(parts[chosen], indices=(np.cumsum(several) - 1)[place[chosen]])
    return present, shapes
